import type { Draw, Sampler } from '@raremask/core';
import type { EpochPositions } from '../record/checkpointHead.ts';

/**
 * What the sampler draws. It is asked once for each epoch, with the position that the run had then: time goes
 * on, and an epoch that is begun again after a resume has the same batches.
 */
export class DrawnEpochs {
  readonly #sampler: Sampler;
  readonly #positions: Map<number, number>;
  readonly #begun: number | undefined;
  #last: { readonly epoch: number; readonly batches: readonly (readonly Draw[])[] } | undefined;

  /**
   * @param saved of a run that goes on
   * @param begun the epoch that it goes on with in its middle: without a saved position it began at its own
   */
  constructor(sampler: Sampler, saved: EpochPositions = [], begun?: number) {
    this.#sampler = sampler;
    this.#positions = new Map(saved);
    this.#begun = begun;
  }

  /** @param position of the run by now, which counts where the epoch was not asked for before */
  batches(epoch: number, position: number): readonly (readonly Draw[])[] {
    if (this.#last?.epoch !== epoch) {
      const near = Math.round(position * POSITIONS_IN_EPOCH) / POSITIONS_IN_EPOCH;
      const isNew = epoch !== this.#begun && !this.#positions.has(epoch);
      if (isNew && near !== epoch) this.#positions.set(epoch, near);
      const positionOf = (one: number) => this.#positions.get(one) ?? one;
      this.#last = { epoch, batches: [...this.#sampler.batches(epoch, positionOf)] };
    }
    return this.#last.batches;
  }

  /** For the checkpoint. */
  get positions(): EpochPositions {
    return [...this.#positions];
  }
}

/** Keeps checkpoints of thousands of epochs small. */
const POSITIONS_IN_EPOCH = 1000;
