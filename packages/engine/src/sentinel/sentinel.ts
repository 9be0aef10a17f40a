import type { Json } from '@raremask/core';
import type { Problem } from '@raremask/record';
import type { EpochObservation, Place } from './observation.ts';
import { FINDS, type Found, type Setting, validated } from './rule.ts';
import { findingsIn } from './rules.ts';

/** Epochs that are kept beside the first one. */
const KEPT = 12;

interface State {
  readonly epochs: readonly EpochObservation[];
  /** Since when each problem was told, so that it is told once. */
  readonly told: Readonly<Partial<Record<Problem, number>>>;
  readonly largestRate: number;
}

/** Keeps what the epochs have shown, and says what is wrong once. */
export class Sentinel {
  readonly #setting: Setting;
  #state: State = { epochs: [], told: {}, largestRate: 0 };

  constructor(setting: Setting, state?: Json) {
    this.#setting = setting;
    if (state !== undefined && state !== null) this.#state = state as unknown as State;
  }

  /** For the checkpoint. */
  get state(): Json {
    return this.#state as unknown as Json;
  }

  /** Whether training and prediction may differ: the loss has fallen, and validation knows nothing of it. */
  get doubtsModes(): boolean {
    const { epochs } = this.#state;
    const [first, last] = [epochs[0], epochs.at(-1)];
    const [seen] = validated(epochs, 1).map((one) => one.seen);
    if (first === undefined || last === undefined || seen === undefined) return false;
    // Of one that finds structures running statistics swing, where the rate is high, and are good again.
    const floods = (seen.alarms ?? 0) > 0.8 && (seen.dice ?? 0) < FINDS;
    const poor = (seen.dice ?? 1) < 0.1 || floods;
    return poor && last.loss < 0.95 * first.loss;
  }

  /** What was named. */
  get told(): readonly Problem[] {
    return Object.keys(this.#state.told) as Problem[];
  }

  /** Number of the next stretch, where stretches are looked at. */
  get next(): number {
    return (this.#state.epochs.at(-1)?.epoch ?? 0) + 1;
  }

  /** Where a stretch began; undefined of one that is not kept. */
  from(stretch: number): Place | undefined {
    return this.#state.epochs.find(({ epoch }) => epoch === stretch)?.from;
  }

  /**
   * What is new after an epoch, or a stretch of one.
   *
   * @param elsewhere problems that were named already
   */
  observe(
    seen: Omit<EpochObservation, 'rateShare'>,
    elsewhere: readonly Problem[] = [],
  ): readonly Found[] {
    const largestRate = Math.max(this.#state.largestRate, seen.learningRate);
    const rateShare = largestRate > 0 ? seen.learningRate / largestRate : 1;
    const [first, ...rest] = [...this.#state.epochs, { ...seen, rateShare }];
    const epochs = [first!, ...rest.slice(-KEPT)];
    const before = [...this.told, ...elsewhere];
    const found = findingsIn(epochs, this.#setting, before);
    const fresh = found.filter(({ problem }) => !before.includes(problem));
    const told = Object.fromEntries(found.map(({ problem, since }) => [problem, since]));
    this.#state = { epochs, told: { ...told, ...this.#state.told }, largestRate };
    return fresh;
  }
}
