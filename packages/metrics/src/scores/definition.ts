import type { ImageNumbers, RegionCounts, Score, ScoreText } from '@raremask/core';
import type { Conventions, Summary } from '../summary.ts';

/** Where a score stands in a summary. */
export type ScoreKey =
  | Exclude<
      keyof Summary,
      | 'images'
      | 'imagesWithForeground'
      | 'emptyImages'
      | 'structures'
      | 'structuresFound'
      | 'alarmShareAtLeast'
      | 'added'
      | 'conventions'
      | 'groups'
      | 'intervals'
    >
  | `alarmShareAtLeast.${number}`
  | `conventions.${keyof Conventions}`
  | `added.${string}`;

/** All that is known of a score where it is shown: tables, curves and reports read it here. */
export interface ShownScore extends Required<ScoreText> {
  readonly key: ScoreKey;
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

/** A score that every run has: a row like those that a manifest adds, which needs counts alone. */
export interface ScoreDefinition extends ShownScore, Pick<Score, 'of'> {
  measure(counts: RegionCounts): ImageNumbers;
}

/** A score beside those that every run has, by its name. */
export interface AddedScore extends Pick<Score, 'measure' | 'of'> {
  readonly name: string;
}
