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
  /** Fills an array with fresh uniform numbers. */
  uniform(into: Float32Array): void;
}

export interface StepResult {
  /** [1 + terms + 1]: the weighted sum, each term before its weight, the gradient's global norm. */
  readonly monitor: Float32Array;
  /** [count, 2] where asked for: each sample's loss, and its share of background pixels alarmed. */
  readonly outcomes?: Float32Array;
}

/** All tensors of a run, as arrays in the order of tfjs. */
export interface StateArrays {
  readonly weights: readonly Float32Array[];
  readonly buffers: readonly Float32Array[];
  readonly slots: readonly Float32Array[];
}

/** Computes steps and logits, and holds the state between them. */
export interface Runner {
  /**
   * One training step. The state is replaced unless `accept` is called with false afterwards.
   */
  step(call: StepCall): Promise<StepResult>;
  /** Takes the last step back: the state is what it was before it. */
  undo(): void;
  /** Logits of whole images, [count, ...size, classes]. */
  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array>;
  state(): Promise<StateArrays>;
  dispose(): Promise<void>;
}
