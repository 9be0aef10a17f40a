import { dice, iou } from './overlap.ts';
import type { RegionScore } from './score.ts';

/** What the scores of one region are made of, summed over the images with a scored pixel. */
export interface Totals extends Omit<RegionScore, 'pixels'> {
  readonly images: number;
  readonly imagesWithForeground: number;
  readonly emptyImages: number;
  /** Sums over the images with foreground. */
  readonly dice: number;
  readonly iou: number;
  /** Images with foreground on which nothing at all is predicted. */
  readonly missed: number;
  /** Predicted pixels of each empty image. */
  readonly emptyAlarms: readonly number[];
  /** Numbers of alarm pixels that a summary asks for. */
  readonly alarmLimits: readonly number[];
}

export function totalsOf(all: readonly RegionScore[], alarmLimits: readonly number[]): Totals {
  const scored = all.filter((score) => score.pixels > 0);
  const withForeground = scored.filter((score) => score.hits + score.misses > 0);
  const empty = scored.filter((score) => score.hits + score.misses === 0);
  return {
    images: scored.length,
    imagesWithForeground: withForeground.length,
    emptyImages: empty.length,
    hits: total(scored, 'hits'),
    misses: total(scored, 'misses'),
    alarms: total(scored, 'alarms'),
    structures: total(scored, 'structures'),
    structuresFound: total(scored, 'structuresFound'),
    falseStructures: total(scored, 'falseStructures'),
    dice: orderlessSum(scored.map(dice)),
    iou: orderlessSum(scored.map(iou)),
    missed: withForeground.filter(({ hits, alarms }) => hits + alarms === 0).length,
    emptyAlarms: empty.map(({ alarms }) => alarms),
    alarmLimits,
  };
}

/** Null where there is nothing to divide by. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Empty images with at least so many predicted pixels. */
export function alarmedFrom({ emptyAlarms }: Totals, pixels: number): number {
  return emptyAlarms.filter((alarms) => alarms >= pixels).length;
}

function total(scores: readonly RegionScore[], key: keyof RegionScore): number {
  return scores.reduce((sum, score) => sum + score[key], 0);
}

/** Floating-point sums depend on their order; sorted first, they do not. */
function orderlessSum(values: readonly (number | null)[]): number {
  return values
    .filter((value) => value !== null)
    .sort((a, b) => a - b)
    .reduce((sum, value) => sum + value, 0);
}
