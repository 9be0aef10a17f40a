import type { Scalar, Tensor } from '@tensorflow/tfjs';

/** One weight on its way through an update, or several of them end to end as one long vector. */
export interface UpdateCall {
  readonly weight: Tensor;
  /** Shaped like the weight; clipped already, where the manifest says so. */
  readonly gradient: Tensor;
  /** The optimizer's own memory of this weight, by the names in `Optimizer.slots`; shaped like it. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** The schedule's learning rate, times the factor of this weight's group. */
  readonly learningRate: Scalar;
  /** What `Optimizer.numbers` gave for this step, by name. */
  readonly numbers: Readonly<Record<string, Scalar>>;
  /** Whether weight decay applies to this weight: kernels yes; biases and normalisation no. */
  readonly decay: boolean;
}

export interface Updated {
  readonly weight: Tensor;
  /** New values of all slots, by name. */
  readonly slots: Readonly<Record<string, Tensor>>;
}

/**
 * What moves the weights, as a pure function of tensors: it owns no tensor, keeps none, and reads no
 * tensor's data, so that a step can be compiled, resumed, and averaged over workers.
 */
export interface Optimizer {
  /** Names of what it remembers of each weight, for example a moment. All start as zeros. */
  readonly slots: readonly string[];
  /**
   * Numbers that change from step to step, for example a bias correction: they enter the update as
   * scalars. The names are the same at every step.
   *
   * @param step counted from 1
   */
  numbers?(step: number): Readonly<Record<string, number>>;
  /** Runs inside tf.tidy. */
  update(call: UpdateCall): Updated;
  /**
   * True where an update looks at a weight as a whole, for example at its norm. Left out, each element
   * is moved by itself, and small weights may come end to end as one vector.
   */
  readonly wholeWeights?: boolean;
}
