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
  /** Steps of all epochs that a resumed run has behind it; 0 for a new one. */
  readonly startStep: number;
}

/** How a run came to its end: it may also have failed, in which case no `end` event came before. */
export type RunOutcome = 'finished' | 'interrupted' | 'failed';

/** Weights at the end of an epoch, for those trackers that ask for them. */
export interface TrackedWeights {
  readonly epoch: number;
  /** Steps of all epochs until here. */
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
  /** Class indices, or 0 and 1 for each overlapping class, channels last. 255 is not judged. */
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  /** Largest probability of foreground, a pixel. */
  readonly probability: Float32Array;
}

/**
 * Gets what happens in a run, to show it elsewhere. Plain data, in order. A tracker that throws, or
 * has not answered a call after 60 seconds, is named in one line and gets no more; it never costs the run.
 */
export interface Tracker {
  start?(run: TrackedRun): void | Promise<void>;
  event?(event: RunEvent): void | Promise<void>;
  /**
   * Called for each validation image while an epoch is validated, in the same order every time, and
   * before the epoch's event; left out, none are handed over. What is given is the tracker's to read
   * until it returns, or its promise is kept.
   */
  image?(image: TrackedImage): void | Promise<void>;
  /** Called after every `every` epochs; left out, weights are not handed over. */
  readonly weights?: {
    readonly every: number;
    take(weights: TrackedWeights): void | Promise<void>;
  };
  /** The run folder is complete, or the run was stopped, or failed: the last call. */
  end?(outcome: RunOutcome): void | Promise<void>;
  /** Seconds that the end may take, before the command goes on without it; left out, 60. */
  readonly endSeconds?: number | undefined;
}

/**
 * A manifest as a flat list of settings, as most trackers want them, by their place: `train.batch`,
 * `loss.0.use`. Lists of plain values stay one setting, written like `[64, 64]`.
 */
export function flatSettings(manifest: Json): Record<string, string | number | boolean> {
  const settings: Record<string, string | number | boolean> = {};
  const walk = (value: Json, place: string): void => {
    if (value === null) settings[place] = 'null';
    else if (typeof value !== 'object') settings[place] = value;
    else if (isPlainList(value)) settings[place] = `[${value.join(', ')}]`;
    else {
      const inside = Object.entries(value) as [string, Json][];
      if (inside.length === 0 && place !== '') settings[place] = '{}';
      for (const [key, entry] of inside) walk(entry, place === '' ? key : `${place}.${key}`);
    }
  };
  walk(manifest, '');
  return settings;
}

function isPlainList(value: Json): value is readonly (string | number | boolean | null)[] {
  return (
    Array.isArray(value) && value.every((entry) => entry === null || typeof entry !== 'object')
  );
}
