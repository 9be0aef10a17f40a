import type { Json } from '@raremask/core';
import type { Problem } from '@raremask/record';
import type { EpochObservation } from './observation.ts';
import { type Found, type Setting, validated } from './rule.ts';
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
    const poor = (seen.dice ?? 1) < 0.1 || (seen.alarms ?? 0) > 0.8;
    return poor && last.loss < 0.95 * first.loss;
  }

  /** What is new after an epoch. */
  observe(seen: Omit<EpochObservation, 'rateShare'>): readonly Found[] {
    const largestRate = Math.max(this.#state.largestRate, seen.learningRate);
    const rateShare = largestRate > 0 ? seen.learningRate / largestRate : 1;
    const [first, ...rest] = [...this.#state.epochs, { ...seen, rateShare }];
    const epochs = [first!, ...rest.slice(-KEPT)];
    const before = Object.keys(this.#state.told) as Problem[];
    const found = findingsIn(epochs, this.#setting, before);
    const fresh = found.filter(({ problem }) => this.#state.told[problem] === undefined);
    const told = Object.fromEntries(found.map(({ problem, since }) => [problem, since]));
    this.#state = { epochs, told: { ...told, ...this.#state.told }, largestRate };
    return fresh;
  }
}
