import { type Facts, firstForeground } from '@raremask/core';
import { classMask, dice } from '@raremask/metrics';
import { labelled } from '../judging/decide.ts';
import type { Work } from '../opening/openWork.ts';
import type { CountedImage } from '../reading/plan.ts';
import { seenStructures } from '../resolution/lostStructures.ts';
import { resample } from '../resolution/resample.ts';
import { resizeLabels } from '../resolution/resizeLabels.ts';
import { sameSize, seenSize } from '../resolution/seenSize.ts';
import type { CountedSurvey } from '../survey/survey.ts';

/** What masks of some training images lose on coarser grids; by factor, of each foreground class. */
export interface GridLosses {
  readonly images: number;
  readonly at: ReadonlyMap<number, readonly ClassLoss[]>;
}

interface ClassLoss {
  /**
   * Of the structures that have enough pixels there by their area, the share that has them once the masks are brought
   * there: what is thin loses more.
   */
  readonly drawn: number;
  /** Mean Dice of masks that are brought there and back with themselves; null where no image shows the class. */
  readonly dice: number | null;
}

/** Images of each class that are looked at. */
const IMAGES = 20;
/** Their pixels times the classes in all, about: a few seconds at most. */
const VALUES = 24_000_000;
/** The same of one image; larger ones are left out, for their memory. */
const LARGEST = 8_000_000;

/**
 * Brings masks of training images with foreground to coarser grids and back, as training and prediction do.
 *
 * @param enough pixels that a structure needs to be seen
 */
export async function gridLosses(
  work: Work,
  survey: CountedSurvey,
  factors: readonly number[],
  enough: number,
): Promise<GridLosses> {
  const { facts, loaded } = work;
  const first = firstForeground(facts);
  const sums = new Map(
    factors.map((factor) => [
      factor,
      facts.classes.slice(first).map(() => ({ byArea: 0, drawn: 0, dice: 0, images: 0 })),
    ]),
  );
  const ids = chosenImages(survey, facts);
  if (ids.length > 0) {
    const feed = await work.feed({ normalization: { kind: 'none' }, multipleOf: [1, 1] });
    try {
      for await (const { sample } of feed.whole(ids)) {
        const { labels, size } = sample;
        if (labels === undefined) continue;
        const { resolution } = loaded.manifest.data;
        const isSized = typeof resolution === 'object' && 'pixelSize' in resolution;
        const base = isSized ? seenSize(sample, resolution, facts) : size;
        for (const [factor, classes] of sums) {
          const to = base.map((extent) => Math.max(1, Math.round(extent * factor)));
          const seen = sameSize(size, to) ? labels : resizeLabels(labels, size, to, facts);
          const structures = seenStructures(labels, size, seen, to, facts);
          const back = broughtBack(seen, to, size, facts);
          const share = area(to) / area(size);
          for (const [at, own] of classes.entries()) {
            for (const { pixels, seen: shown } of structures[first + at]!) {
              if (pixels * share < enough) continue;
              own.byArea++;
              if (shown >= enough) own.drawn++;
            }
            if (structures[first + at]!.length === 0) continue;
            own.images++;
            own.dice += diceOf(
              classMask(labels, first + at, facts),
              classMask(back, first + at, facts),
            );
          }
        }
      }
    } finally {
      await feed.close();
    }
  }
  return {
    images: ids.length,
    at: new Map(
      [...sums].map(([factor, classes]) => [
        factor,
        classes.map(({ byArea, drawn, dice: sum, images }) => ({
          drawn: byArea === 0 ? 1 : drawn / byArea,
          dice: images === 0 ? null : sum / images,
        })),
      ]),
    ),
  };
}

/** Of each class in turn some that show it, from all over the split. */
function chosenImages(survey: CountedSurvey, facts: Facts): string[] {
  const first = firstForeground(facts);
  const showing: string[][] = facts.classes.slice(first).map(() => []);
  const values = ({ size, pixelsPerSeen }: CountedImage) =>
    area(size) * pixelsPerSeen * facts.classes.length;
  for (const image of survey.images(survey.train)) {
    const { id, classPixels } = image;
    if (values(image) > LARGEST) continue;
    for (const [at, ids] of showing.entries()) if (classPixels[first + at]! > 0) ids.push(id);
  }
  const chosen = new Set<string>();
  let sum = 0;
  for (let turn = 0; turn < IMAGES; turn++) {
    for (const ids of showing) {
      if (turn >= ids.length || (sum > VALUES && turn > 0)) continue;
      const id = ids[Math.floor((turn * ids.length) / Math.min(IMAGES, ids.length))]!;
      if (chosen.has(id)) continue;
      chosen.add(id);
      sum += values(survey.image(id));
    }
  }
  return [...chosen];
}

/** Labels as predictions come back: probabilities are interpolated, and then decided. */
function broughtBack(
  seen: Uint8Array,
  from: readonly number[],
  to: readonly number[],
  facts: Facts,
): Uint8Array {
  if (sameSize(from, to)) return seen;
  const classes = facts.classes.length;
  const pixels = area(from);
  const probabilities = new Float32Array(pixels * classes);
  for (let index = 0; index < classes; index++) {
    const mask = classMask(seen, index, facts);
    for (let pixel = 0; pixel < pixels; pixel++) {
      probabilities[pixel * classes + index] = mask[pixel]!;
    }
  }
  return labelled(facts, resample(probabilities, from, to, classes), 0.5);
}

function diceOf(truth: Uint8Array, other: Uint8Array): number {
  let [hits, misses, alarms] = [0, 0, 0];
  for (let pixel = 0; pixel < truth.length; pixel++) {
    if (truth[pixel] === 1 && other[pixel] === 1) hits++;
    else if (truth[pixel] === 1) misses++;
    else if (other[pixel] === 1) alarms++;
  }
  return dice({ hits, misses, alarms }) ?? 1;
}

function area(size: readonly number[]): number {
  return size.reduce((product, extent) => product * extent, 1);
}
