import { describe, expect, it } from 'vitest';
import { unturned } from '../src/augment/orientation.ts';
import { cutOf, eachPixel, paddedSize, sharedSize, windowOf } from '../src/reading/window.ts';

/** The window as a list of rows; `image` counts its pixels from 1, 0 is beside it. */
function rows(
  imageSize: readonly [number, number],
  window: { origin: readonly number[]; size: readonly number[] },
  orientation = unturned(2),
): number[][] {
  const [height, width] = window.size as [number, number];
  const pixels = Array<number>(height * width).fill(0);
  eachPixel(cutOf(imageSize, window, orientation), window.size, (target, source) => {
    expect(pixels[target]).toBe(0);
    pixels[target] = source + 1;
  });
  return Array.from({ length: height }, (_, row) => pixels.slice(row * width, (row + 1) * width));
}

it('fills sizes up to multiples', () => {
  expect(paddedSize([1, 16, 17], [8, 8, 8])).toEqual([8, 16, 24]);
  expect(paddedSize([5, 7], [1, 1])).toEqual([5, 7]);
});

it('shares few sizes among images of many', () => {
  // Eighths of the power of two above: 32 of 256, 64 of 512; then multiples.
  expect(sharedSize([240, 300], [16, 16])).toEqual([256, 320]);
  expect(sharedSize([64, 65], [1, 1])).toEqual([64, 80]);
  expect(sharedSize([3, 9], [4, 4])).toEqual([4, 12]);
  const sizes = new Set<number>();
  for (let extent = 128; extent < 512; extent++) sizes.add(sharedSize([extent], [16])[0]!);
  expect(sizes.size).toBe(9);
});

describe('a window', () => {
  // 1 2 3 / 4 5 6
  const size = [2, 3] as const;

  it('is cut where it lies', () => {
    expect(rows(size, { origin: [0, 1], size: [2, 2] })).toEqual([
      [2, 3],
      [5, 6],
    ]);
  });

  it('may stick out on every side', () => {
    expect(rows(size, { origin: [-1, -1], size: [4, 5] })).toEqual([
      [0, 0, 0, 0, 0],
      [0, 1, 2, 3, 0],
      [0, 4, 5, 6, 0],
      [0, 0, 0, 0, 0],
    ]);
  });

  it('may lie beside the image', () => {
    expect(rows(size, { origin: [2, 0], size: [1, 3] })).toEqual([[0, 0, 0]]);
    expect(rows(size, { origin: [0, -9], size: [1, 3] })).toEqual([[0, 0, 0]]);
  });

  it('is mirrored along each axis', () => {
    const window = { origin: [0, 1], size: [2, 3] };
    expect(rows(size, window, { transpose: false, flips: [true, false] })).toEqual([
      [5, 6, 0],
      [2, 3, 0],
    ]);
    expect(rows(size, window, { transpose: false, flips: [false, true] })).toEqual([
      [0, 3, 2],
      [0, 6, 5],
    ]);
  });

  it('is turned by exchanging its axes and mirroring one', () => {
    const window = { origin: [0, 1], size: [2, 2] };
    // 2 3 / 5 6, a quarter to the left: the last column becomes the first row.
    expect(rows(size, window, { transpose: true, flips: [true, false] })).toEqual([
      [3, 6],
      [2, 5],
    ]);
    // A quarter to the right: the first column, from below, becomes the first row.
    expect(rows(size, window, { transpose: true, flips: [false, true] })).toEqual([
      [5, 2],
      [6, 3],
    ]);
  });
});

it('refuses a window of which no pixel lies in the image', () => {
  const draw = (origin: readonly number[]) => ({ id: 'a', window: { origin, size: [4, 4] } });
  expect(windowOf(draw([-3, 7]), [8, 8]).origin).toEqual([-3, 7]);
  for (const origin of [
    [-4, 0],
    [0, 8],
  ]) {
    expect(() => windowOf(draw(origin), [8, 8])).toThrow(
      'sampler (a): the sampler drew a window that cannot be cut: it lies beside the image, so that no pixel of it counts. Expected: a box that overlaps the image of [8, 8].',
    );
  }
});
