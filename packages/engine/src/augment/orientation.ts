import type { RandomStream } from '@raremask/core';
import type { AugmentRule } from './rule.ts';

/** A mirror image or a right-angle turn of a window, for the image and its truth alike. */
export interface Orientation {
  /** Exchanges the last two axes; only where they are equally long. */
  readonly transpose: boolean;
  /** Reverses each axis, after the exchange. */
  readonly flips: readonly boolean[];
}

/** The window as it is. */
export function unturned(axes: number): Orientation {
  return { transpose: false, flips: Array<boolean>(axes).fill(false) };
}

/**
 * Draws an orientation, each allowed one with the same chance, unless the manifest says how often. Flips: along every axis. Turns: in
 * the plane of the last two axes, by 0, 90, 180 or 270 degrees where they are equally long, otherwise
 * by 0 or 180.
 *
 * @param size extent of the window
 * @param random a stream of the window's own: the same stream gives the same orientation
 */
export function drawOrientation(
  random: RandomStream,
  size: readonly number[],
  rule: Pick<AugmentRule, 'flip' | 'rotate'>,
): Orientation {
  const axes = size.length;
  const flips = size.map(() =>
    typeof rule.flip === 'number'
      ? random.next() < rule.flip
      : rule.flip && random.integer(0, 1) === 1,
  );
  const square = size[axes - 1] === size[axes - 2];
  const quarters = drawQuarters(random, square, rule.rotate);
  if (quarters === 0) return { transpose: false, flips };
  // Turning by a quarter is exchanging the two axes and reversing the first of them; a flip after it
  // reverses that axis once more.
  const turned = [quarters === 1 || quarters === 2, quarters === 2 || quarters === 3];
  return {
    transpose: quarters % 2 === 1,
    flips: flips.map((flip, axis) => flip !== (turned[axis - (axes - 2)] ?? false)),
  };
}

/** Right angles to turn by; a rectangle fits into its place by 0 and by 2 of them only. */
function drawQuarters(
  random: RandomStream,
  square: boolean,
  rotate: AugmentRule['rotate'],
): number {
  if (rotate === false) return 0;
  if (rotate === true) return square ? random.integer(0, 3) : 2 * random.integer(0, 1);
  if (random.next() >= rotate) return 0;
  return square ? random.integer(1, 3) : 2;
}
