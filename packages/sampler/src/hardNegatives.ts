import type { Json, Outcome } from '@raremask/core';
import { z } from 'zod';
import { strangeState } from './errors.ts';

/** What the steps of the last epoch that was heard of say of one image. */
interface Heard {
  readonly sum: number;
  readonly count: number;
}

/** How hard the empty images were in the epochs before, by feedback from the steps. */
export class HardNegatives {
  readonly #ids: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #by: 'alarms' | 'loss';
  readonly #momentum: number;
  readonly #warn: (text: string) => void;
  /** The last epoch that was heard of; what it said counts from the next one on. */
  #epoch = -1;
  /** Moving averages over the epochs before that one. */
  #averages: ReadonlyMap<string, number> = new Map();
  #heard = new Map<string, Heard>();

  /**
   * @param ids the empty images
   * @param warn told where the loss of every empty image of an epoch was 0
   */
  constructor(
    ids: readonly string[],
    { by, momentum }: { readonly by: 'alarms' | 'loss'; readonly momentum: number },
    warn: (text: string) => void,
  ) {
    this.#ids = ids;
    this.#known = new Set(ids);
    this.#by = by;
    this.#momentum = momentum;
    this.#warn = warn;
  }

  observe(outcomes: readonly Outcome[], epoch: number): void {
    if (epoch > this.#epoch) {
      if (this.#by === 'loss' && this.#heard.size > 0 && this.#isSilent()) this.#warn(SILENT);
      this.#averages = this.#averagesBefore(epoch);
      this.#heard = new Map();
      this.#epoch = epoch;
    }
    for (const outcome of outcomes) {
      const { id } = outcome.draw;
      if (!this.#known.has(id)) continue;
      const { sum, count } = this.#heard.get(id) ?? { sum: 0, count: 0 };
      this.#heard.set(id, { sum: sum + outcome[this.#by], count: count + 1 });
    }
  }

  /**
   * How often each empty image is drawn as a hard one in an epoch, against the others. One that was
   * never seen counts as the mean of those that were; all weigh the same where nothing is known, or
   * nothing is hard.
   */
  weights(epoch: number): readonly number[] {
    const averages = this.#averagesBefore(epoch);
    const seen = this.#ids.flatMap((id) => averages.get(id) ?? []);
    // A loss may be below 0.
    const least = seen.reduce((low, value) => Math.min(low, value), 0);
    const total = seen.reduce((sum, value) => sum + value - least, 0);
    if (!(total > 0)) return this.#ids.map(() => 1);
    const prior = total / seen.length;
    return this.#ids.map((id) => {
      const average = averages.get(id);
      return average === undefined ? prior : average - least;
    });
  }

  /** Images in the order of the data set, so that sums come out the same after a resume. */
  state(): Json {
    return {
      epoch: this.#epoch,
      averages: this.#ids.flatMap((id) => {
        const average = this.#averages.get(id);
        return average === undefined ? [] : [[id, average]];
      }),
      heard: this.#ids.flatMap((id) => {
        const heard = this.#heard.get(id);
        return heard === undefined ? [] : [[id, heard.sum, heard.count]];
      }),
    };
  }

  /** Takes back what `state` gave; null, which a run without feedback leaves, is nothing heard. */
  restore(state: Json): void {
    const { success, data } = savedState.safeParse(state ?? NOTHING);
    if (!success) throw strangeState();
    const { epoch, averages, heard } = data;
    this.#epoch = epoch;
    this.#averages = new Map(averages);
    this.#heard = new Map(heard.map(([id, sum, count]) => [id, { sum, count }]));
  }

  #isSilent(): boolean {
    return [...this.#heard.values()].every(({ sum }) => sum === 0);
  }

  /** Moving averages over the epochs before one. */
  #averagesBefore(epoch: number): ReadonlyMap<string, number> {
    if (epoch <= this.#epoch) return this.#averages;
    const averages = new Map(this.#averages);
    for (const [id, { sum, count }] of this.#heard) {
      const before = averages.get(id);
      const now = sum / count;
      averages.set(
        id,
        before === undefined ? now : this.#momentum * before + (1 - this.#momentum) * now,
      );
    }
    return averages;
  }
}

const SILENT =
  'hardNegatives.by: loss has no effect, as the loss of every empty image is 0: no loss term gives one number an image, all pool the batch; take by: alarms';

const savedState = z.strictObject({
  epoch: z.int().min(-1),
  averages: z.array(z.tuple([z.string(), z.number()])),
  heard: z.array(z.tuple([z.string(), z.number(), z.int().min(1)])),
});

const NOTHING: z.input<typeof savedState> = { epoch: -1, averages: [], heard: [] };
