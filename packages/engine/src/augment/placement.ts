import type { Affine, Displacement, Places } from '@raremask/core';
import { pastOrientation, product } from './affine.ts';
import { type Orientation, oriented, unturned } from './orientation.ts';

/** A change of place that is not a matter of whole pixels: two-dimensional. */
export interface Warp {
  readonly affine: Affine;
  readonly displacement?: Displacement;
}

/** Where the pixels of a window come from, so that it is cut and resampled once. */
export interface Placement {
  readonly orientation: Orientation;
  /** Undefined: nothing, with no loss of sharpness. */
  readonly warp: Warp | undefined;
}

/** What several changes of place come to, the first of them first. */
export function placementOf(places: readonly Places[], axes: number): Placement {
  let orientation: Orientation | undefined;
  let affine: Affine | undefined;
  let displacement: Displacement | undefined;
  for (const { transpose = false, flips, ...own } of places) {
    if (transpose || flips !== undefined) {
      const next = { transpose, flips: flips ?? unturned(axes).flips };
      orientation = orientation === undefined ? next : oriented(orientation, next);
      if (affine !== undefined) affine = pastOrientation(affine, next);
    }
    if (own.affine !== undefined) affine = product(affine, own.affine);
    if (own.displacement !== undefined) displacement = sum(displacement, own.displacement);
  }
  const still = affine === undefined && displacement === undefined;
  return {
    orientation: orientation ?? unturned(axes),
    warp: still
      ? undefined
      : { affine: affine ?? [1, 0, 0, 1], ...(displacement && { displacement }) },
  };
}

/** True where every pixel stays. */
export function isStill({ orientation, warp }: Placement): boolean {
  return warp === undefined && !orientation.transpose && !orientation.flips.includes(true);
}

function sum(left: Displacement | undefined, right: Displacement): Displacement {
  if (left === undefined) return right;
  const along = (axis: 'y' | 'x') => left[axis].map((value, at) => value + right[axis][at]!);
  return { y: along('y'), x: along('x') };
}
