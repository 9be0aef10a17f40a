import type { Dataset, Draw, Facts, Json } from '@raremask/core';
import { checkAugment } from '../augment/check.ts';
import type { AugmentRule } from '../augment/rule.ts';
import type { Normalization } from '../intensities/normalize.ts';
import { BatchMemory } from './batchMemory.ts';
import { ReaderThreads } from './readerThreads.ts';
import {
  type BatchArrays,
  type CountedImage,
  SampleReader,
  type WholeSample,
} from './sampleReader.ts';

export type { WholeSample } from './sampleReader.ts';

/** All that decides what a feed hands over; plain data, so that threads can have it. */
export interface FeedPlan {
  readonly dataset: {
    /** File URL of the plugin's module. */
    readonly url: string;
    /** Options as the manifest has them. */
    readonly rawOptions: Json;
    /** Where relative paths start from. */
    readonly folder: string;
  };
  readonly facts: Facts;
  readonly normalization: Normalization;
  /** How many times a pixel of each class counts, in the order of the class axis. */
  readonly pixelWeights: readonly number[];
  readonly augment: AugmentRule;
  /** Ids of training images with foreground, for `augment.paste`. */
  readonly donors?: readonly string[];
  readonly seed: number;
  /** Threads; 0 = the main thread reads. */
  readonly workers: number;
  /** Extents of batches and whole images are filled up to multiples of these. */
  readonly multipleOf: readonly number[];
  /** Whether images that batches show whole are of several sizes. */
  readonly sizesDiffer?: boolean;
}

/** One batch of training. */
export interface Batch {
  readonly draws: readonly Draw[];
  /** Space extents after padding. */
  readonly size: readonly number[];
  /** Normalised, [n, ...size, channels]; 0 beside the image. */
  readonly images: Float32Array;
  /** One-hot or multi-hot, [n, ...size, classes]; zeros at ignored pixels and beside the image. */
  readonly target: Float32Array;
  /**
   * [n, ...size, 1]: weight of the pixel's class (overlapping classes: the largest of those that are
   * there, 1 where none is) times the sample's own weight; 0 at ignored pixels and beside the image.
   */
  readonly weight: Float32Array;
  /** Windows that had foreground before augmentation. */
  readonly masks: number;
  /** Of those, windows that augmentation has left without any. */
  readonly emptied: number;
  /** Windows without foreground that a structure was copied into. */
  readonly pasted: number;
}

/** Reads samples ahead of the step, and hands them over in order. */
export interface Feed {
  /**
   * The batches of one epoch. The number of workers does not change them.
   *
   * @param from number of batches to leave out, for an epoch that was begun before
   */
  batches(epoch: number, draws: Iterable<readonly Draw[]>, from?: number): AsyncGenerator<Batch>;
  whole(ids: Iterable<string>): AsyncGenerator<WholeSample>;
  survey(ids: Iterable<string>): AsyncGenerator<CountedImage>;
  /**
   * Takes the memory of a batch back, for a later one: its arrays must not be read any more. Batches
   * that are not given back keep their memory.
   */
  release(batch: Batch): void;
  /** Batches that were not ready when they were asked for, without the first of each epoch. */
  readonly stalls: number;
  /** Seconds that were spent waiting for them, without the first of each epoch. */
  readonly waited: number;
  /** Ends the threads. Whoever still waits for something gets an error. */
  close(): Promise<void>;
}

/** One thing to read. */
export type ReadJob =
  | {
      readonly kind: 'batch';
      readonly epoch: number;
      readonly index: number;
      readonly draws: readonly Draw[];
    }
  | { readonly kind: 'whole'; readonly id: string }
  | { readonly kind: 'survey'; readonly id: string };

/** What comes of it. */
export type ReadResult = BatchArrays | WholeSample | CountedImage;

/**
 * Opens a feed.
 *
 * @param dataset who reads where the plan has no workers; worker threads make their own
 */
export async function openFeed(plan: FeedPlan, dataset?: Dataset): Promise<Feed> {
  checkAugment(plan.augment, plan.facts, plan.donors ?? []);
  if (plan.workers === 0) {
    if (dataset === undefined) throw new TypeError('a feed without workers needs the data set');
    const pool = new BatchMemory();
    const reader = new SampleReader(dataset, plan, pool);
    return feed((job) => runJob(reader, job), 1, {
      release: (buffers) => pool.give(buffers),
      close: async () => {},
    });
  }
  const threads = new ReaderThreads(plan);
  return feed((job) => threads.run(job), plan.workers + 1, threads);
}

export function runJob(reader: SampleReader, job: ReadJob): Promise<ReadResult> {
  if (job.kind === 'batch') return reader.batch(job.epoch, job.index, job.draws);
  return job.kind === 'whole' ? reader.whole(job.id) : reader.survey(job.id);
}

function feed(
  run: (job: ReadJob) => Promise<ReadResult>,
  ahead: number,
  owner: { release(buffers: readonly ArrayBufferLike[]): void; close(): Promise<void> },
): Feed {
  let stalls = 0;
  let waited = 0;
  const onStall = (seconds: number) => {
    stalls++;
    waited += seconds;
  };
  return {
    async *batches(epoch, draws, from = 0) {
      const jobs = batchJobs(epoch, draws, from);
      for await (const { job, result } of inOrder(jobs, run, ahead, onStall)) {
        yield { draws: job.draws, ...(result as BatchArrays) };
      }
    },
    async *whole(ids) {
      const jobs = idJobs('whole', ids);
      for await (const { result } of inOrder(jobs, run, ahead)) yield result as WholeSample;
    },
    async *survey(ids) {
      const jobs = idJobs('survey', ids);
      for await (const { result } of inOrder(jobs, run, ahead)) yield result as CountedImage;
    },
    release({ images, target, weight }) {
      owner.release([images.buffer, target.buffer, weight.buffer]);
    },
    get stalls() {
      return stalls;
    },
    get waited() {
      return waited;
    },
    close: () => owner.close(),
  };
}

function* batchJobs(epoch: number, batches: Iterable<readonly Draw[]>, from: number) {
  let index = 0;
  for (const draws of batches) {
    if (index >= from) yield { kind: 'batch' as const, epoch, index, draws };
    index++;
  }
}

function* idJobs(kind: 'whole' | 'survey', ids: Iterable<string>) {
  for (const id of ids) yield { kind, id };
}

/**
 * Runs jobs, `ahead` of them besides the one that is handed over, and yields their results in order.
 * New ones begin only when a result is asked for, so a generator that nobody asks stands still.
 */
async function* inOrder<J extends ReadJob>(
  jobs: Iterable<J>,
  run: (job: J) => Promise<ReadResult>,
  ahead: number,
  onStall?: (seconds: number) => void,
): AsyncGenerator<{ job: J; result: ReadResult }> {
  const waiting: { job: J; result: Promise<ReadResult>; ready: boolean }[] = [];
  const source = jobs[Symbol.iterator]();
  const begin = () => {
    const next = source.next();
    if (next.done) return;
    const entry = { job: next.value, result: run(next.value), ready: false };
    const settle = () => {
      entry.ready = true;
    };
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    entry.result.then(settle, settle);
    waiting.push(entry);
  };
  try {
    for (let first = true; ; first = false) {
      while (waiting.length <= ahead) {
        const before = waiting.length;
        begin();
        if (waiting.length === before) break;
      }
      const entry = waiting.shift();
      if (entry === undefined) return;
      const asked = performance.now();
      const late = !first && !entry.ready;
      const result = await entry.result;
      if (late) onStall?.((performance.now() - asked) / 1000);
      yield { job: entry.job, result };
    }
  } finally {
    source.return?.();
  }
}
