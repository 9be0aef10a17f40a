import type { OnEvent } from '@raremask/core';
import type { LossScaleState } from '../record/checkpointHead.ts';
import type { StepResult } from '../runner/runner.ts';

/** Where scaling begins, and how far it goes: powers of two, which change nothing of a number but its exponent. */
const FIRST = 2 ** 16;
const LEAST = 1;
const MOST = 2 ** 24;

/** Updates in a row after which twice the scale is tried. */
const PATIENCE = 2000;

interface Place {
  readonly epoch: number;
  readonly step: number;
}

/**
 * The factor of the loss that keeps small gradients from becoming zero in float16, whose smallest number is 6e-8
 * (Micikevicius et al. 2018, Mixed precision training, 3.2). It is halved where a gradient has left float16's range
 * (65504), and that update does not happen; after 2000 updates that did, it is doubled. Both are said.
 */
export class LossScale {
  readonly #emit: OnEvent;
  #now: number;
  #good: number;
  #isDropped: boolean;

  /** @param state of the checkpoint that a run goes on from */
  constructor(emit: OnEvent, state?: LossScaleState) {
    this.#emit = emit;
    this.#now = state?.now ?? FIRST;
    this.#good = state?.good ?? 0;
    this.#isDropped = state?.isDropped ?? false;
  }

  get now(): number {
    return this.#now;
  }

  /** Whether a batch of the update that is being gathered has overflowed. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  get state(): LossScaleState {
    return { now: this.#now, good: this.#good, isDropped: this.#isDropped };
  }

  /**
   * Takes note of a batch. Where there is no smaller scale an overflow is left to the caller: the gradient is not
   * finite for another reason.
   *
   * @param isLast whether the update's batches are done
   * @returns whether the update does not happen
   */
  after({ overflowed = false }: StepResult, place: Place, isLast: boolean): boolean {
    if (overflowed && this.#now > LEAST) this.#shrink(place);
    const { isDropped } = this;
    if (isLast) {
      this.#isDropped = false;
      if (!isDropped && !overflowed) this.#grow(place);
    }
    return isDropped;
  }

  #shrink({ epoch, step }: Place): void {
    this.#now /= 2;
    this.#good = 0;
    this.#isDropped = true;
    this.#note(
      `a gradient has left the range of float16 in epoch ${epoch}, step ${step}: this update is skipped, and the loss is scaled by ${this.#now} from now on`,
    );
  }

  #grow({ epoch, step }: Place): void {
    this.#good++;
    if (this.#good < PATIENCE) return;
    this.#good = 0;
    if (this.#now >= MOST) return;
    this.#now *= 2;
    this.#note(
      `no gradient has left the range of float16 in ${PATIENCE} updates: after epoch ${epoch}, step ${step} the loss is scaled by ${this.#now}`,
    );
  }

  #note(text: string): void {
    this.#emit({ type: 'note', level: 'info', text });
  }
}
