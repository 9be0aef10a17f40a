import type { Bin } from '@raremask/record';

/** The value below which a share of sorted values lies, the nearest one that exists; NaN of none. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

/** Bins whose ends are powers of two, from the one that holds the least to the one that holds the most. */
export function logarithmicBins(values: Iterable<number>): Bin[] {
  const counts = new Map<number, number>();
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!(value > 0)) continue;
    const power = Math.floor(Math.log2(value));
    counts.set(power, (counts.get(power) ?? 0) + 1);
    least = Math.min(least, power);
    most = Math.max(most, power);
  }
  if (counts.size === 0) return [];
  return Array.from({ length: most - least + 1 }, (_, at) => ({
    from: 2 ** (least + at),
    to: 2 ** (least + at + 1),
    count: counts.get(least + at) ?? 0,
  }));
}
