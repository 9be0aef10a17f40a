import type { Facts, Loss, Model, Optimizer } from '@raremask/core';
import type { StepProcesses } from './processes.ts';

/** What inference is made of. */
export interface NetworkProgram {
  readonly facts: Facts;
  readonly model: Model;
}

/** What a step is made of. */
export interface StepProgram extends NetworkProgram {
  readonly losses: readonly Loss[];
  readonly optimizer: Optimizer;
  /** Factors of the learning rate, one a weight; left out: 1 for all. */
  readonly factors?: readonly number[];
  /** Whether each weight stays as it is; left out, all are moved. */
  readonly frozen?: readonly boolean[];
  /** Largest global norm of the gradient, or null. */
  readonly clip: number | null;
  /** Whether moving averages of the weights are kept. */
  readonly average?: boolean;
  /** Whether gradients of several batches make one update. */
  readonly accumulate?: boolean;
  /** Where several processes make each step together, and the model sees all of it. */
  readonly processes?: StepProcesses;
  /** Whether the loss is scaled before its gradient is taken, which is divided by the same afterwards. */
  readonly scaled?: boolean;
  /** Whether a sampler wants each sample's outcome. */
  readonly outcomes: boolean;
  /** What messages call each loss. */
  readonly places?: readonly string[];
  /** What messages call the optimizer. */
  readonly optimizerPlace?: string;
}
