import type { Json } from './random.ts';

/** One sample of a batch: all of it, or a window of it. */
export interface Draw {
  readonly id: string;
  /** Absent: the whole image. May stick out of the image: what is outside is padded with weight 0. */
  readonly window?: Window;
}

/** A box in space coordinates. */
export interface Window {
  readonly origin: readonly number[];
  readonly size: readonly number[];
}

/** What became of a drawn sample in its training step. */
export interface Outcome {
  readonly draw: Draw;
  /** The sample's loss, summed over the terms that give one number a sample. */
  readonly loss: number;
  /** Share of the pixels without foreground that were predicted as foreground. */
  readonly alarms: number;
}

/**
 * How far a run is at the beginning of an epoch, in epochs as the manifest counts them, `train.epochs` in all. It is
 * the epoch itself, except where a time budget decides how many there are. Known of the epoch that is asked for
 * and of those before.
 */
export type EpochPosition = (epoch: number) => number;

/** Which samples, and which window of each, make the next batch. Never touches a tensor. */
export interface Sampler {
  /**
   * The batches of one epoch, epochs counted from 0. All batches have the run's batch size, except
   * that the last one may be smaller. The same epoch gives the same batches, whatever was asked before.
   *
   * @param positionOf for what changes over the epochs; absent, each epoch is its own position. What it says of
   *   an epoch never changes in a run
   */
  batches(epoch: number, positionOf?: EpochPosition): Iterable<readonly Draw[]>;
  /**
   * Feedback after a step of an epoch, epochs counted from 0. It counts from the next epoch on: batches
   * are read ahead, and an epoch is gone on with in its middle after a resume.
   */
  observe?(outcomes: readonly Outcome[], epoch: number): void;
  /** Saved in every checkpoint. */
  state?(): Json;
  restore?(state: Json): void;
  /** Size of the windows it draws, where it draws windows: lets a model refuse it before training. */
  readonly window?: readonly number[];
}
