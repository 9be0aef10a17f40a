import type { Conventions, Summary } from './summary.ts';

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

/** What a score means, for reports and docs. */
export interface ScoreDefinition {
  /** Where it stands in a summary. */
  readonly key: ScoreKey;
  readonly title: string;
  readonly unit: 'share' | 'pixels' | 'structures';
  readonly better: 'higher' | 'lower';
  /** One sentence: how it is made. */
  readonly meaning: string;
  /** One sentence: what it does with an image whose reference is empty. */
  readonly empty: string;
}

export const scoreDefinitions: readonly ScoreDefinition[] = [
  {
    key: 'diceForeground',
    title: 'Dice on images with foreground',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean over the images with foreground of 2 hits / (2 hits + misses + alarms).',
    empty: 'Empty images are left out, so read it beside the share of alarms.',
  },
  {
    key: 'iouForeground',
    title: 'IoU on images with foreground',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean over the images with foreground of hits / (hits + misses + alarms).',
    empty: 'Empty images are left out, so read it beside the share of alarms.',
  },
  {
    key: 'missed',
    title: 'Images missed',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the images with foreground on which nothing at all is predicted.',
    empty: 'Empty images are left out: there is nothing to miss.',
  },
  {
    key: 'alarmShare',
    title: 'Empty images with an alarm',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the empty images with at least one predicted pixel.',
    empty: 'Only empty images count; without any it does not exist.',
  },
  {
    key: 'alarmShareAtLeast',
    title: 'Empty images with many alarm pixels',
    unit: 'share',
    better: 'lower',
    meaning: 'Share of the empty images with at least so many predicted pixels.',
    empty: 'Only empty images count; without any it does not exist.',
  },
  {
    key: 'alarmPixelsPerEmptyImage',
    title: 'Alarm pixels per empty image',
    unit: 'pixels',
    better: 'lower',
    meaning: 'Predicted pixels on empty images, divided by the number of empty images.',
    empty: 'Only empty images count; without any it does not exist.',
  },
  {
    key: 'pooledDice',
    title: 'Dice pooled over all images',
    unit: 'share',
    better: 'higher',
    meaning: 'Dice of hits, misses and alarms summed over all images.',
    empty: 'Alarms on empty images lower it; a quiet empty image does not change it.',
  },
  {
    key: 'recall',
    title: 'Recall, pooled',
    unit: 'share',
    better: 'higher',
    meaning: 'Hits / (hits + misses), summed over all images.',
    empty: 'Empty images do not change it.',
  },
  {
    key: 'precision',
    title: 'Precision, pooled',
    unit: 'share',
    better: 'higher',
    meaning: 'Hits / (hits + alarms), summed over all images.',
    empty: 'Alarms on empty images lower it; a quiet empty image does not change it.',
  },
  {
    key: 'structureRecall',
    title: 'Structures found',
    unit: 'share',
    better: 'higher',
    meaning: 'Share of the connected components of the truth with at least one predicted pixel.',
    empty: 'Empty images do not change it.',
  },
  {
    key: 'falseStructuresPerImage',
    title: 'False structures per image',
    unit: 'structures',
    better: 'lower',
    meaning: 'Connected components of the prediction that touch no truth, divided by all images.',
    empty: 'Every component predicted on an empty image is a false structure.',
  },
  {
    key: 'balanced',
    title: 'Balanced score',
    unit: 'share',
    better: 'higher',
    meaning:
      'Geometric mean of Dice on images with foreground and the share of empty images without an alarm; it chooses the best checkpoint.',
    empty:
      'Empty images make half of it; without any it is Dice alone, and without foreground it is the share of quiet images alone.',
  },
  {
    key: 'conventions.monai',
    title: 'Mean Dice, MONAI convention',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean Dice per image as MONAI averages it.',
    empty: 'Empty images are left out whatever is predicted on them.',
  },
  {
    key: 'conventions.nnunet',
    title: 'Mean Dice, nnU-Net convention',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean Dice per image as nnU-Net averages it.',
    empty: 'An empty image scores 0 with an alarm and is left out without one.',
  },
  {
    key: 'conventions.smp',
    title: 'Mean Dice, segmentation_models.pytorch convention',
    unit: 'share',
    better: 'higher',
    meaning:
      'Mean Dice per image as segmentation_models.pytorch averages it with zero_division = 1.',
    empty: 'An empty image scores 1 without an alarm and 0 with one.',
  },
  {
    key: 'conventions.kaggle',
    title: 'Mean Dice, Kaggle convention',
    unit: 'share',
    better: 'higher',
    meaning: 'Mean Dice per image as the SIIM-ACR pneumothorax competition averages it.',
    empty:
      'An empty image scores 1 without an alarm and 0 with one, so predicting nothing scores the share of empty images.',
  },
];
