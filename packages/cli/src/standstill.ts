import { Worker } from 'node:worker_threads';

/** What the thread that watches is told. */
export interface Watched {
  /** Counted up as long as the watched thread turns. */
  readonly beat: Int32Array;
  /** After so many seconds without a beat, something is said. */
  readonly seconds: number;
}

const BEATS_A_SECOND = 2;

/**
 * Says where the main thread is when it has not turned for so long: in a loop without an end it can say nothing
 * itself, and hears no signal. Ends with the process, and does not keep it alive.
 */
export function watchStandstill({ seconds }: Pick<Watched, 'seconds'>): void {
  const beat = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beat, 0, 1), 1000 / BEATS_A_SECOND).unref();
  const watched: Watched = { beat, seconds };
  const worker = new Worker(new URL('./standstillThread.js', import.meta.url), {
    workerData: watched,
    // It shares nothing with the command but the beat.
    execArgv: [],
  });
  // Without it only this is missing.
  worker.on('error', () => {});
  worker.unref();
}
