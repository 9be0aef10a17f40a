import type { RunEvent } from './events.ts';
import type { Json } from './random.ts';

/** What a tracker is told once, before the first event. */
export interface TrackedRun {
  /** The run folder, absolute. */
  readonly folder: string;
  readonly name: string;
  /** The resolved manifest as plain data: every override and default is in it. */
  readonly manifest: Json;
  /** Epoch that a resumed run goes on with; 1 for a new one. */
  readonly startEpoch: number;
}

/** Weights at the end of an epoch, for those trackers that ask for them. */
export interface TrackedWeights {
  readonly epoch: number;
  readonly step: number;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }[];
}

/** One validation image, as it was decided. */
export interface TrackedImage {
  readonly epoch: number;
  readonly id: string;
  /** [height, width], or [depth, height, width]. */
  readonly size: readonly number[];
  readonly channels: number;
  /** As the data set gives it, channels last. */
  readonly image: Uint8Array | Uint16Array | Float32Array;
  /** Class indices, or 0 and 1 for each overlapping class, channels last. */
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  /** Largest probability of foreground, a pixel. */
  readonly probability: Float32Array;
}

/**
 * Gets what happens in a run, to show it elsewhere. Plain data, in order. A tracker that throws is named
 * in one line and gets no more; it never costs the run.
 */
export interface Tracker {
  start?(run: TrackedRun): void | Promise<void>;
  event?(event: RunEvent): void | Promise<void>;
  /** Called for validation images after an epoch; left out, none are handed over. */
  image?(image: TrackedImage): void | Promise<void>;
  /** Called after every `every` epochs; left out, weights are not handed over. */
  readonly weights?: {
    readonly every: number;
    take(weights: TrackedWeights): void | Promise<void>;
  };
  /** The run folder is complete, or the run was stopped: the last call. */
  end?(): void | Promise<void>;
}
