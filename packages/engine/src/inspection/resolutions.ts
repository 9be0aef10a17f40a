import { type Facts, firstForeground } from '@raremask/core';
import type { Inspection } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { CountedImage } from '../reading/plan.ts';
import { wantedPixelSize } from '../resolution/seenSize.ts';
import { quantileOf } from '../survey/quantiles.ts';
import { ownStructureSizes } from '../survey/structureSizes.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { type GridLosses, gridLosses } from './gridLosses.ts';

/** What `data.resolution` may be. */
const FACTORS = [1, 3 / 4, 1 / 2, 1 / 3, 1 / 4, 1 / 6, 1 / 8];
/** Pixels that a structure needs to be seen at all. */
const SEEN = 4;
/** Networks see nothing in shorter images. */
const SHORTEST = 32;

/**
 * What images keep at coarser resolutions, and how many pixels they have there; undefined for volumes.
 * A structure keeps its own pixels times the square of the factor, and where it is thin less.
 *
 * @param wanted side of a pixel that images are brought to already, in millimetres
 * @param losses what masks of some of them lose there
 */
export function resolutionsOf(
  images: Iterable<CountedImage>,
  facts: Facts,
  {
    wanted,
    losses,
  }: { readonly wanted?: number | undefined; readonly losses?: GridLosses | undefined },
): Inspection['resolutions'] {
  const median = medianSize(images, facts, wanted);
  if (median === undefined) return undefined;
  const first = firstForeground(facts);
  const sizes = facts.classes.slice(first).map((_, index) => sizesOf(images, index + first));
  return factorsFor(median).map((factor) => {
    const grid = losses?.grids.find((one) => one.factor === factor);
    return {
      factor,
      size: median.map((extent) => Math.round(extent * factor)),
      pixels: factor ** 2,
      classes: sizes.map(({ pixels, structures }, index) => {
        const loss = grid?.classes[index];
        const byArea = pixels.filter((count) => count * factor ** 2 >= SEEN).length / structures;
        return {
          name: facts.classes[index + first]!.name,
          kept: structures === 0 ? null : byArea * (loss?.drawn ?? 1),
          ...(typeof loss?.dice === 'number' && { dice: loss.dice }),
        };
      }),
    };
  });
}

/** What masks of some training images lose at these resolutions; undefined for volumes, and where there is but one. */
export async function resolutionLosses(
  work: Work,
  survey: CountedSurvey,
): Promise<GridLosses | undefined> {
  const wanted = wantedPixelSize(work.loaded.manifest.data.resolution);
  const median = medianSize(survey.images(survey.train), work.facts, wanted);
  const factors = median === undefined ? [] : factorsFor(median);
  if (factors.length < 2) return undefined;
  const losses = await gridLosses(work, survey, factors, SEEN);
  return losses.images === 0 ? undefined : losses;
}

function factorsFor(median: readonly number[]): readonly number[] {
  return FACTORS.filter((factor) => factor === 1 || Math.min(...median) * factor >= SHORTEST);
}

/** Of the images' own grids, or of those that they are brought to by the size of their pixels. */
function medianSize(
  images: Iterable<CountedImage>,
  facts: Facts,
  wanted: number | undefined,
): number[] | undefined {
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
  return own.map((extents) => quantileOf(Float64Array.from(extents).sort(), 0.5));
}

/** Pixels of a class's structures on the images' own grids; those that are seen nowhere have none. */
function sizesOf(images: Iterable<CountedImage>, index: number) {
  const pixels = ownStructureSizes(images, index);
  let lost = 0;
  for (const image of images) lost += image.lost[index]!;
  return { pixels, structures: pixels.length + lost };
}
