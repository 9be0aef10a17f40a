import type { RandomStream } from '@raremask/core';

/** Which of the train.augment switches are on. */
export interface AugmentRule {
  readonly flip: boolean;
  readonly rotate: boolean;
}

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
 * Draws an orientation, each allowed one with the same chance. Flips: along every axis. Turns: in
 * the plane of the last two axes, by 0, 90, 180 or 270 degrees where they are equally long, otherwise
 * by 0 or 180.
 *
 * @param size extent of the window
 * @param random a stream of the window's own: the same stream gives the same orientation
 */
export function drawOrientation(
  random: RandomStream,
  size: readonly number[],
  rule: AugmentRule,
): Orientation {
  const axes = size.length;
  const flips = size.map(() => rule.flip && random.integer(0, 1) === 1);
  if (!rule.rotate) return { transpose: false, flips };
  const square = size[axes - 1] === size[axes - 2];
  const quarters = square ? random.integer(0, 3) : 2 * random.integer(0, 1);
  // Turning by a quarter is exchanging the two axes and reversing the first of them; a flip after it
  // reverses that axis once more.
  const turned = [quarters === 1 || quarters === 2, quarters === 2 || quarters === 3];
  return {
    transpose: quarters % 2 === 1,
    flips: flips.map((flip, axis) => flip !== (turned[axis - (axes - 2)] ?? false)),
  };
}
