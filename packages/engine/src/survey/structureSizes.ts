import type { Structure } from '@raremask/core';
import { quantileOf } from './quantiles.ts';

/** Sizes in pixels of a class's structures, ascending. */
export function structureSizes(
  images: readonly { readonly structures: readonly Structure[] }[],
  index: number,
): number[] {
  return images
    .flatMap(({ structures }) => structures.filter((one) => one.class === index))
    .map(({ pixels }) => pixels)
    .sort((left, right) => left - right);
}

/** The same on the images' own grids, whatever `data.resolution` is. */
export function ownStructureSizes(
  images: readonly { readonly structures: readonly Structure[]; readonly pixelsPerSeen: number }[],
  index: number,
): number[] {
  return images
    .flatMap(({ structures, pixelsPerSeen }) =>
      structures.filter((one) => one.class === index).map(({ pixels }) => pixels * pixelsPerSeen),
    )
    .sort((left, right) => left - right);
}

/** The size that nineteen of twenty structures have at least; 0 where there is none. */
export function smallStructure(sizes: readonly number[]): number {
  return quantileOf(sizes, 0.05) || 0;
}
