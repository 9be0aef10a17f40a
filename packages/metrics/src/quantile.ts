/**
 * The value below which a share of sorted values lies, between the two nearest in a straight line (type 7 of
 * Hyndman and Fan 1996, Sample quantiles in statistical packages).
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
