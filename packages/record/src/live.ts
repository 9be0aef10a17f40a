import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { RunEvent } from '@raremask/core';
import { readJson } from './recordedFile.ts';

/** What a training does now. Epochs and steps are counted from 1. */
export type Live =
  | ({
      readonly doing: 'training';
      readonly loss: number;
      readonly imagesPerSecond: number;
    } & Place)
  | ({ readonly doing: 'validating' } & Place);

interface Place {
  /** When it was written. */
  readonly time: string;
  readonly epoch: number;
  /** Of steps, or of images. */
  readonly done: number;
  readonly total: number;
  /** Of the whole run, from then on; absent while it validates. */
  readonly secondsLeft?: number;
}

/** Milliseconds from one writing to the next. */
const PAUSE = 1000;

/** live.json: replaced at most once a second, and gone once the training ends. */
export class LiveFile {
  readonly #path: string;
  #written = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
  }

  /** A run never ends because this cannot be written: nothing of it is needed again. */
  hear(event: RunEvent): void {
    try {
      if (event.type === 'end') rmSync(this.#path, { force: true });
      const live = liveOf(event);
      if (live === undefined || performance.now() - this.#written < PAUSE) return;
      this.#written = performance.now();
      writeFileSync(`${this.#path}.next`, JSON.stringify(live));
      renameSync(`${this.#path}.next`, this.#path);
    } catch {
      // As on a full disk, which what matters will tell.
    }
  }
}

/** Undefined where nothing is going on, or nobody has written it. */
export async function readLive(path: string): Promise<Live | undefined> {
  try {
    return await readJson<Live>(path);
  } catch {
    return undefined;
  }
}

function liveOf(event: RunEvent): Live | undefined {
  const time = new Date().toISOString();
  if (event.type === 'step') {
    const { epoch, step: done, steps: total, loss, imagesPerSecond, secondsLeft } = event;
    return { doing: 'training', time, epoch, done, total, loss, imagesPerSecond, secondsLeft };
  }
  if (event.type !== 'validate') return undefined;
  return { doing: 'validating', time, epoch: event.epoch, done: event.done, total: event.total };
}
