import { Worker } from 'node:worker_threads';
import type { Waiting } from '../guard/waiting.ts';
import { type CarriedError, unpackError } from './carriedError.ts';
import { brokenSample, readerDied } from './errors.ts';
import type { ReadJob, ReadResult, Sources, ThreadPlan, ThreadStart } from './plan.ts';
import { callsOf } from './threadCalls.ts';

/** Looks at the threads; fewer than their `BEATS_A_SECOND`. */
const LOOKS_A_SECOND = 2;

/** Samples that are named of those that a thread reads. */
const NAMED = 3;

/** What a reader thread is asked for, with memory that it may use. */
export interface Request {
  readonly job: ReadJob;
  readonly free: readonly ArrayBufferLike[];
  /** Of the samples that the job needs, where the threads read by sources. */
  readonly sources?: Sources;
}

/** What a reader thread answers. */
export type Answer =
  | { readonly kind: 'result'; readonly result: ReadResult }
  | { readonly kind: 'error'; readonly error: CarriedError }
  /** A plugin has not answered yet. */
  | { readonly kind: 'late'; readonly what: string; readonly seconds: number }
  /** The data set could not be made: this thread will never read. */
  | { readonly kind: 'unable'; readonly error: CarriedError };

interface Pending {
  readonly job: ReadJob;
  resolve(result: ReadResult): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly beat: Int32Array;
  /** What it was asked for, the first of which it is at. */
  readonly jobs: Pending[];
  /** The last beat that was seen, and the looks since at which it was the same. */
  seen: number;
  without: number;
}

/**
 * Threads that read, each with a data set of its own, each one job after the other. When one of them
 * breaks, all that is asked and will be asked fails with the reason. Idle threads do not keep the
 * process alive.
 */
export class ReaderThreads {
  readonly #threads: Thread[];
  readonly #waiting: Waiting;
  readonly #sourceOf: ((id: string) => unknown) | undefined;
  readonly #queue: Pending[] = [];
  #failure: Error | undefined;
  /** Jobs that a thread has at most, so that it goes on while nobody can hand it the next one. */
  #most = 1;
  #free: ArrayBufferLike[] = [];
  readonly #looking: NodeJS.Timeout;

  /** @param sourceOf what a thread is told of a sample; left out, each thread opens the data set */
  constructor(plan: ThreadPlan, waiting: Waiting, sourceOf?: (id: string) => unknown) {
    this.#waiting = waiting;
    this.#sourceOf = sourceOf;
    this.#threads = Array.from({ length: plan.workers }, () => this.#start(plan));
    this.#looking = setInterval(() => this.#look(), 1000 / LOOKS_A_SECOND).unref();
  }

  run(job: ReadJob): Promise<ReadResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#queue.push({ job, resolve, reject });
      this.#dispatch();
    });
  }

  /** So many jobs are asked for at once. */
  expect(jobs: number): void {
    this.#most = Math.max(Math.floor(jobs / this.#threads.length), 1);
  }

  /** Memory of a batch that nobody reads any more; it goes to a thread with the next job. */
  release(buffers: readonly ArrayBufferLike[]): void {
    this.#free.push(...buffers);
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#fail(readerDied('the feed was closed'));
    // Whoever waits for the end must not find the process gone before it.
    const ends = this.#threads.map(({ worker }) => {
      worker.removeAllListeners('exit');
      worker.ref();
      return worker.terminate();
    });
    await Promise.all(ends);
  }

  #start(plan: ThreadPlan): Thread {
    const beat = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const start: ThreadStart = { plan, beat };
    const options = { workerData: start, ...threadOptions() };
    const worker = handingOver(
      plan.donorSources,
      () => new Worker(new URL('./feedWorker.js', import.meta.url), options),
    );
    const thread: Thread = { worker, beat, jobs: [], seen: 0, without: 0 };
    worker.unref();
    worker.on('message', (answer: Answer) => this.#hear(thread, answer));
    worker.on('error', (error) => this.#fail(readerDied(error.message, error)));
    worker.on('messageerror', (error) => this.#fail(readerDied(error.message, error)));
    worker.on('exit', (code) => this.#fail(readerDied(`exit code ${code}`)));
    return thread;
  }

  #dispatch(): void {
    for (;;) {
      const [thread] = this.#threads.toSorted((one, other) => one.jobs.length - other.jobs.length);
      if (thread === undefined || thread.jobs.length >= this.#most) return;
      const pending = this.#queue.shift();
      if (pending === undefined) return;
      try {
        const sources = this.#sourcesOf(pending.job);
        const request: Request = {
          ...{ job: pending.job, free: this.#free },
          ...(sources && { sources }),
        };
        handingOver(sources, () => thread.worker.postMessage(request));
      } catch (error) {
        // What is known to be unusable needs no thread to say so.
        pending.reject(error as Error);
        continue;
      }
      this.#free = [];
      thread.jobs.push(pending);
      thread.worker.ref();
    }
  }

  #sourcesOf(job: ReadJob): Sources | undefined {
    if (this.#sourceOf === undefined) return undefined;
    const ids = job.kind === 'batch' ? job.draws.map(({ id }) => id) : [job.id];
    return new Map(ids.map((id) => [id, this.#sourceOf!(id)]));
  }

  #hear(thread: Thread, answer: Answer): void {
    if (answer.kind === 'unable') {
      this.#fail(unpackError(answer.error));
      return;
    }
    if (answer.kind === 'late') {
      const { what, seconds } = answer;
      this.#waiting.late(thread, seconds, { what, giveUp: (error) => this.#fail(error) });
      return;
    }
    this.#waiting.answered(thread);
    const current = thread.jobs.shift();
    if (current === undefined) return;
    if (thread.jobs.length === 0) thread.worker.unref();
    if (answer.kind === 'result') current.resolve(answer.result);
    else current.reject(unpackError(answer.error));
    this.#dispatch();
  }

  /** Notes who has something to do and has not turned for so long: in a loop a thread says nothing itself. */
  #look(): void {
    const [first] = this.#waiting.patience;
    for (const thread of this.#threads) {
      const beat = Atomics.load(thread.beat, 0);
      // Before the first one it is being started.
      const isStill = thread.jobs.length > 0 && beat > 0 && beat === thread.seen;
      thread.seen = beat;
      thread.without = isStill ? thread.without + 1 : 0;
      if (thread.without === first * LOOKS_A_SECOND) this.#tell(thread, first);
    }
  }

  async #tell(thread: Thread, seconds: number): Promise<void> {
    const [current] = thread.jobs;
    const calls = await callsOf(thread.worker).catch(() => undefined);
    if (current === undefined || current !== thread.jobs[0]) return;
    const what = `a thread that reads ${samplesOf(current.job)}${calls === undefined ? '' : `, in ${calls}`}`;
    this.#waiting.late(thread, seconds, { what, giveUp: (error) => this.#fail(error) });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#queue.splice(0);
    for (const thread of this.#threads) {
      waiting.unshift(...thread.jobs.splice(0));
      thread.worker.unref();
      this.#waiting.answered(thread);
    }
    for (const { reject } of waiting) reject(this.#failure);
  }
}

/** Hands sources to a thread; where one of them is no data, its sample is named. */
function handingOver<T>(sources: Sources | undefined, hand: () => T): T {
  try {
    return hand();
  } catch (error) {
    for (const [id, source] of sources ?? []) checkPlain(id, source);
    throw error;
  }
}

function checkPlain(id: string, source: unknown): void {
  try {
    structuredClone(source);
  } catch (error) {
    const got = (error as Error).message.replace(/\.+$/, '');
    throw brokenSample(
      id,
      'its source is no data',
      'plain data, as another thread can be handed',
      got,
    );
  }
}

function samplesOf(job: ReadJob): string {
  if (job.kind !== 'batch') return job.id;
  const ids = [...new Set(job.draws.map(({ id }) => id))];
  const more = ids.length - NAMED;
  return [...ids.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** A thread has the options of its process, but for one that is refused where it begins with a file. */
function threadOptions(): { readonly execArgv?: string[] } {
  // Named ones are checked, and those of V8 refused; what is inherited is not.
  const named = process.execArgv.filter((option) => !option.startsWith('--input-type'));
  return named.length === process.execArgv.length ? {} : { execArgv: named };
}
