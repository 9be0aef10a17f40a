import type { Structure } from '@raremask/core';
import { quantileOf } from './quantiles.ts';

interface Image {
  readonly structures: readonly Structure[];
}

/** Sizes in pixels of a class's structures, ascending. */
export function structureSizes(images: Iterable<Image>, index: number): Float64Array {
  return sizesOf(images, index, () => 1);
}

/** The same on the images' own grids, whatever `data.resolution` is. */
export function ownStructureSizes(
  images: Iterable<Image & { readonly pixelsPerSeen: number }>,
  index: number,
): Float64Array {
  return sizesOf(images, index, ({ pixelsPerSeen }) => pixelsPerSeen);
}

function sizesOf<I extends Image>(
  images: Iterable<I>,
  index: number,
  pixelsOf: (image: I) => number,
): Float64Array {
  const sizes: number[] = [];
  for (const image of images) {
    for (const structure of image.structures) {
      if (structure.class === index) sizes.push(structure.pixels * pixelsOf(image));
    }
  }
  return Float64Array.from(sizes).sort();
}

/** The size that nineteen of twenty structures have at least; 0 where there is none. */
export function smallStructure(sizes: ArrayLike<number>): number {
  return quantileOf(sizes, 0.05) || 0;
}
