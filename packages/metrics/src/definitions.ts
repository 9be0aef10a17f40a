import type { Conventions, Summary } from './summary.ts';
import { alarmedFrom, ratio, type Totals } from './totals.ts';

/** Keys of a summary that are scores; counts of images and structures are not. */
export type ScoreKey =
  | Exclude<
      keyof Summary,
      | 'images'
      | 'imagesWithForeground'
      | 'emptyImages'
      | 'structures'
      | 'structuresFound'
      | 'conventions'
    >
  | `conventions.${keyof Conventions}`;

/** All that is known of a score: tables, curves, reports and the best checkpoint read it here. */
export interface ScoreDefinition {
  /** Where it stands in a summary. */
  readonly key: ScoreKey;
  readonly title: string;
  /** A few words, for a table that is explained elsewhere. */
  readonly short: string;
  readonly unit: 'share' | 'pixels' | 'structures';
  readonly better: 'higher' | 'lower';
  /** One sentence: how it is made. */
  readonly meaning: string;
  /** One sentence: what it does with an image whose reference is empty. */
  readonly empty: string;
  /** How it is made of what is summed over the images; null where it does not exist. */
  readonly of: (totals: Totals) => number | null | Summary['alarmShareAtLeast'];
  /** What a share is a share of, where that can be counted: "3 of 48" says more than 0.06. */
  readonly outOf?: 'imagesWithForeground' | 'emptyImages' | 'structures';
  /** One of the two kinds of error that stand side by side wherever scores are shown. */
  readonly pair?: true;
  /** Of scores that each validated epoch has: their name in events and settings, and their column in metrics.csv. */
  readonly epoch?: { readonly name: string; readonly column: string };
  /** Of scores in a terminal's table: what stands over their column, in lines. */
  readonly head?: string;
  /** Of scores drawn over the epochs: the name of the line. */
  readonly curve?: string;
  /** Whether it is one of the few numbers at the head of a report. */
  readonly tile?: true;
  /** Of the mean Dice that another package would print: its name, and what an empty image counts there. */
  readonly printedBy?: { readonly name: string; readonly empty: string };
}

const rows = [
  {
    key: 'diceForeground',
    title: 'Dice on images with foreground',
    short: 'Dice (images with foreground)',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean over the images with foreground of 2 hits / (2 hits + misses + alarms).',
    empty: 'Empty images are left out, so read it beside the share of alarms.',
    of: ({ dice, imagesWithForeground }) => ratio(dice, imagesWithForeground),
    pair: true,
    epoch: { name: 'diceForeground', column: 'val_dice_foreground' },
    head: 'with foreground\nDice',
    curve: 'Dice, with foreground',
  },
  {
    key: 'iouForeground',
    title: 'IoU on images with foreground',
    short: 'IoU (images with foreground)',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean over the images with foreground of hits / (hits + misses + alarms).',
    empty: 'Empty images are left out, so read it beside the share of alarms.',
    of: ({ iou, imagesWithForeground }) => ratio(iou, imagesWithForeground),
  },
  {
    key: 'missed',
    title: 'Images missed',
    short: 'missed (images with foreground)',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the images with foreground on which nothing at all is predicted.',
    empty: 'Empty images are left out: there is nothing to miss.',
    of: ({ missed, imagesWithForeground }) => ratio(missed, imagesWithForeground),
    outOf: 'imagesWithForeground',
    epoch: { name: 'missed', column: 'val_missed' },
    head: 'missed',
    curve: 'missed',
  },
  {
    key: 'alarmShare',
    title: 'Empty images with an alarm',
    short: 'alarms (images without)',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the empty images with at least one predicted pixel.',
    empty: 'Only empty images count; without any it does not exist.',
    of: (totals) => ratio(alarmedFrom(totals, 1), totals.emptyImages),
    outOf: 'emptyImages',
    pair: true,
    epoch: { name: 'alarmShare', column: 'val_alarm_share' },
    head: 'without\nalarms',
    curve: 'alarms, without',
  },
  {
    key: 'alarmShareAtLeast',
    title: 'Empty images with many alarm pixels',
    short: 'many alarm pixels (images without)',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the empty images with at least so many predicted pixels.',
    empty: 'Only empty images count; without any it does not exist.',
    of: (totals) =>
      totals.alarmLimits.map((pixels) => ({
        pixels,
        share: ratio(alarmedFrom(totals, pixels), totals.emptyImages),
      })),
    outOf: 'emptyImages',
  },
  {
    key: 'alarmPixelsPerEmptyImage',
    title: 'Alarm pixels per empty image',
    short: 'alarm pixels (per image without)',
    unit: 'pixels',
    better: 'lower',
    meaning: 'Predicted pixels on empty images, divided by the number of empty images.',
    empty: 'Only empty images count; without any it does not exist.',
    of: ({ emptyAlarms, emptyImages }) =>
      ratio(
        emptyAlarms.reduce((sum, alarms) => sum + alarms, 0),
        emptyImages,
      ),
    epoch: { name: 'alarmPixels', column: 'val_alarm_pixels' },
    head: 'alarm\npixels',
  },
  {
    key: 'pooledDice',
    title: 'Dice pooled over all images',
    short: 'pooled Dice',
    unit: 'share',
    better: 'higher',
    meaning: 'Dice of hits, misses and alarms summed over all images.',
    empty: 'Alarms on empty images lower it; a quiet empty image does not change it.',
    of: ({ hits, misses, alarms }) => ratio(2 * hits, 2 * hits + misses + alarms),
    epoch: { name: 'pooledDice', column: 'val_pooled_dice' },
    head: 'pooled\nDice',
    tile: true,
  },
  {
    key: 'recall',
    title: 'Recall, pooled',
    short: 'recall, pooled',
    unit: 'share',
    better: 'higher',
    meaning: 'Hits / (hits + misses), summed over all images.',
    empty: 'Empty images do not change it.',
    of: ({ hits, misses }) => ratio(hits, hits + misses),
    tile: true,
  },
  {
    key: 'precision',
    title: 'Precision, pooled',
    short: 'precision, pooled',
    unit: 'share',
    better: 'higher',
    meaning: 'Hits / (hits + alarms), summed over all images.',
    empty: 'Alarms on empty images lower it; a quiet empty image does not change it.',
    of: ({ hits, alarms }) => ratio(hits, hits + alarms),
    tile: true,
  },
  {
    key: 'structureRecall',
    title: 'Structures found',
    short: 'structures found',
    unit: 'share',
    better: 'higher',
    meaning: 'Share of the connected components of the truth with at least one predicted pixel.',
    empty: 'Empty images do not change it.',
    of: ({ structures, structuresFound }) => ratio(structuresFound, structures),
    outOf: 'structures',
    head: 'structures\nfound',
    tile: true,
  },
  {
    key: 'falseStructuresPerImage',
    title: 'False structures per image',
    short: 'false structures per image',
    unit: 'structures',
    better: 'lower',
    meaning: 'Connected components of the prediction that touch no truth, divided by all images.',
    empty: 'Every component predicted on an empty image is a false structure.',
    of: ({ falseStructures, images }) => ratio(falseStructures, images),
    head: 'false\nper image',
    tile: true,
  },
  {
    key: 'balanced',
    title: 'Balanced score',
    short: 'balanced score',
    unit: 'share',
    better: 'higher',
    meaning:
      'Geometric mean of Dice on images with foreground and the share of empty images without an alarm; it chooses the best checkpoint.',
    empty:
      'Empty images make half of it; without any it is Dice alone, and without foreground it is the share of quiet images alone.',
    of: balance,
    epoch: { name: 'balanced', column: 'val_balanced' },
    tile: true,
  },
  {
    key: 'conventions.monai',
    title: 'Mean Dice, MONAI convention',
    short: 'mean Dice, MONAI',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean Dice per image as MONAI averages it.',
    empty: 'Empty images are left out whatever is predicted on them.',
    of: ({ dice, imagesWithForeground }) => ratio(dice, imagesWithForeground),
    printedBy: { name: 'MONAI', empty: 'left out, alarm or not' },
  },
  {
    key: 'conventions.nnunet',
    title: 'Mean Dice, nnU-Net convention',
    short: 'mean Dice, nnU-Net',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean Dice per image as nnU-Net averages it.',
    empty: 'An empty image scores 0 with an alarm and is left out without one.',
    of: (totals) => ratio(totals.dice, totals.imagesWithForeground + alarmedFrom(totals, 1)),
    printedBy: { name: 'nnU-Net', empty: 'left out when quiet, 0 with an alarm' },
  },
  {
    key: 'conventions.smp',
    title: 'Mean Dice, segmentation_models.pytorch convention',
    short: 'mean Dice, segmentation_models.pytorch',
    unit: 'share',
    better: 'higher',
    meaning:
      'Mean Dice per image as segmentation_models.pytorch averages it with zero_division = 1.',
    empty: 'An empty image scores 1 without an alarm and 0 with one.',
    of: emptyAsOne,
    printedBy: { name: 'segmentation_models.pytorch', empty: '1 when quiet, 0 with an alarm' },
  },
  {
    key: 'conventions.kaggle',
    title: 'Mean Dice, Kaggle convention',
    short: 'mean Dice, Kaggle',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean Dice per image as the SIIM-ACR pneumothorax competition averages it.',
    empty:
      'An empty image scores 1 without an alarm and 0 with one, so predicting nothing scores the share of empty images.',
    of: emptyAsOne,
    printedBy: { name: 'Kaggle (SIIM-ACR)', empty: '1 when quiet, 0 with an alarm' },
  },
] as const satisfies readonly ScoreDefinition[];

export const scoreDefinitions: readonly ScoreDefinition[] = rows;

type EpochRow = Extract<(typeof rows)[number], { readonly epoch: object }>;

/** The scores that each validated epoch has, by the name that events and settings give them. */
export type EpochScores = {
  readonly [Row in EpochRow as Row['epoch']['name']]: Summary[Row['key']];
};

/** A score that each validated epoch has. */
export type EpochScoreDefinition = ScoreDefinition & {
  readonly epoch: { readonly name: keyof EpochScores; readonly column: string };
};

export const epochScoreDefinitions: readonly EpochScoreDefinition[] = rows.filter(
  (row): row is EpochRow => 'epoch' in row,
);

/** What an epoch keeps of a summary. */
export function epochScores(summary: Summary): EpochScores {
  return Object.fromEntries(
    epochScoreDefinitions.map(({ epoch, key }) => [epoch.name, scoreOf(summary, key)]),
  ) as unknown as EpochScores;
}

/** A score of a summary; null where it does not exist, or is a list. */
export function scoreOf(summary: Summary, key: ScoreKey): number | null {
  const convention = key.match(/^conventions\.(.*)$/)?.[1];
  const value =
    convention === undefined
      ? summary[key as keyof Summary]
      : summary.conventions[convention as keyof Conventions];
  return typeof value === 'number' ? value : null;
}

/**
 * Whether a score is better than the best one so far, whichever way is better for it. A score that does
 * not exist is never better; the first that does always is.
 *
 * @param name of a score that each epoch has, as `evaluate.score` of a manifest names it
 */
export function isBetter(
  name: keyof EpochScores,
  score: number | null,
  best: number | null | undefined,
): score is number {
  if (score === null) return false;
  if (best === null || best === undefined) return true;
  const lower = epochScoreDefinitions.find(({ epoch }) => epoch.name === name)?.better === 'lower';
  return lower ? score < best : score > best;
}

function balance(totals: Totals): number {
  const dice = ratio(totals.dice, totals.imagesWithForeground);
  const alarms = ratio(alarmedFrom(totals, 1), totals.emptyImages);
  if (dice === null) return alarms === null ? 0 : 1 - alarms;
  return alarms === null ? dice : Math.sqrt(dice * (1 - alarms));
}

/** A quiet empty image counts 1, one with an alarm 0. */
function emptyAsOne(totals: Totals): number | null {
  const quiet = totals.emptyImages - alarmedFrom(totals, 1);
  return ratio(totals.dice + quiet, totals.images);
}
