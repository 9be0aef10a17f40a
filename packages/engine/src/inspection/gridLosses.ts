import { type Facts, firstForeground, type Sample } from '@raremask/core';
import { classMask, dice, IGNORE, scoreImage } from '@raremask/metrics';
import { labelled } from '../judging/decide.ts';
import type { Work } from '../opening/openWork.ts';
import type { CountedImage } from '../reading/plan.ts';
import { ownStructures, seenStructures } from '../resolution/lostStructures.ts';
import { resample } from '../resolution/resample.ts';
import { resizeLabels } from '../resolution/resizeLabels.ts';
import { sameSize, seenSize, wantedPixelSize } from '../resolution/seenSize.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { keptBeside } from './kept.ts';

/** What masks of some training images lose on coarser grids. */
export interface GridLosses {
  readonly images: number;
  readonly grids: readonly {
    readonly factor: number;
    /** Of each foreground class. */
    readonly classes: readonly ClassLoss[];
  }[];
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

/** Changes with the meaning of the numbers. */
const VERSION = 1;

/**
 * Brings masks of training images with foreground to coarser grids and back, as training and prediction do. Kept in the
 * cache beside the manifest.
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
  const { resolution } = loaded.manifest.data;
  const parts = [VERSION, factors, enough, resolution ?? null];
  return await keptBeside(work, survey, { name: 'grids', parts }, async () => {
    const ids = chosenImages(survey, facts);
    const grids = factors.map((factor) => new Grid(facts, factor, enough));
    if (ids.length > 0) {
      const feed = await work.feed({ normalization: { kind: 'none' }, multipleOf: [1, 1] });
      try {
        for await (const { sample } of feed.whole(ids)) {
          const isSized = wantedPixelSize(resolution) !== undefined;
          const base = isSized ? seenSize(sample, resolution, facts) : sample.size;
          const own = ownStructures(sample.labels!, sample.size, facts);
          for (const grid of grids) grid.add(sample, base, own);
        }
      } finally {
        await feed.close();
      }
    }
    return {
      images: ids.length,
      grids: grids.map(({ factor, losses }) => ({ factor, classes: losses })),
    };
  });
}

/** What masks lose on one grid. */
class Grid {
  readonly factor: number;
  readonly #facts: Facts;
  readonly #enough: number;
  readonly #sums: { byArea: number; drawn: number; dice: number; images: number }[];

  constructor(facts: Facts, factor: number, enough: number) {
    this.factor = factor;
    this.#facts = facts;
    this.#enough = enough;
    this.#sums = facts.classes
      .slice(firstForeground(facts))
      .map(() => ({ byArea: 0, drawn: 0, dice: 0, images: 0 }));
  }

  /**
   * @param sample with labels
   * @param base extents that the factor is of
   * @param own the sample's structures
   */
  add({ id, labels, size }: Sample, base: readonly number[], own: OwnStructures): void {
    const facts = this.#facts;
    const to = base.map((extent) => Math.max(1, Math.round(extent * this.factor)));
    const seen = sameSize(size, to) ? labels! : resizeLabels(labels!, size, to, facts);
    const { classes } = scoreImage(id, {
      ...{ predicted: broughtBack(seen, to, size, facts), truth: labels!, size },
      ...{ classes: facts.classes.length, overlapping: facts.overlapping },
    });
    const first = firstForeground(facts);
    const share = area(to) / area(size);
    const shown = seenStructures(own, size, seen, to, facts);
    for (const [at, sums] of this.#sums.entries()) {
      const byArea = shown[first + at]!.filter(({ pixels }) => pixels * share >= this.#enough);
      sums.byArea += byArea.length;
      sums.drawn += byArea.filter((one) => one.seen >= this.#enough).length;
      const score = dice(classes[at]!);
      if (score === null) continue;
      sums.images++;
      sums.dice += score;
    }
  }

  get losses(): ClassLoss[] {
    return this.#sums.map(({ byArea, drawn, dice: sum, images }) => ({
      drawn: byArea === 0 ? 1 : drawn / byArea,
      dice: images === 0 ? null : sum / images,
    }));
  }
}

type OwnStructures = ReturnType<typeof ownStructures>;

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

/** Labels as predictions come back: probabilities are interpolated, and then decided. What is not judged is background. */
function broughtBack(
  seen: Uint8Array,
  from: readonly number[],
  to: readonly number[],
  facts: Facts,
): Uint8Array {
  if (sameSize(from, to)) return seen.map((label) => (label === IGNORE ? 0 : label));
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

function area(size: readonly number[]): number {
  return size.reduce((product, extent) => product * extent, 1);
}
