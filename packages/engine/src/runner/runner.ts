import type { StepBatch } from '../step/batchInput.ts';
import type { NetworkState, TrainingState } from '../step/state.ts';

/** The numbers of one update. */
export interface UpdateCall {
  readonly learningRate: number;
  /** The optimizer's own, by name. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Share of a moving average that stays, where averages are kept. */
  readonly decay?: number;
}

/** A batch and the numbers that change from step to step. */
export interface StepCall extends UpdateCall, StepBatch {
  /** Where several batches make one update: this one's place among them. */
  readonly gathering?: Gathering;
  /** Factor of the loss while its gradient is computed, where the program is a scaled one. */
  readonly lossScale?: number;
  /** Where the batch is a part of one: the share of its images that each process has, and their number. */
  readonly processes?: { readonly shares: readonly number[]; readonly images: number };
}

/** The place of a batch among those that make one update. */
export interface Gathering {
  /** Its share of their images. */
  readonly share: number;
  readonly first: boolean;
  /** The last one updates, but where the update waits for other processes. */
  readonly last: boolean;
}

export interface StepResult {
  /** The weighted sum of the terms. */
  readonly loss: number;
  /** Each term before its weight. */
  readonly terms: readonly number[];
  /** Norm of the gradient of all weights together, before the clip; null where nothing was updated. */
  readonly gradientNorm: number | null;
  /** Whether the gradient of a scaled loss was not finite while the loss was: the state is as before. */
  readonly overflowed?: boolean;
  /** Where asked for, one a sample. */
  readonly outcomes?: readonly SampleOutcome[];
}

interface SampleOutcome {
  /** Weighted sum of the terms that give one number a sample. */
  readonly loss: number;
  /** Share of the counted pixels without foreground that were predicted as foreground. */
  readonly alarms: number;
}

/** All tensors of a run, as tfjs orders their elements. */
export type StateArrays = TrainingState<Float32Array>;

/** What a network is used with, likewise. */
export type NetworkArrays = NetworkState<Float32Array>;

/** What a network says of images. */
export interface Inferred {
  /** [count, ...size, classes] */
  readonly logits: Float32Array;
  /** Of a model that judges images: a logit for each, whether it has any structure. */
  readonly image?: Float32Array;
}

/** A network with weights in it. */
export interface Network {
  /**
   * What the network says of whole images.
   *
   * @param images [count, ...size, channels]
   * @throws RaremaskError where the model's outputs have another shape
   */
  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Inferred>;
  dispose(): Promise<void>;
}

/** Changes all gathered gradients, which lie end to end, and all running statistics; both in place. */
export type Exchange = (gathered: Float32Array, buffers: Float32Array) => void;

/** Computes training steps, and holds the state between them. It infers with the moving averages, where they are kept. */
export interface Runner extends Network {
  /** Where a loss or the norm of the gradient is not finite, the state is as before. */
  step(call: StepCall): Promise<StepResult>;
  /**
   * Whole updates in a row, of batches of one shape: the first of them, or more where what computes makes several at
   * once. At one whose loss or norm is not finite it ends, with the state before that one.
   *
   * @returns results of those that were made
   */
  steps(calls: readonly StepCall[]): Promise<readonly StepResult[]>;
  /** How many of such steps are best made at once, as far as is known by now. */
  readonly atOnce: number;
  /** Lets what was gathered, and the running statistics, be changed before the update. */
  exchange(change: Exchange): Promise<void>;
  /** The update that steps with `gathering` wait for. @returns the norm of the gathered gradient */
  update(call: UpdateCall): Promise<number>;
  /** A copy of the state. @throws DeviceLost where it was on a device that is gone */
  state(): Promise<StateArrays>;
  /** Takes another state of the same layout in the place of its own. */
  load(state: StateArrays): void;
}
