import { mixedClasses } from './errors.ts';
import type { ImageScore, RegionScore } from './score.ts';

/**
 * What a set of images scores on one region. Every number is finite; a score that does not exist
 * (no image of the kind it speaks of) is null, so that it survives JSON. An image counts when at
 * least one of its pixels is scored; it is empty when the truth has no pixel of the region in it.
 */
export interface Summary {
  /** Images with at least one scored pixel. */
  readonly images: number;
  readonly imagesWithForeground: number;
  readonly emptyImages: number;
  /** Mean over the images with foreground of 2 hits / (2 hits + misses + alarms). */
  readonly diceForeground: number | null;
  /** Mean over the images with foreground of hits / (hits + misses + alarms). */
  readonly iouForeground: number | null;
  /** Share of the images with foreground on which nothing at all is predicted. */
  readonly missed: number | null;
  /** Share of the empty images with at least one alarm pixel. */
  readonly alarmShare: number | null;
  /** Share of the empty images with at least so many alarm pixels. */
  readonly alarmShareAtLeast: readonly { readonly pixels: number; readonly share: number | null }[];
  readonly alarmPixelsPerEmptyImage: number | null;
  /** Dice of the counts summed over all images, the empty ones too. */
  readonly pooledDice: number | null;
  /** Hits / (hits + misses), summed over all images. */
  readonly recall: number | null;
  /** Hits / (hits + alarms), summed over all images. */
  readonly precision: number | null;
  /** Connected components of the truth, over all images. */
  readonly structures: number;
  readonly structuresFound: number;
  /** Share of the structures of which at least one pixel is predicted. */
  readonly structureRecall: number | null;
  /** Predicted components that touch no truth, per image, empty or not. */
  readonly falseStructuresPerImage: number | null;
  /**
   * The score that the best checkpoint is chosen by: the geometric mean of `diceForeground` and
   * 1 - `alarmShare`, so that predicting nothing scores 0 and so does an alarm on every empty
   * image. Where only one of the two exists, that one; where there is no image at all, 0.
   */
  readonly balanced: number;
  readonly conventions: Conventions;
}

/**
 * The mean Dice per image that other packages would print, which differ only in what they do with
 * an image whose truth is empty (prediction empty / not empty).
 */
export interface Conventions {
  /** NaN / NaN, left out of the mean: an alarm on an empty image is not counted at all. */
  readonly monai: number | null;
  /** NaN, left out / 0. */
  readonly nnunet: number | null;
  /** 1 / 0 (segmentation_models.pytorch, per image, zero_division = 1). */
  readonly smp: number | null;
  /** 1 / 0 (the rule of the SIIM-ACR pneumothorax competition). */
  readonly kaggle: number | null;
}

export interface SummaryOptions {
  /** Numbers of alarm pixels for `alarmShareAtLeast`; 10 and 50 by default. */
  readonly alarmPixels?: readonly number[];
}

/**
 * Summarizes scores of images: any foreground, and each foreground class by itself. A class that
 * is absent from an image makes it an empty image for that class.
 *
 * Scores of several workers are merged by putting their lists together: the order of the scores
 * does not change a single bit of the result.
 */
export function summarize(
  scores: readonly ImageScore[],
  options: SummaryOptions = {},
): { readonly foreground: Summary; readonly classes: readonly Summary[] } {
  const count = scores[0]?.classes.length ?? 0;
  for (const score of scores) {
    if (score.classes.length !== count) throw mixedClasses(score.id, count, score.classes.length);
  }
  const alarmPixels = options.alarmPixels ?? [10, 50];
  return {
    foreground: summarizeRegion(
      scores.map((score) => score.foreground),
      alarmPixels,
    ),
    classes: Array.from({ length: count }, (_, index) =>
      summarizeRegion(
        scores.map((score) => score.classes[index]!),
        alarmPixels,
      ),
    ),
  };
}

function summarizeRegion(all: readonly RegionScore[], alarmPixels: readonly number[]): Summary {
  const scored = all.filter((score) => score.pixels > 0);
  const withForeground = scored.filter((score) => score.hits + score.misses > 0);
  const empty = scored.filter((score) => score.hits + score.misses === 0);
  const hits = total(scored, 'hits');
  const misses = total(scored, 'misses');
  const alarms = total(scored, 'alarms');
  const structures = total(scored, 'structures');
  const structuresFound = total(scored, 'structuresFound');
  const shareAtLeast = (pixels: number) =>
    ratio(empty.filter((score) => score.alarms >= pixels).length, empty.length);

  const diceSum = orderlessSum(withForeground.map(dice));
  const diceForeground = ratio(diceSum, withForeground.length);
  const alarmShare = shareAtLeast(1);
  const alarmed = empty.filter((score) => score.alarms > 0).length;
  const quiet = empty.length - alarmed;
  const emptyAsOne = ratio(diceSum + quiet, scored.length);
  return {
    images: scored.length,
    imagesWithForeground: withForeground.length,
    emptyImages: empty.length,
    diceForeground,
    iouForeground: ratio(orderlessSum(withForeground.map(iou)), withForeground.length),
    missed: ratio(
      withForeground.filter((score) => score.hits + score.alarms === 0).length,
      withForeground.length,
    ),
    alarmShare,
    alarmShareAtLeast: alarmPixels.map((pixels) => ({ pixels, share: shareAtLeast(pixels) })),
    alarmPixelsPerEmptyImage: ratio(total(empty, 'alarms'), empty.length),
    pooledDice: ratio(2 * hits, 2 * hits + misses + alarms),
    recall: ratio(hits, hits + misses),
    precision: ratio(hits, hits + alarms),
    structures,
    structuresFound,
    structureRecall: ratio(structuresFound, structures),
    falseStructuresPerImage: ratio(total(scored, 'falseStructures'), scored.length),
    balanced: balance(diceForeground, alarmShare),
    conventions: {
      monai: diceForeground,
      nnunet: ratio(diceSum, withForeground.length + alarmed),
      smp: emptyAsOne,
      kaggle: emptyAsOne,
    },
  };
}

function dice({ hits, misses, alarms }: RegionScore): number {
  return (2 * hits) / (2 * hits + misses + alarms);
}

function iou({ hits, misses, alarms }: RegionScore): number {
  return hits / (hits + misses + alarms);
}

function balance(diceForeground: number | null, alarmShare: number | null): number {
  if (diceForeground === null) return alarmShare === null ? 0 : 1 - alarmShare;
  return alarmShare === null ? diceForeground : Math.sqrt(diceForeground * (1 - alarmShare));
}

function total(scores: readonly RegionScore[], key: keyof RegionScore): number {
  return scores.reduce((sum, score) => sum + score[key], 0);
}

/** Floating-point sums depend on their order; sorted first, they do not. */
function orderlessSum(values: number[]): number {
  return values.sort((a, b) => a - b).reduce((sum, value) => sum + value, 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
