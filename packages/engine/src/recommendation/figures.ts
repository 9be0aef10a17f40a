import { type Facts, firstForeground } from '@raremask/core';
import type { CountedImage } from '../reading/plan.ts';
import { quantileOf } from '../survey/quantiles.ts';
import { smallStructure, structureSizes } from '../survey/structureSizes.ts';
import { type CountedSurvey, censusOf } from '../survey/survey.ts';

/** The figures of a training split that decide. */
export interface TrainingFigures {
  readonly space: 2 | 3;
  readonly overlapping: boolean;
  readonly images: number;
  /** Images without any foreground pixel. */
  readonly empty: number;
  /** Foreground classes with their images and their share of the judged pixels. */
  readonly classes: readonly {
    readonly name: string;
    readonly images: number;
    readonly share: number;
    /** Median size of a structure in pixels, and the size that one in twenty is below; 0 of none. */
    readonly medianStructure: number;
    readonly smallStructure: number;
  }[];
  /** Share of the judged pixels that are foreground. */
  readonly foregroundShare: number;
  /** Whether all images have one size. */
  readonly oneSize: boolean;
  /** Median, and largest, extent of an image along each axis. */
  readonly medianSize: readonly number[];
  readonly largestSize: readonly number[];
  /**
   * Deviation of the images' own means by that of all pixels, each image counting once, the mean over the channels: 0
   * where all are equally bright, 1 where each is of one value.
   */
  readonly brightness: number;
  /** Median, over the images with foreground, of the longest extent of a structure; 0 of none. */
  readonly structureExtent: number;
  /**
   * How much has to be seen of a structure: `structureExtent`, or where three of four images with foreground have thin
   * ones, a few times their thickness, since each part of a scratch looks like one; 0 of none.
   */
  readonly structureReach: number;
}

/** Times the thickness of a structure (pixels by longest extent) that tell what it is: a disc is 3.1 of it long. */
const THICKNESSES = 4;
/** Share of the extent below which they are thin. */
const THIN = 0.5;

/** Counts what decides, over the training split. */
export function figuresOf(survey: CountedSurvey, facts: Facts): TrainingFigures {
  const first = firstForeground(facts);
  const census = censusOf(survey, facts);
  const images = survey.images(survey.train);
  const axes = Array.from({ length: facts.space }, (_, axis) =>
    sorted(mapped(images, ({ size }) => size[axis]!)),
  );
  const filled = survey.images(survey.train.filter((id) => survey.hasForeground(id)));
  const extents = sorted(mapped(filled, ({ extent }) => Math.max(...extent)));
  const structureExtent = quantileOf(extents, 0.5) || 0;
  const reaches = sorted(mapped(filled, (image) => reachOf(image, facts.space)));
  const reach = Math.round(quantileOf(reaches, 0.75) || 0);
  const classes = census.classes.slice(first);
  return {
    space: facts.space,
    overlapping: facts.overlapping,
    images: census.images,
    empty: census.emptyImages,
    classes: classes.map(({ name, images: own, share }, index) => {
      const sizes = structureSizes(images, index + first);
      return {
        name,
        images: own,
        share,
        medianStructure: quantileOf(sizes, 0.5) || 0,
        smallStructure: smallStructure(sizes),
      };
    }),
    foregroundShare: Math.min(
      classes.reduce((sum, { share }) => sum + share, 0),
      1,
    ),
    oneSize: axes.every((axis) => axis[0] === axis.at(-1)),
    medianSize: axes.map((axis) => quantileOf(axis, 0.5)),
    largestSize: axes.map((axis) => axis.at(-1) ?? 0),
    brightness: brightnessOf(images, facts.channels),
    structureExtent,
    structureReach: reach < THIN * structureExtent ? reach : structureExtent,
  };
}

function reachOf({ extent, structures }: CountedImage, space: 2 | 3): number {
  const longest = Math.max(...extent);
  const pixels = structures.reduce((most, one) => Math.max(most, one.pixels), 0);
  return space === 3 || longest === 0
    ? longest
    : Math.min(longest, (THICKNESSES * pixels) / longest);
}

function brightnessOf(images: Iterable<CountedImage>, channels: number): number {
  const sums = Array.from({ length: channels }, () => ({ mean: 0, means: 0, squares: 0 }));
  let count = 0;
  for (const { intensity } of images) {
    count++;
    for (const [channel, { mean, meanSquare }] of intensity.entries()) {
      const sum = sums[channel]!;
      sum.mean += mean;
      sum.means += mean * mean;
      sum.squares += meanSquare;
    }
  }
  const shares = sums.map(({ mean, means, squares }) => {
    const [between, all] = [means, squares].map((sum) => sum / count - (mean / count) ** 2);
    return all! > 0 ? Math.sqrt(Math.max(between!, 0) / all!) : 0;
  });
  return shares.reduce((sum, share) => sum + share, 0) / channels;
}

/** The figures of images that are so many times as long. */
export function figuresAt(figures: TrainingFigures, factor: number): TrainingFigures {
  if (factor === 1) return figures;
  const length = (extent: number) => Math.round(extent * factor);
  const area = (pixels: number) => Math.round(pixels * factor ** 2);
  return {
    ...figures,
    classes: figures.classes.map((one) => ({
      ...one,
      medianStructure: area(one.medianStructure),
      smallStructure: area(one.smallStructure),
    })),
    medianSize: figures.medianSize.map(length),
    largestSize: figures.largestSize.map(length),
    structureExtent: length(figures.structureExtent),
    structureReach: length(figures.structureReach),
  };
}

function* mapped<T>(values: Iterable<T>, each: (value: T) => number): Generator<number> {
  for (const value of values) yield each(value);
}

function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}
