import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';

/** What a loss sees of one batch: float32, channels last, space 2-D or 3-D. */
export interface LossInput {
  /** Raw scores, [batch, ...space, classes]. */
  readonly logits: Tensor;
  /** Softmax or sigmoid of the logits, as the task says; made on first use, shared by all terms. */
  readonly probabilities: Tensor;
  /** Logarithm of the probabilities, computed from the logits without overflow; shared likewise. */
  readonly logProbabilities: Tensor;
  /**
   * One-hot (exclusive classes, background first) or multi-hot (overlapping classes), shaped like
   * the logits; all zeros where a pixel is ignored.
   */
  readonly target: Tensor;
  /** How many times each pixel counts, [batch, ...space, 1]; 0 = ignored, 1 = once. */
  readonly weight: Tensor;
}

/**
 * One number per sample, [batch]; or a scalar where the loss pools its batch on purpose.
 *
 * A pure function of its input: it keeps no tensor, changes none, and reads no tensor's data.
 * It runs inside tf.tidy.
 */
export type Loss = (input: LossInput) => Tensor1D | Scalar;
