import { Worker } from 'node:worker_threads';
import type { Waiting } from '../guard/waiting.ts';
import { type CarriedError, unpackError } from './carriedError.ts';
import { readerDied } from './errors.ts';
import type { ReadJob, ReadResult, Sources, ThreadPlan } from './plan.ts';

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
  current: Pending | undefined;
}

/**
 * Threads that read, each with a data set of its own, each one job at a time. When one of them
 * breaks, all that is asked and will be asked fails with the reason. Idle threads do not keep the
 * process alive.
 */
export class ReaderThreads {
  readonly #threads: Thread[];
  readonly #waiting: Waiting;
  readonly #sourceOf: ((id: string) => unknown) | undefined;
  readonly #queue: Pending[] = [];
  #failure: Error | undefined;
  #free: ArrayBufferLike[] = [];

  /** @param sourceOf what a thread is told of a sample; left out, each thread opens the data set */
  constructor(plan: ThreadPlan, waiting: Waiting, sourceOf?: (id: string) => unknown) {
    this.#waiting = waiting;
    this.#sourceOf = sourceOf;
    this.#threads = Array.from({ length: plan.workers }, () => this.#start(plan));
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

  /** Memory of a batch that nobody reads any more; it goes to a thread with the next job. */
  release(buffers: readonly ArrayBufferLike[]): void {
    this.#free.push(...buffers);
  }

  async close(): Promise<void> {
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
    const worker = new Worker(new URL('./feedWorker.js', import.meta.url), {
      workerData: plan,
      ...threadOptions(),
    });
    const thread: Thread = { worker, current: undefined };
    worker.unref();
    worker.on('message', (answer: Answer) => this.#hear(thread, answer));
    worker.on('error', (error) => this.#fail(readerDied(error.message, error)));
    worker.on('messageerror', (error) => this.#fail(readerDied(error.message, error)));
    worker.on('exit', (code) => this.#fail(readerDied(`exit code ${code}`)));
    return thread;
  }

  #dispatch(): void {
    for (const thread of this.#threads) {
      if (thread.current !== undefined) continue;
      const pending = this.#queue.shift();
      if (pending === undefined) return;
      let sources: Sources | undefined;
      try {
        sources = this.#sourcesOf(pending.job);
      } catch (error) {
        // What is known to be unusable needs no thread to say so.
        pending.reject(error as Error);
        this.#dispatch();
        return;
      }
      thread.current = pending;
      thread.worker.ref();
      const request: Request = { job: pending.job, free: this.#free, ...(sources && { sources }) };
      this.#free = [];
      thread.worker.postMessage(request);
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
    const { current } = thread;
    if (current === undefined) return;
    thread.current = undefined;
    thread.worker.unref();
    if (answer.kind === 'result') current.resolve(answer.result);
    else current.reject(unpackError(answer.error));
    this.#dispatch();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#queue.splice(0);
    for (const thread of this.#threads) {
      if (thread.current !== undefined) waiting.unshift(thread.current);
      thread.current = undefined;
      thread.worker.unref();
      this.#waiting.answered(thread);
    }
    for (const { reject } of waiting) reject(this.#failure);
  }
}

/** A thread has the options of its process, but for one that is refused where it begins with a file. */
function threadOptions(): { readonly execArgv?: string[] } {
  // Named ones are checked, and those of V8 refused; what is inherited is not.
  const named = process.execArgv.filter((option) => !option.startsWith('--input-type'));
  return named.length === process.execArgv.length ? {} : { execArgv: named };
}
