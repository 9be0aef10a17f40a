import type { ImageNumbers, RegionCounts } from '@raremask/core';
import { checkedExtent, components } from './components.ts';
import { wrongClasses, wrongLabel, wrongLength } from './errors.ts';
import { IGNORE } from './labels.ts';
import type { AddedScore } from './scores/definition.ts';

/** What one image is scored on. */
export interface ScoreInput {
  /**
   * Exclusive classes: one class index a pixel, 0 = background.
   * Overlapping classes: 0 or 1 a pixel and class, channels last, without a background class.
   * There is no IGNORE in a prediction.
   */
  readonly predicted: Uint8Array;
  /** Laid out like `predicted`; IGNORE marks what is not scored. */
  readonly truth: Uint8Array;
  /** [height, width] or [depth, height, width]. */
  readonly size: readonly number[];
  /** Length of the class axis; exclusive classes: with the background. */
  readonly classes: number;
  readonly overlapping: boolean;
  /** Names of the foreground classes, for added scores; left out, their numbers. */
  readonly names?: readonly string[];
  /** Size of a pixel along each space axis, in millimetres, where it is known; for added scores. */
  readonly spacing?: readonly number[];
}

/**
 * Counts of one class (or of any foreground) in one image, and what added scores measured there. Plain
 * numbers: a score survives JSON unchanged and can be counted by any worker.
 */
export interface RegionScore extends RegionCounts {
  /** Numbers of each added score, by its name; absent where none is added, or no pixel is scored. */
  readonly measured?: Readonly<Record<string, ImageNumbers>>;
}

export interface ImageScore {
  readonly id: string;
  /** Pixels scored in `foreground`. */
  readonly pixels: number;
  /** One entry a foreground class, in the order of the class axis, without the background. */
  readonly classes: readonly RegionScore[];
  /**
   * Any foreground class against none: a pixel of one foreground class that is predicted as another
   * one is a hit here. Overlapping classes: a pixel is in the truth when one class is; it is
   * ignored when none is and at least one is IGNORE.
   */
  readonly foreground: RegionScore;
}

/** Counts what `summarize` needs of one image, and measures it by the scores that are added. */
export function scoreImage(
  id: string,
  input: ScoreInput,
  added: readonly Pick<AddedScore, 'name' | 'measure'>[] = [],
): ImageScore {
  const extent = checkedExtent(id, input.size);
  const pixels = extent[0] * extent[1] * extent[2];
  check(id, input, pixels);
  const regions = input.overlapping ? planes(input, pixels) : labels(input, pixels);
  const score = (region: Region, className: string | null): RegionScore => {
    const counts = scoreRegion(region, input.size);
    if (added.length === 0 || counts.pixels === 0) return counts;
    const spacing = input.spacing && { spacing: input.spacing };
    const about = { ...counts, id, className, size: input.size, ...spacing };
    const measured = added.map(({ name, measure }) => [
      name,
      measure({ ...about, ...masks(region) }),
    ]);
    return { ...counts, measured: Object.fromEntries(measured) };
  };
  const several = regions.classes.length > 1;
  const foreground = score(several ? regions.foreground() : regions.classes[0]!, null);
  const classes = several
    ? regions.classes.map((region, index) =>
        score(region, input.names?.[index] ?? `${index + (input.overlapping ? 0 : 1)}`),
      )
    : [foreground];
  return { id, pixels: foreground.pixels, classes, foreground };
}

/** Masks of one region: 0 or 1; in the truth IGNORE too. */
interface Region {
  readonly predicted: Uint8Array;
  readonly truth: Uint8Array;
}

interface Regions {
  readonly classes: readonly Region[];
  foreground(): Region;
}

function labels(input: ScoreInput, pixels: number): Regions {
  const { predicted, truth } = input;
  // Of every pixel of every image: a loop without a call for each.
  const where = (least: number, most: number): Region => {
    const region = { predicted: new Uint8Array(pixels), truth: new Uint8Array(pixels) };
    for (let pixel = 0; pixel < pixels; pixel++) {
      const given = predicted[pixel]!;
      if (given >= least && given <= most) region.predicted[pixel] = 1;
      const label = truth[pixel]!;
      if (label === IGNORE) region.truth[pixel] = IGNORE;
      else if (label >= least && label <= most) region.truth[pixel] = 1;
    }
    return region;
  };
  const indices = Array.from({ length: input.classes - 1 }, (_, index) => index + 1);
  return {
    classes: indices.map((index) => where(index, index)),
    foreground: () => where(1, input.classes - 1),
  };
}

function planes(input: ScoreInput, pixels: number): Regions {
  const count = input.classes;
  const plane = (values: Uint8Array, index: number): Uint8Array => {
    const out = new Uint8Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) out[pixel] = values[pixel * count + index]!;
    return out;
  };
  const union = (values: Uint8Array): Uint8Array => {
    const out = new Uint8Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      let value = 0;
      for (let index = 0; index < count && value !== 1; index++) {
        const one = values[pixel * count + index]!;
        if (one !== 0) value = one;
      }
      out[pixel] = value;
    }
    return out;
  };
  return {
    classes: Array.from({ length: count }, (_, index) => ({
      predicted: plane(input.predicted, index),
      truth: plane(input.truth, index),
    })),
    foreground: () => ({ predicted: union(input.predicted), truth: union(input.truth) }),
  };
}

/** New copies for a score: 0 at ignored pixels, in the prediction too. */
function masks({ predicted, truth }: Region): {
  readonly predicted: Uint8Array;
  readonly truth: Uint8Array;
  readonly scored: Uint8Array;
} {
  const scored = truth.map((label) => Number(label !== IGNORE));
  return {
    predicted: predicted.map((label, pixel) => (scored[pixel] === 1 ? label : 0)),
    truth: truth.map((label) => Number(label === 1)),
    scored,
  };
}

function scoreRegion(region: Region, size: readonly number[]): RegionCounts {
  const { predicted, truth } = region;
  let hits = 0;
  let misses = 0;
  let alarms = 0;
  let ignored = 0;
  for (let pixel = 0; pixel < truth.length; pixel++) {
    const label = truth[pixel]!;
    if (label === IGNORE) ignored++;
    else if (label === 1) {
      if (predicted[pixel] === 1) hits++;
      else misses++;
    } else if (predicted[pixel] === 1) alarms++;
  }
  const found =
    hits + misses === 0 ? { structures: 0, structuresFound: 0 } : findStructures(region, size);
  return {
    pixels: truth.length - ignored,
    hits,
    misses,
    alarms,
    ...found,
    falseStructures: alarms === 0 ? 0 : countFalse(region, size),
  };
}

function findStructures(
  { predicted, truth }: Region,
  size: readonly number[],
): Pick<RegionCounts, 'structures' | 'structuresFound'> {
  const inside = new Uint8Array(truth.length);
  for (let pixel = 0; pixel < truth.length; pixel++) inside[pixel] = truth[pixel] === 1 ? 1 : 0;
  const { labels, count } = components(inside, size);
  const found = new Uint8Array(count + 1);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    if (predicted[pixel] === 1) found[labels[pixel]!] = 1;
  }
  return { structures: count, structuresFound: countOnes(found) };
}

function countFalse({ predicted, truth }: Region, size: readonly number[]): number {
  const { labels, count } = components(predicted, size);
  const touches = new Uint8Array(count + 1);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    if (truth[pixel] !== 0) touches[labels[pixel]!] = 1;
  }
  return count - countOnes(touches);
}

/** Ones from index 1 on: index 0 stands for the pixels outside every component. */
function countOnes(flags: Uint8Array): number {
  let ones = 0;
  for (let index = 1; index < flags.length; index++) ones += flags[index]!;
  return ones;
}

function check(id: string, input: ScoreInput, pixels: number): void {
  const least = input.overlapping ? 1 : 2;
  if (!Number.isInteger(input.classes) || input.classes < least) {
    throw wrongClasses(id, input.classes, least);
  }
  const values = input.overlapping ? pixels * input.classes : pixels;
  const largest = input.overlapping ? 1 : input.classes - 1;
  checkValues(id, 'the prediction', input.predicted, values, largest, false, input);
  checkValues(id, 'the truth', input.truth, values, largest, true, input);
}

function checkValues(
  id: string,
  what: string,
  values: Uint8Array,
  length: number,
  largest: number,
  ignorable: boolean,
  input: ScoreInput,
): void {
  if (values.length !== length) throw wrongLength(id, what, length, values.length);
  for (let index = 0; index < length; index++) {
    const value = values[index]!;
    if (value <= largest || (ignorable && value === IGNORE)) continue;
    const pixel = input.overlapping ? Math.floor(index / input.classes) : index;
    const allowed = `0 to ${largest}${ignorable ? ` or ${IGNORE} (not scored)` : ''}`;
    throw wrongLabel(id, what, place(pixel, input.size), allowed, value);
  }
}

function place(pixel: number, size: readonly number[]): number[] {
  const coordinates: number[] = [];
  let rest = pixel;
  for (const extent of [...size].reverse()) {
    coordinates.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return coordinates;
}
