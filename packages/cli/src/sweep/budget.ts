import { join } from 'node:path';
import { secondsOf } from '@raremask/core/manifest';
import { readHistory, readJson, runFolder, writeJson } from '@raremask/record';
import type { PlannedTrial, SweepFolder } from './sweepFolder.ts';

/** Seconds that processes have spent on each trial, over all calls, by its ID. */
type Times = Record<string, number>;

/** The time of a call, and what trials take of it. */
export class Budget {
  readonly #folder: SweepFolder;
  readonly #epochs: number;
  readonly #clock: () => number;
  readonly #seconds: number;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #stop: () => void;
  readonly #outer: AbortSignal;
  /** Measured by this call and by earlier ones. */
  #times: Times | undefined;
  readonly #left = new Set<string>();

  /**
   * @param text as 90s, 10m or 2h; undefined: no end
   * @param epochs of the longest training
   * @param outer what stops the call otherwise
   * @param clock seconds since the call has begun
   */
  constructor(
    folder: SweepFolder,
    {
      text,
      epochs,
      outer,
      clock = () => performance.now() / 1000,
    }: {
      readonly text: string | undefined;
      readonly epochs: number;
      readonly outer: AbortSignal;
      readonly clock?: () => number;
    },
  ) {
    this.#folder = folder;
    this.#epochs = epochs;
    this.#clock = clock;
    this.#seconds = text === undefined ? Number.POSITIVE_INFINITY : secondsOf(text)!;
    this.#outer = outer;
    this.#stop = () => this.#controller.abort();
    outer.addEventListener('abort', this.#stop);
    if (text !== undefined) {
      const wait = Math.max(0, this.#seconds - clock()) * 1000;
      // Longer than a timer can wait is longer than anybody will.
      this.#timer = setTimeout(this.#stop, Math.min(wait, 2 ** 31 - 1));
    }
  }

  /** Fires at the end of the time, or where the call is stopped otherwise. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the time has ended, or was too short for another trial. */
  get isUsedUp(): boolean {
    return !this.#outer.aborted && (this.signal.aborted || this.#left.size > 0);
  }

  /** Whether a trial was not begun for want of time. */
  isLeft(id: string): boolean {
    return this.#left.has(id);
  }

  /** Whether a trial is expected to come to an epoch in time; the first ones, of which nothing is known, are. */
  async hasRoom(trial: PlannedTrial, until = this.#epochs): Promise<boolean> {
    if (this.#seconds === Number.POSITIVE_INFINITY) return true;
    const rates: number[] = [];
    for (const [id, seconds] of Object.entries(await this.#measured())) {
      const epochs = await this.#done(id);
      if (epochs > 0) rates.push(seconds / epochs);
    }
    const left = Math.max(0, until - (await this.#done(trial.id)));
    const fits = rates.length === 0 || this.#clock() + median(rates) * left <= this.#seconds;
    if (!fits) this.#left.add(trial.id);
    return fits;
  }

  /** Measures the process of a trial. */
  async timed<T>({ id }: PlannedTrial, work: () => Promise<T>): Promise<T> {
    const begun = this.#clock();
    try {
      return await work();
    } finally {
      const times = await this.#measured();
      times[id] = (times[id] ?? 0) + this.#clock() - begun;
      await writeJson(this.#path, times);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#stop);
  }

  async #measured(): Promise<Times> {
    this.#times ??= (await readJson<Times>(this.#path)) ?? {};
    return this.#times;
  }

  get #path(): string {
    return join(this.#folder.path, 'times.json');
  }

  async #done(id: string): Promise<number> {
    return (await readHistory(runFolder(this.#folder.trial(id)).metrics)).at(-1)?.epoch ?? 0;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
