/** A batch and the numbers that change from step to step. */
export interface StepCall {
  readonly count: number;
  readonly size: readonly number[];
  /** [count, ...size, channels] */
  readonly images: Float32Array;
  /** [count, ...size, classes] */
  readonly target: Float32Array;
  /** [count, ...size, 1] */
  readonly weight: Float32Array;
  readonly learningRate: number;
  readonly firstCorrection: number;
  readonly secondCorrection: number;
  /** The weight of each loss term. */
  readonly termWeights: readonly number[];
  /** Fills an array with fresh uniform numbers, for the model's dropout. */
  uniform(into: Float32Array): void;
}

export interface StepResult {
  /** [1 + terms + 1]: the weighted sum, each term before its weight, the gradient's global norm. */
  readonly monitor: Float32Array;
  /** [count, 2] where asked for: each sample's loss, and its share of background pixels alarmed. */
  readonly outcomes?: Float32Array;
}

/** All tensors of a run, as tfjs orders their elements. */
export interface StateArrays {
  readonly weights: readonly Float32Array[];
  readonly buffers: readonly Float32Array[];
  readonly slots: readonly Float32Array[];
}

/** A network with weights in it. */
export interface Network {
  /**
   * Logits of whole images, [count, ...size, classes].
   *
   * @param images [count, ...size, channels]
   * @throws RaremaskError where the model's logits have another shape
   */
  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Computes training steps, and holds the state between them. */
export interface Runner extends Network {
  step(call: StepCall): Promise<StepResult>;
  state(): StateArrays;
}
