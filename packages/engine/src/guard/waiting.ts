import { answered } from '@raremask/core/host';
import { stoppedWaiting } from './errors.ts';

/** Seconds after which it is said what is waited for: the first time, the second, and then each so many. */
export type Patience = readonly [first: number, second: number, each: number];

const PATIENCE: Patience = [60, 300, 600];

/**
 * Seconds at most that are counted anew once the rest is over: after a long step of this thread, what was done in the
 * meantime is heard first.
 */
const LAST = 1;

interface WaitingOptions {
  /** Once it has fired, what is late is waited for no longer. */
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Patience | undefined;
}

/** Something that is late. */
interface Late {
  readonly what: string;
  giveUp(error: Error): void;
}

/**
 * Waits for what plugins have promised, and says so where it takes long: a promise that is never kept would hold a
 * run without a word. Of several that are late at the same time one is told.
 */
export class Waiting {
  readonly patience: Patience;
  readonly #say: (what: string, seconds: number) => void;
  readonly #signal: AbortSignal | undefined;
  /** By who waits, the first one first. */
  readonly #late = new Map<unknown, Late>();

  /** @param say hears what is waited for */
  constructor(
    say: (what: string, seconds: number) => void,
    { signal, patience = PATIENCE }: WaitingOptions = {},
  ) {
    this.#say = say;
    this.#signal = signal;
    this.patience = patience;
    signal?.addEventListener('abort', () => {
      for (const late of this.#late.values()) late.giveUp(stoppedWaiting(late.what));
    });
  }

  /**
   * @param what place, plugin and what was asked: `data (mine), read of a.png`
   * @throws RaremaskError where it is late, and the signal has fired
   */
  async for<T>(what: string, promised: T | Promise<T>): Promise<T> {
    if (!(promised instanceof Object && 'then' in promised)) return promised;
    const who = Symbol();
    const moments = momentsOf(this.patience);
    let waited = 0;
    let timer: NodeJS.Timeout | undefined;
    const givenUp = new Promise<never>((_, giveUp) => {
      const wait = () => {
        const before = waited;
        waited = moments.next().value;
        const isLate = () => {
          this.late(who, waited, { what, giveUp });
          wait();
        };
        const seconds = waited - before;
        const last = Math.min(seconds / 2, LAST);
        timer = quietTimer(seconds - last, () => {
          timer = quietTimer(last, isLate);
        });
      };
      wait();
    });
    try {
      return await answered(what, Promise.race([promised, givenUp]));
    } finally {
      clearTimeout(timer);
      this.answered(who);
    }
  }

  /** Notes what is late, here or in another thread. */
  late(who: unknown, seconds: number, late: Late): void {
    this.#late.set(who, late);
    const [first] = this.#late.keys();
    if (first === who) this.#say(late.what, seconds);
    if (this.#signal?.aborted) late.giveUp(stoppedWaiting(late.what));
  }

  answered(who: unknown): void {
    this.#late.delete(who);
  }
}

/** A process that has nothing else to do is not kept alive: it ends, and says who has not answered. */
function quietTimer(seconds: number, then: () => void): NodeJS.Timeout {
  return setTimeout(then, 1000 * seconds).unref();
}

function* momentsOf([first, second, each]: Patience): Generator<number, never> {
  yield first;
  for (let moment = second; ; moment += each) yield moment;
}

/** What is said of it. */
export function waitingText(what: string, seconds: number): string {
  return `waiting for ${seconds} s for ${what}`;
}
