/** Row by row: from (y, x) beside the middle of the result to (y, x) beside the middle of the source. */
export type Affine = readonly [number, number, number, number];

/** Two changes of place as one; a place in the result goes through `right` first. */
export function product(left: Affine | undefined, right: Affine): Affine {
  if (left === undefined) return right;
  const [a, b, c, d] = left;
  const [e, f, g, h] = right;
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}
