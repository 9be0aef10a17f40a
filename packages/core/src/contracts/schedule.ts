import type { Json } from './random.ts';

/** How far a run has come, without its warm-up. */
export interface RunProgress {
  /** Share of the run that is done, 0 at the first step after the warm-up, below 1 at the last step. */
  readonly done: number;
  /** Epochs done since the warm-up, with the fraction of the running one. */
  readonly epoch: number;
  /** Length of the run in epochs, without the warm-up. */
  readonly epochs: number;
}

/** How the learning rate changes over a run. The warm-up before it is the run's own. */
export interface Schedule {
  /** The learning rate as a share of its full value; called before every step. */
  factor(progress: RunProgress): number;
  /**
   * Told the score that chooses the best checkpoint, after each epoch that was validated; epochs are
   * counted from 0. Higher is better: of a score where lower is, it is the negative. Counts from the next
   * epoch on.
   */
  observe?(score: number, epoch: number): void;
  /** Saved in every checkpoint. */
  state?(): Json;
  restore?(state: Json): void;
}
