import type { Affine } from '@raremask/core';
import type { Orientation } from './orientation.ts';

/** Two changes of place as one; a place in the result goes through `right` first. */
export function product(left: Affine | undefined, right: Affine): Affine {
  if (left === undefined) return right;
  const [a, b, c, d] = left;
  const [e, f, g, h] = right;
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}

/** A change of place before an orientation, as the one after it that comes to the same. */
export function pastOrientation(affine: Affine, { transpose, flips }: Orientation): Affine {
  const [y, x] = flips.slice(-2).map((flip) => (flip ? -1 : 1)) as [number, number];
  const turn: Affine = transpose ? [0, x, y, 0] : [y, 0, 0, x];
  const back: Affine = [turn[0], turn[2], turn[1], turn[3]];
  return product(product(back, affine), turn);
}
