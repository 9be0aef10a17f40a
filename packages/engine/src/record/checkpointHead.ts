import type { Census, Facts, Json, RunEvent } from '@raremask/core';
import type { Normalization } from '../intensities/normalize.ts';

/** Where a run stands, beside its tensors. JSON, in the checkpoint's header. */
export interface Progress {
  /** The epoch to go on with, counted from 0. */
  readonly epoch: number;
  /** Batches of that epoch that are done. */
  readonly step: number;
  /** Batches since the beginning of the run. */
  readonly totalSteps: number;
  /** Updates of the weights since then. */
  readonly updates: number;
  /** Sums over the done batches of that epoch: images, loss, each term, gradient norm. */
  readonly sums: EpochSums;
  readonly sampler: Json;
  readonly schedule: Json;
  /** How far a run with a budget is; null, or absent in older files, where epochs say it. */
  readonly course?: TimedState | null;
  /** Positions of the epochs that have begun, where a budget decided on them; absent in older files. */
  readonly positions?: EpochPositions;
  readonly best: { readonly epoch: number; readonly score: number } | null;
  /** Updates that were done when frozen weights were thawed, from which the optimizer counts; absent before. */
  readonly thawedAt?: number;
  /** The last validation that was better as `train.earlyStop` asks; absent without it. */
  readonly improved?: { readonly epoch: number; readonly score: number };
  /** Training seconds so far. */
  readonly seconds: number;
  /**
   * What was said of the last whole epoch, so that it is never lost where the process dies before
   * metrics.csv has it; absent before the first, and in older files.
   */
  readonly lastEpoch?: EpochEvent;
  /** What the loss is scaled by in float16; absent in other precisions. */
  readonly lossScale?: LossScaleState;
  /** What the sentinel has seen so far; absent where it is off, and in older files. */
  readonly sentinel?: Json;
}

/** How far a run is that ends in time. */
export interface TimedState {
  readonly budget: number;
  /** Seconds of it that are used. */
  readonly spent: number;
  /** Share of the schedule that is done. */
  readonly done: number;
  /** Seconds of all validations so far. */
  readonly validation: number;
  readonly over: boolean;
}

/** Where the scaling of the loss stands. */
export interface LossScaleState {
  readonly now: number;
  /** Updates in a row without an overflow. */
  readonly good: number;
  /** Whether the update that is being gathered has had one. */
  readonly isDropped: boolean;
}

/** Epochs and their positions, where these are not the same number. */
export type EpochPositions = readonly (readonly [epoch: number, position: number])[];

export type EpochEvent = Extract<RunEvent, { type: 'epoch' }>;

export interface EpochSums {
  readonly batches: number;
  /** Those after which the weights were moved. */
  readonly updates: number;
  readonly images: number;
  readonly loss: number;
  readonly terms: readonly number[];
  readonly gradientNorm: number;
  /** Windows with foreground before augmentation, those of them that it has emptied, and pasted ones. */
  readonly masks: number;
  readonly emptied: number;
  readonly pasted: number;
  /** Seconds that steps waited for batches, without the first of the epoch. */
  readonly waited: number;
  readonly seconds: number;
}

/** The format of checkpoints that is written; all up to it are read. */
export const CHECKPOINT_FORMAT = 1;

/** What a network needs to be used, beside its tensors. */
export interface CheckpointHead {
  readonly format: typeof CHECKPOINT_FORMAT;
  /** That every array and this head have one; absent in files of earlier versions. */
  readonly checksums?: 'sha256';
  readonly facts: Facts;
  readonly normalization: Normalization;
  /** Frequencies of the training split, so that the model can be made without the data. */
  readonly census: Census;
  readonly progress: Progress;
}
