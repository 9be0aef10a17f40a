import type {
  Facts,
  OnEvent,
  RunEvent,
  RunOutcome,
  TrackedImage,
  TrackedRun,
  Tracker,
} from '@raremask/core';
import type { ImageScore } from '@raremask/metrics';
import { reasonOf } from '../guard/reason.ts';
import type { Judged } from '../judging/judge.ts';

export interface NamedTracker {
  /** Place and name, as messages call it: `trackers[0] (tensorboard)`. */
  readonly name: string;
  readonly tracker: Tracker;
  /** Of the plugin's module: what it throws gets its line. */
  readonly url?: string | undefined;
  /** In place of the tracker's `image`, for who needs the score as well: it is not computed twice. */
  readonly scored?: (image: TrackedImage, score: ImageScore) => void | Promise<void>;
}

/** Seconds that a run waits for its trackers, unless they ask for more at its end. */
const PATIENCE = 60;

interface TrackersOptions {
  /** In seconds. */
  readonly patience?: number;
  /** Called once all have ended. */
  readonly close?: () => Promise<void>;
}

/**
 * Hands what happens to the trackers, each in its own order. One that throws, or is not done in time, is
 * named in one line and gets no more: it never costs the run.
 */
export class Trackers {
  readonly #queues: Map<NamedTracker, Promise<void>>;
  /** What each was asked last. */
  readonly #asked = new Map<NamedTracker, string>();
  readonly #patience: number;
  readonly #close: () => Promise<void>;
  #emit: OnEvent;
  /** What happened before the run began; undefined once it has. */
  #before: RunEvent[] | undefined = [];

  constructor(trackers: readonly NamedTracker[], emit: OnEvent, options: TrackersOptions = {}) {
    this.#queues = new Map(trackers.map((named) => [named, Promise.resolve()]));
    this.#emit = emit;
    this.#patience = options.patience ?? PATIENCE;
    this.#close = options.close ?? (async () => {});
  }

  /** From now on, another one hears which trackers are lost: a run writes it down. */
  tell(emit: OnEvent): void {
    this.#emit = emit;
  }

  /** Whether any of them wants to see validation images. */
  get wantImages(): boolean {
    return [...this.#queues.keys()].some(({ tracker, scored }) => tracker.image ?? scored);
  }

  /** The first call that a tracker gets; what happened before follows it. */
  start(run: TrackedRun): Promise<void> {
    this.#each('start', (tracker) => tracker.start?.(run));
    const before = this.#before ?? [];
    this.#before = undefined;
    for (const event of before) this.event(event);
    return this.drain();
  }

  event(event: RunEvent): void {
    if (this.#before !== undefined) this.#before.push(event);
    else this.#each(`event (${event.type})`, (tracker) => tracker.event?.(event));
  }

  /** Waits, as images are large. */
  async image(
    epoch: number,
    facts: Facts,
    { sample, decision, foreground }: Judged,
    score: ImageScore,
  ): Promise<void> {
    if (sample.labels === undefined) return;
    const image: TrackedImage = {
      epoch,
      id: sample.id,
      size: sample.size,
      channels: facts.channels,
      image: sample.image,
      truth: sample.labels,
      predicted: decision.predicted,
      probability: foreground,
    };
    this.#each(`image (${image.id})`, (tracker, { scored }) =>
      scored ? scored(image, score) : tracker.image?.(image),
    );
    await this.drain();
  }

  /** After an epoch: weights for those that ask for them now. Waits until all have done what they got. */
  async epoch(
    epoch: number,
    step: number,
    weights: () => Promise<
      readonly { name: string; shape: readonly number[]; values: Float32Array }[]
    >,
  ): Promise<void> {
    const due = (tracker: Tracker) =>
      tracker.weights !== undefined && epoch % tracker.weights.every === 0;
    if ([...this.#queues.keys()].some(({ tracker }) => due(tracker))) {
      const taken = { epoch, step, weights: await weights() };
      this.#each('weights', (tracker) => (due(tracker) ? tracker.weights!.take(taken) : undefined));
    }
    await this.drain();
  }

  /** The last call; none where the run never began. */
  async end(outcome: RunOutcome): Promise<void> {
    if (this.#before === undefined) this.#each('end', (tracker) => tracker.end?.(outcome));
    await this.#drained(({ tracker }) => tracker.endSeconds ?? this.#patience);
    await this.#close();
  }

  /** Waits until all have done what they got, but not longer than patience allows. */
  drain(): Promise<void> {
    return this.#drained(() => this.#patience);
  }

  async #drained(patienceOf: (named: NamedTracker) => number): Promise<void> {
    await Promise.all(
      [...this.#queues].map(async ([named, queue]) => {
        const patience = patienceOf(named);
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<'late'>((resolve) => {
          timer = setTimeout(() => resolve('late'), patience * 1000);
        });
        if ((await Promise.race([queue, late])) === 'late') {
          this.#lose(named, this.#lateText(named, patience));
        }
        clearTimeout(timer);
      }),
    );
  }

  /** @param what is called, for messages */
  #each(what: string, call: (tracker: Tracker, named: NamedTracker) => void | Promise<void>): void {
    for (const [named, queue] of this.#queues) {
      const next = queue.then(async () => {
        if (!this.#queues.has(named)) return;
        this.#asked.set(named, what);
        try {
          await this.#inTime(named, what, call(named.tracker, named));
        } catch (error) {
          this.#lose(named, reasonOf(error, named.url));
        }
      });
      this.#queues.set(named, next);
    }
  }

  /** One that does not answer would keep all that happens after it; its end has more time. */
  async #inTime(named: NamedTracker, what: string, answer: void | Promise<void>): Promise<void> {
    if (answer === undefined || what === 'end') return await answer;
    const late = () => this.#lose(named, this.#lateText(named, this.#patience));
    const timer = setTimeout(late, this.#patience * 1000).unref();
    try {
      await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  #lateText(named: NamedTracker, seconds: number): string {
    return `${this.#asked.get(named)} is not done after ${seconds} s`;
  }

  #lose(named: NamedTracker, reason: string): void {
    if (!this.#queues.delete(named)) return;
    const text = `${named.name} gets nothing more of this run: ${reason}`;
    this.#emit({ type: 'note', level: 'warn', text });
  }
}
