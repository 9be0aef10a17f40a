import type { TrackedImage } from '@raremask/core';
import { anyForeground, UNJUDGED } from './foreground.ts';
import { encode, table, type Value } from './messages.ts';

/** Thresholds from 0 to 1, at equal distances: as many as TensorBoard's own curves have. */
export const THRESHOLDS = 201;

/** Counts pixels of any number of images at each threshold: foreground or not, by probability. */
export class PrCurve {
  /** Pixels whose probability lies between this threshold and the next: of foreground, and others. */
  readonly #foreground = new Float64Array(THRESHOLDS);
  readonly #background = new Float64Array(THRESHOLDS);

  add(image: TrackedImage): void {
    const { probability: probabilities } = image;
    const truth = anyForeground(image.truth, probabilities.length);
    for (let pixel = 0; pixel < probabilities.length; pixel++) {
      const [label, probability] = [truth[pixel]!, probabilities[pixel]!];
      if (label === UNJUDGED || Number.isNaN(probability)) continue;
      const bounded = Math.min(Math.max(probability, 0), 1);
      const counts = label === 0 ? this.#background : this.#foreground;
      counts[Math.floor(bounded * (THRESHOLDS - 1))]!++;
    }
  }

  /** The curve, or undefined where no pixel is foreground and there is nothing to find. */
  value(tag: string): Value | undefined {
    const [hits, alarms] = [fromAbove(this.#foreground), fromAbove(this.#background)];
    const [foreground, background] = [hits[0]!, alarms[0]!];
    if (foreground === 0) return undefined;
    // In the order in which TensorBoard's plugin reads the rows.
    const rows = [
      hits,
      alarms,
      alarms.map((count) => background - count),
      hits.map((count) => foreground - count),
      hits.map((count, at) => (count === 0 ? 0 : count / (count + alarms[at]!))),
      hits.map((count) => count / foreground),
    ];
    const numbers = Float32Array.from(rows.flatMap((row) => [...row]));
    return table(tag, [rows.length, THRESHOLDS], numbers, {
      name: 'pr_curves',
      content: encode('PrCurves', { version: 0, thresholds: THRESHOLDS }),
    });
  }
}

/** For each threshold, the pixels at or above it. */
function fromAbove(counts: Float64Array): Float64Array {
  const sums = counts.slice();
  for (let at = sums.length - 2; at >= 0; at--) sums[at]! += sums[at + 1]!;
  return sums;
}
