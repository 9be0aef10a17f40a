import type * as tf from '@tensorflow/tfjs';
import type { ProcessesInput } from './processes.ts';

/** One batch as plain memory, with what else a step computes its loss of. */
export interface StepBatch {
  readonly count: number;
  readonly size: readonly number[];
  /** [count, ...size, channels] */
  readonly images: Float32Array;
  /** [count, ...size, classes] */
  readonly target: Float32Array;
  /** [count, ...size, 1] */
  readonly weight: Float32Array;
  /** The weight of each loss term. */
  readonly termWeights: readonly number[];
  /** Fills an array with fresh uniform numbers, for the model's dropout. */
  uniform(into: Float32Array): void;
}

/** One batch, as tensors. */
export interface BatchInput {
  /** [batch, ...space, channels] */
  readonly images: tf.Tensor;
  /** [batch, ...space, classes] */
  readonly target: tf.Tensor;
  /** [batch, ...space, 1] */
  readonly weight: tf.Tensor;
  /** The weight of each loss term. */
  readonly termWeights: readonly tf.Scalar[];
  /** Factor of the loss while its gradient is computed; left out, 1. */
  readonly lossScale?: tf.Scalar | undefined;
  /** Where it is a part of a batch that several processes share, and the model sees all of it. */
  readonly processes?: ProcessesInput | undefined;
  /** Fresh uniform numbers for the model's dropout. */
  uniform(shape: readonly number[]): tf.Tensor;
}
