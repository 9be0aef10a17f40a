import type { ImageNumbers, RegionCounts, ScoredSet } from '@raremask/core';
import { dice, iou } from '../overlap.ts';
import type { Summary } from '../summary.ts';
import type { ScoreDefinition } from './definition.ts';
import { ratio } from './scoredSet.ts';

const rows = [
  {
    key: 'diceForeground',
    title: 'Dice on images with foreground',
    short: 'Dice (images with foreground)',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean over the images with foreground of 2 hits / (2 hits + misses + alarms).',
    empty: 'Empty images are left out, so read it beside the share of alarms.',
    measure: (counts) => ({ dice: dice(counts) }),
    of: (set) => set.mean('dice'),
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
    measure: (counts) => ({ iou: iou(counts) }),
    of: (set) => set.mean('iou'),
  },
  {
    key: 'missed',
    title: 'Images missed',
    short: 'missed (images with foreground)',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the images with foreground on which nothing at all is predicted.',
    empty: 'Empty images are left out: there is nothing to miss.',
    measure: (counts) => ({
      missed: isEmpty(counts) ? null : Number(counts.hits + counts.alarms === 0),
    }),
    of: (set) => set.mean('missed'),
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
    measure: (counts) => ({ alarmed: alarmed(counts, 1) }),
    of: (set) => set.mean('alarmed'),
    outOf: 'emptyImages',
    pair: true,
    epoch: { name: 'alarmShare', column: 'val_alarm_share' },
    head: 'without\nalarms',
    curve: 'alarms, without',
  },
  {
    key: 'alarmPixelsPerEmptyImage',
    title: 'Alarm pixels per empty image',
    short: 'alarm pixels (per image without)',
    unit: 'pixels',
    better: 'lower',
    meaning: 'Predicted pixels on empty images, divided by the number of empty images.',
    empty: 'Only empty images count; without any it does not exist.',
    measure: (counts) => ({ alarms: isEmpty(counts) ? counts.alarms : null }),
    of: (set) => set.mean('alarms'),
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
    measure: ({ hits, misses, alarms }) => ({ hits, misses, alarms }),
    of: (set) => {
      const hits = set.sum('hits');
      return ratio(2 * hits, 2 * hits + set.sum('misses') + set.sum('alarms'));
    },
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
    measure: ({ hits, misses }) => ({ hits, misses }),
    of: (set) => ratio(set.sum('hits'), set.sum('hits') + set.sum('misses')),
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
    measure: ({ hits, alarms }) => ({ hits, alarms }),
    of: (set) => ratio(set.sum('hits'), set.sum('hits') + set.sum('alarms')),
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
    measure: ({ structures, structuresFound }) => ({ structures, structuresFound }),
    of: (set) => ratio(set.sum('structuresFound'), set.sum('structures')),
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
    measure: ({ falseStructures }) => ({ falseStructures }),
    of: (set) => set.mean('falseStructures'),
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
    measure: diceAndAlarm,
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
    measure: (counts) => ({ dice: dice(counts) }),
    of: (set) => set.mean('dice'),
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
    measure: diceAndAlarm,
    of: (set) => ratio(set.sum('dice'), set.count('dice') + set.sum('alarmed')),
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
    measure: diceAndAlarm,
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
    measure: diceAndAlarm,
    of: emptyAsOne,
    printedBy: { name: 'Kaggle (SIIM-ACR)', empty: '1 when quiet, 0 with an alarm' },
  },
] as const satisfies readonly ScoreDefinition[];

/** The scores that every run has. */
export const scoreDefinitions: readonly ScoreDefinition[] = rows;

/** Of the empty images, how many have so many alarm pixels. */
function manyAlarms(pixels: number): ScoreDefinition {
  return {
    key: `alarmShareAtLeast.${pixels}`,
    title: `Empty images with at least ${pixels} alarm pixels`,
    short: `at least ${pixels} alarm pixels (images without)`,
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the empty images with at least so many predicted pixels.',
    empty: 'Only empty images count; without any it does not exist.',
    measure: (counts) => ({ alarmed: alarmed(counts, pixels) }),
    of: (set) => set.mean('alarmed'),
    outOf: 'emptyImages',
  };
}

/** The scores of a summary that asks for these numbers of alarm pixels, in the order of tables. */
export function definitionsFor(alarmPixels: readonly number[]): ScoreDefinition[] {
  return scoreDefinitions.flatMap((row) =>
    row.key === 'alarmShare' ? [row, ...alarmPixels.map(manyAlarms)] : [row],
  );
}

type EpochRow = Extract<(typeof rows)[number], { readonly epoch: object }>;

/** The standard scores that each validated epoch has, by the name that events and settings give them. */
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

function isEmpty({ hits, misses }: RegionCounts): boolean {
  return hits + misses === 0;
}

/** Of an empty image, 1 where it has so many alarm pixels, else 0. */
function alarmed(counts: RegionCounts, pixels: number): number | null {
  return isEmpty(counts) ? Number(counts.alarms >= pixels) : null;
}

function diceAndAlarm(counts: RegionCounts): ImageNumbers {
  return { dice: dice(counts), alarmed: alarmed(counts, 1) };
}

function balance(set: ScoredSet): number {
  const [overlap, alarms] = [set.mean('dice'), set.mean('alarmed')];
  if (overlap === null) return alarms === null ? 0 : 1 - alarms;
  return alarms === null ? overlap : Math.sqrt(overlap * (1 - alarms));
}

/** A quiet empty image counts 1, one with an alarm 0. */
function emptyAsOne(set: ScoredSet): number | null {
  const quiet = set.emptyImages - set.sum('alarmed');
  return ratio(set.sum('dice') + quiet, set.images);
}
