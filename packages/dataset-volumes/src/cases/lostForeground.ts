import { IGNORE } from '@raremask/core';
import type { Axes, Resampling } from './resample.ts';

/** Where a label map had foreground before it was resampled, and has none now. */
export interface Lost {
  /** All of it. */
  readonly whole: boolean;
  /** Slices across z, y and x: 1 where a slice has lost all that lay nearest to it. */
  readonly slices: readonly [Uint8Array, Uint8Array, Uint8Array];
}

export function lostForeground(
  before: Uint8Array,
  after: Uint8Array,
  { from, to, step }: Resampling,
): Lost {
  const nearest = (index: number, axis: number) => {
    const place = (to[axis]! - 1) / 2 + (index - (from[axis]! - 1) / 2) / step[axis]!;
    return Math.min(to[axis]! - 1, Math.max(0, Math.round(place)));
  };
  const had = slicesWith(before, from, to, nearest);
  const has = slicesWith(after, to, to, (index) => index);
  const lost = (axis: number) => had[axis]!.map((own, index) => (own > has[axis]![index]! ? 1 : 0));
  return {
    whole: had[0]!.includes(1) && !has[0]!.includes(1),
    slices: [lost(0), lost(1), lost(2)],
  };
}

/** Slices across each axis that have foreground: 1, by the index that a place is given. */
function slicesWith(
  labels: Uint8Array,
  [depth, height, width]: Axes,
  counts: Axes,
  indexOf: (index: number, axis: number) => number,
): readonly Uint8Array[] {
  const found = counts.map((count) => new Uint8Array(count));
  let at = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (labels[at] === 0 || labels[at] === IGNORE) continue;
        for (const [axis, index] of [z, y, x].entries()) found[axis]![indexOf(index, axis)] = 1;
      }
    }
  }
  return found;
}
