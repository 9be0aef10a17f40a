/** Weights that are compared from look to look, spread evenly over all. */
const KEPT = 256;

/** So many of the weights, spread evenly over all that are trained; plain numbers, for the checkpoint. */
export function weightsKept(arrays: readonly ArrayLike<number>[]): readonly number[] {
  const total = arrays.reduce((sum, { length }) => sum + length, 0);
  const count = Math.min(KEPT, total);
  const kept: number[] = [];
  let before = 0;
  for (const array of arrays) {
    while (kept.length < count) {
      const at = Math.floor(((kept.length + 0.5) * total) / count) - before;
      if (at >= array.length) break;
      kept.push(array[at]!);
    }
    before += array.length;
  }
  return kept;
}

/** Length of the change, by that of the weights. */
export function weightsMoved(before: readonly number[], now: readonly number[]): number {
  const length = (values: readonly number[]) => Math.hypot(...values);
  const change = length(now.map((weight, index) => weight - before[index]!));
  return change === 0 ? 0 : change / Math.max(length(before), Number.MIN_VALUE);
}
