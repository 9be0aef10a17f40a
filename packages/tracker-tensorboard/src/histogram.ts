import type { Histogram } from './messages.ts';

const BINS = 30;

/** Counts of bins of equal width from the smallest value to the largest; what is not finite is left out. */
export function histogramOf(values: Float32Array): Histogram | undefined {
  let [min, max, sum, sumOfSquares, count] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    sumOfSquares += value * value;
    count++;
  }
  if (count === 0) return undefined;
  const bins = min === max ? 1 : BINS;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = min === max ? 0 : Math.floor((bins * (value - min)) / (max - min));
    counts[Math.min(bin, bins - 1)]!++;
  }
  const limits = counts.map((_, bin) =>
    bin === bins - 1 ? max : min + ((bin + 1) * (max - min)) / bins,
  );
  return { min, max, count, sum, sumOfSquares, limits, counts };
}
