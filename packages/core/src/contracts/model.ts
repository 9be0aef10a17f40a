import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';

/** A weight or buffer of a model: its name, shape and first values. */
export interface Parameter {
  /** Unique within the model, for example `encoder.0.first.kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** First values, length = product of shape. */
  readonly initial: Float32Array;
  /** Whether weight decay applies: kernels yes; biases and normalisation no. */
  readonly decay: boolean;
}

/** One call of a model: everything that its result depends on. */
export interface ForwardCall {
  /** [batch, ...space, channels], normalised. */
  readonly images: Tensor;
  /** In the order of `Model.weights`. */
  readonly weights: readonly Tensor[];
  /** In the order of `Model.buffers`. */
  readonly buffers: readonly Tensor[];
  readonly mode: 'train' | 'infer';
  /** Fresh numbers of the uniform distribution in [0, 1), from the run's stream (dropout). */
  uniform(shape: readonly number[]): Tensor;
  /** In training, of a model that `joinsProcesses`: where several share each batch, who they are. */
  readonly processes?: Processes;
}

/** Processes that share a batch of training, for a model that wants statistics of all of it. */
export interface Processes {
  /** For each process, the share of the batch's images that it has; together 1. */
  readonly shares: Tensor1D;
  /** Images of the whole batch. */
  readonly images: Scalar;
  /** What each has of a tensor, in the order of `shares`: [processes, ...shape]. Gradients go back to each. */
  gather(x: Tensor): Tensor;
}

/** One more output of a network, coarser than the images, that learns beside the logits. */
export interface AuxiliaryOutput {
  /** [batch, ...space, classes]; every extent divides that of the images. */
  readonly logits: Tensor;
  /** How much every loss counts here, beside 1 for the logits themselves. Above 0. */
  readonly weight: number;
}

/** One more output of a network: whether an image has any structure at all. */
export interface ImageOutput {
  /** A logit for each image, [batch, 1]. Of an image that is seen in windows the largest counts. */
  readonly logits: Tensor;
  /** How much its binary cross-entropy counts beside the losses. Above 0. */
  readonly weight: number;
}

export interface Outputs {
  /** [batch, ...space, classes]. */
  readonly logits: Tensor;
  /** In training mode: the new values of the buffers, in the order of `Model.buffers`. */
  readonly buffers?: readonly Tensor[];
  /** In training mode: deep supervision. The losses apply to each; nothing is predicted with them. */
  readonly auxiliary?: readonly AuxiliaryOutput[];
  /**
   * Of a model with `judgesImages`, in both modes. It learns from the masks, and below
   * `evaluate.gate` nothing is predicted in an image.
   */
  readonly image?: ImageOutput;
}

/**
 * A network as a pure function of tensors. It owns no tensor and no variable, so that a training
 * step can be resumed, averaged over workers, and compiled.
 */
export interface Model {
  /** What the optimizer moves. */
  readonly weights: readonly Parameter[];
  /** Running statistics: saved, not optimized. */
  readonly buffers: readonly Parameter[];
  /** Every space extent of an input must be a multiple of this number (along each axis). */
  readonly multipleOf: readonly number[];
  /** Whether `forward` gives an image output. */
  readonly judgesImages?: boolean;
  /** Whether `forward` uses `processes`, and so sees a whole batch of which it has a part. */
  readonly joinsProcesses?: boolean;
  /** Runs inside tf.tidy. Throws a clear error for a size that does not fit. */
  forward(call: ForwardCall): Outputs;
}
