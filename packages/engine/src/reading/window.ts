import type { Draw, Window } from '@raremask/core';
import type { Orientation } from '../augment/orientation.ts';
import { brokenDraw } from './errors.ts';

/** The smallest multiples that hold the size. */
export function paddedSize(size: readonly number[], multipleOf: readonly number[]): number[] {
  return size.map((extent, axis) => {
    const step = multipleOf[axis] ?? 1;
    return Math.ceil(extent / step) * step;
  });
}

/**
 * A padded size of which there are few: whole images of many sizes would each need a compiled step of
 * its own. Extents are multiples of an eighth of the power of two above them as well, so that at most a
 * quarter is added.
 */
export function sharedSize(size: readonly number[], multipleOf: readonly number[]): number[] {
  const coarse = size.map((extent) => 2 ** Math.max(Math.ceil(Math.log2(extent)) - 3, 0));
  return paddedSize(paddedSize(size, coarse), multipleOf);
}

/** The drawn window, checked; the whole image where the draw has none. */
export function windowOf({ id, window }: Draw, imageSize: readonly number[]): Window {
  if (window === undefined) return { origin: imageSize.map(() => 0), size: imageSize };
  const { origin, size } = window;
  const got = `origin [${origin.join(', ')}], size [${size.join(', ')}]`;
  if (origin.length !== imageSize.length || size.length !== imageSize.length) {
    throw brokenDraw(id, 'wrong number of axes', `${imageSize.length} axes`, got);
  }
  if (
    !origin.every(Number.isInteger) ||
    !size.every((extent) => Number.isInteger(extent) && extent > 0)
  ) {
    throw brokenDraw(id, 'not whole pixels', 'whole numbers, sizes from 1', got);
  }
  const isBeside = imageSize.some(
    (extent, axis) => origin[axis]! >= extent || origin[axis]! + size[axis]! <= 0,
  );
  if (isBeside) {
    const expected = `a box that overlaps the image of [${imageSize.join(', ')}]`;
    throw brokenDraw(id, 'it lies beside the image, so that no pixel of it counts', expected, got);
  }
  return window;
}

type Three = readonly [number, number, number];

/**
 * Where the pixels of an oriented window come from. Two-dimensional windows have a first axis of 1.
 * Pixels outside `from` and `to` lie beside the image.
 */
export interface Cut {
  /** First pixel of the window that lies in the image, along each axis. */
  readonly from: Three;
  /** The pixel after the last that does. */
  readonly to: Three;
  /** Index of the image's pixel that stands at the window's first; beside the image it is no index. */
  readonly start: number;
  /** How far the index moves with each step along an axis of the window. */
  readonly step: Three;
}

/** Cuts a window out of an image and orients it. */
export function cutOf(imageSize: readonly number[], window: Window, orientation: Orientation): Cut {
  const image = threeAxes(imageSize, 1);
  const size = threeAxes(window.size, 1);
  const origin = threeAxes(window.origin, 0);
  const flips = threeAxes(orientation.flips, false);
  const stride: Three = [image[1] * image[2], image[2], 1];
  const from = [0, 0, 0];
  const to = [0, 0, 0];
  const step = [0, 0, 0];
  let start = 0;
  for (const axis of [0, 1, 2] as const) {
    // The axis of the image that this axis of the window runs along.
    const along = orientation.transpose && axis > 0 ? ((3 - axis) as 1 | 2) : axis;
    const extent = size[axis];
    const lowest = origin[along];
    const inside = image[along];
    const first = clamp(-lowest, 0, extent);
    const last = clamp(inside - lowest, first, extent);
    const flip = flips[axis];
    from[axis] = flip ? extent - last : first;
    to[axis] = flip ? extent - first : last;
    step[axis] = flip ? -stride[along] : stride[along];
    start += (flip ? lowest + extent - 1 : lowest) * stride[along];
  }
  return {
    from: from as unknown as Three,
    to: to as unknown as Three,
    start,
    step: step as unknown as Three,
  };
}

/**
 * Visits the rows of the window that have something of the image: index of the row's first such pixel
 * in the target and in the image, and how many there are. From pixel to pixel the index in the target
 * moves by 1, that in the image by the last of `cut.step`.
 */
export function eachRow(
  cut: Cut,
  targetSize: readonly number[],
  visit: (target: number, source: number, count: number) => void,
): void {
  const [, height, width] = threeAxes(targetSize, 1);
  const first = cut.from[2];
  const count = cut.to[2] - first;
  if (count <= 0) return;
  for (let z = cut.from[0]; z < cut.to[0]; z++) {
    for (let y = cut.from[1]; y < cut.to[1]; y++) {
      const source = cut.start + z * cut.step[0] + y * cut.step[1] + first * cut.step[2];
      visit((z * height + y) * width + first, source, count);
    }
  }
}

/** Visits every pixel of the window that lies in the image: its index in the target, and in the image. */
export function eachPixel(
  cut: Cut,
  targetSize: readonly number[],
  visit: (target: number, source: number) => void,
): void {
  eachRow(cut, targetSize, (target, source, count) => {
    for (let x = 0; x < count; x++) visit(target + x, source + x * cut.step[2]);
  });
}

/** Sizes and places with two axes get a first one. */
export function threeAxes<T>(values: readonly T[], missing: T): readonly [T, T, T] {
  const [first, second, third] = values as readonly [T, T, T?];
  return third === undefined ? [missing, first, second] : [first, second, third];
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
