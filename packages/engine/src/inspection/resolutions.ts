import { type Facts, firstForeground } from '@raremask/core';
import type { Inspection } from '@raremask/record';
import type { CountedImage } from '../reading/plan.ts';
import { quantileOf } from '../survey/quantiles.ts';
import { ownStructureSizes } from '../survey/structureSizes.ts';

/** What `data.resolution` may be. */
const FACTORS = [1, 3 / 4, 1 / 2, 1 / 3, 1 / 4, 1 / 6, 1 / 8];
/** Pixels that a structure needs to be seen at all. */
const SEEN = 4;
/** Networks see nothing in shorter images. */
const SHORTEST = 32;

/**
 * What images keep at coarser resolutions, and how many pixels they have there; undefined for volumes.
 * A structure keeps its own pixels times the square of the factor.
 *
 * @param wanted side of a pixel that images are brought to already, in millimetres
 */
export function resolutionsOf(
  images: Iterable<CountedImage>,
  facts: Facts,
  wanted?: number,
): Inspection['resolutions'] {
  if (facts.space === 3) return undefined;
  const own: number[][] = [[], []];
  for (const { size, pixelsPerSeen, pixelSize } of images) {
    const each = Math.sqrt(pixelsPerSeen);
    for (const [axis, extent] of size.entries()) {
      const perSeen = wanted === undefined ? each : wanted / pixelSize[axis]!;
      own[axis]!.push(Math.round(extent * perSeen));
    }
  }
  if (own[0]!.length === 0) return undefined;
  const median = own.map((extents) => quantileOf(Float64Array.from(extents).sort(), 0.5));
  const first = firstForeground(facts);
  const sizes = facts.classes.slice(first).map((_, index) => sizesOf(images, index + first));
  return FACTORS.filter((factor) => factor === 1 || Math.min(...median) * factor >= SHORTEST).map(
    (factor) => ({
      factor,
      size: median.map((extent) => Math.round(extent * factor)),
      pixels: factor ** 2,
      classes: sizes.map(({ pixels, structures }, index) => ({
        name: facts.classes[index + first]!.name,
        kept:
          structures === 0
            ? null
            : pixels.filter((count) => count * factor ** 2 >= SEEN).length / structures,
      })),
    }),
  );
}

/** Pixels of a class's structures on the images' own grids; those that are seen nowhere have none. */
function sizesOf(images: Iterable<CountedImage>, index: number) {
  const pixels = ownStructureSizes(images, index);
  let lost = 0;
  for (const image of images) lost += image.lost[index]!;
  return { pixels, structures: pixels.length + lost };
}
