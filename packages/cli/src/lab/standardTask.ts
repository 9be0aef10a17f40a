import type { Census } from '@raremask/core';

/** Pixels of the structure that is missed, where neither the user nor the data say another. */
export const STRUCTURE = 100;

/** Ten images, two of them with one structure. */
export function standardCensus(side: number, structure: number): Census {
  const pixels = 10 * side ** 2;
  const foreground = 2 * structure;
  const share = foreground / pixels;
  return {
    images: 10,
    emptyImages: 8,
    pixels,
    classes: [
      {
        name: 'background',
        pixels: pixels - foreground,
        share: 1 - share,
        images: 10,
        structures: 0,
        meanStructure: 0,
      },
      {
        name: 'structure',
        pixels: foreground,
        share,
        images: 2,
        structures: 2,
        meanStructure: structure,
      },
    ],
  };
}
