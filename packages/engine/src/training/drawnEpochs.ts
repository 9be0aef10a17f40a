import type { Draw, Sampler } from '@raremask/core';
import type { EpochPositions } from '../record/checkpointHead.ts';

/**
 * What the sampler draws. It is asked once for each epoch, with the position that the run had then: time goes
 * on, and an epoch that is begun again after a resume has the same batches.
 */
export class DrawnEpochs {
  readonly #sampler: Sampler;
  readonly #positions: Map<number, number>;
  #last: { readonly epoch: number; readonly batches: readonly (readonly Draw[])[] } | undefined;

  /** @param saved of a run that goes on */
  constructor(sampler: Sampler, saved: EpochPositions = []) {
    this.#sampler = sampler;
    this.#positions = new Map(saved);
  }

  /** @param position of the run by now, which counts where the epoch was not asked for before */
  batches(epoch: number, position: number): readonly (readonly Draw[])[] {
    if (this.#last?.epoch !== epoch) {
      const near = Math.round(position * POSITIONS_IN_EPOCH) / POSITIONS_IN_EPOCH;
      if (near !== epoch && !this.#positions.has(epoch)) this.#positions.set(epoch, near);
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
