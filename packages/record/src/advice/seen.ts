import type { RecordedEvent } from '../events.ts';

/** What a training has seen, where that is known: what its manifest alone does not say. */
export interface Seen {
  /** Share of the training images with foreground. */
  readonly foregroundShare?: number;
  /** Steps of the optimizer, about: epochs differ in their batches where a sampler's shares change. */
  readonly steps?: number;
}

type Start = Extract<RecordedEvent, { type: 'start' }>;

/** @param epochs that were trained */
export function seenIn(start: Start | undefined, epochs: number): Seen {
  if (start === undefined) return {};
  const { counts, batchesPerEpoch } = start;
  return {
    ...(counts.train > 0 && { foregroundShare: 1 - counts.trainEmpty / counts.train }),
    ...(epochs > 0 && { steps: epochs * batchesPerEpoch }),
  };
}
