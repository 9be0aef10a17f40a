import type { Dataset, Draw } from '@raremask/core';
import { checkDonors, type MadeAugmentation } from '../augment/makeAugmentations.ts';
import { Waiting } from '../guard/waiting.ts';
import { BatchMemory } from './batchMemory.ts';
import { inOrder } from './inOrder.ts';
import type {
  Batch,
  BatchArrays,
  BatchPart,
  CountedImage,
  FeedPlan,
  ReadJob,
  ReadResult,
  WholeSample,
} from './plan.ts';
import { ReaderThreads } from './readerThreads.ts';
import { SampleReader } from './sampleReader.ts';

/** Of a whole batch, what is read here. */
export type PartOf = (draws: readonly Draw[]) => {
  readonly draws: readonly Draw[];
  readonly part: BatchPart;
};

/** Reads samples ahead of the step, and hands them over in order. */
export interface Feed {
  /**
   * The batches of one epoch. The number of workers does not change them.
   *
   * @param from number of batches to leave out, for an epoch that was begun before
   * @param part of each batch what this process reads, where several share it
   * @param atOnce how many are used up at once by now: so many are read ahead at least
   */
  batches(
    epoch: number,
    draws: Iterable<readonly Draw[]>,
    from?: number,
    part?: PartOf,
    atOnce?: () => number,
  ): AsyncGenerator<Batch>;
  /**
   * Begins to read the first batches of an epoch, while something else goes on: `batches` with the same draws begins with them.
   * Those that nobody asks for, as the training has ended, are dropped when another epoch is begun.
   */
  prepare(epoch: number, draws: readonly (readonly Draw[])[]): void;
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

/**
 * Opens a feed.
 *
 * @param dataset who reads where the plan has no workers; worker threads get the sources of samples from
 * it, or make their own
 * @param augmentations what changes the windows of batches; worker threads make their own
 * @param waiting for the plugins' answers; left out, it says nothing
 */
export async function openFeed(
  plan: FeedPlan,
  dataset?: Dataset,
  augmentations: readonly MadeAugmentation[] = [],
  waiting = new Waiting(() => {}),
): Promise<Feed> {
  checkDonors(augmentations, plan.donors ?? []);
  if (plan.workers === 0) {
    if (dataset === undefined) throw new TypeError('a feed without workers needs the data set');
    const pool = new BatchMemory();
    const reader = new SampleReader(dataset, plan, pool, augmentations, waiting);
    return feed((job) => reader.run(job), 1, {
      release: (buffers) => pool.give(buffers),
      expect: () => {},
      close: async () => {},
    });
  }
  const source = sourceOf(plan, dataset);
  const threads = new ReaderThreads(
    {
      ...plan,
      patience: waiting.patience,
      augmentations: augmentations.map(({ planned }) => planned),
      ...(source
        ? { donorSources: new Map(plan.donors?.map((id) => [id, source(id)])) }
        : dataset && { ids: dataset.ids }),
    },
    waiting,
    source,
  );
  return feed((job) => threads.run(job), plan.workers + 1, threads);
}

/**
 * What threads are told of a sample in place of opening the data set; undefined where they must open it,
 * since the set does not tell or images are normalised together with others of their group.
 */
function sourceOf(
  { readsSources = false, normalization }: FeedPlan,
  dataset: Dataset | undefined,
): ((id: string) => unknown) | undefined {
  if (!readsSources || normalization.kind === 'volume' || dataset?.source === undefined) {
    return undefined;
  }
  return (id) => dataset.source!(id);
}

function feed(
  run: (job: ReadJob) => Promise<ReadResult>,
  ahead: number,
  owner: Pick<ReaderThreads, 'release' | 'expect' | 'close'>,
): Feed {
  let stalls = 0;
  let waited = 0;
  const onStall = (seconds: number) => {
    stalls++;
    waited += seconds;
  };
  let prepared: Prepared | undefined;
  return {
    async *batches(epoch, draws, from = 0, part = undefined, atOnce = () => 1) {
      const enough = () => {
        const jobs = Math.max(ahead, atOnce());
        owner.expect(jobs);
        return jobs;
      };
      const jobs = batchJobs(epoch, draws, from, part);
      const isSame = prepared?.epoch === epoch && prepared.draws === draws && part === undefined;
      const begun = isSame ? prepared?.results : undefined;
      prepared = undefined;
      const begin = (job: BatchJob) => begun?.get(job.index) ?? run(job);
      for await (const { job, result } of inOrder(jobs, begin, enough, onStall)) {
        begun?.delete(job.index);
        yield { draws: job.draws, ...(result as BatchArrays) };
      }
    },
    prepare(epoch, draws) {
      const results = new Map<number, Promise<ReadResult>>();
      for (const job of batchJobs(epoch, draws.slice(0, ahead), 0, undefined)) {
        const result = run(job);
        // A failure is thrown when its turn comes; until then it must not count as unhandled.
        result.catch(() => undefined);
        results.set(job.index, result);
      }
      prepared = { epoch, draws, results };
    },
    async *whole(ids) {
      const jobs = idJobs('whole', ids);
      for await (const { result } of inOrder(jobs, run, () => ahead)) yield result as WholeSample;
    },
    async *survey(ids) {
      const jobs = idJobs('survey', ids);
      for await (const { result } of inOrder(jobs, run, () => ahead)) yield result as CountedImage;
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

/** The first batches of an epoch, by their places in it. */
interface Prepared {
  readonly epoch: number;
  readonly draws: Iterable<readonly Draw[]>;
  readonly results: Map<number, Promise<ReadResult>>;
}

type BatchJob = Extract<ReadJob, { kind: 'batch' }>;

function* batchJobs(
  epoch: number,
  batches: Iterable<readonly Draw[]>,
  from: number,
  part: PartOf | undefined,
): Generator<BatchJob> {
  let index = 0;
  for (const draws of batches) {
    const own = part?.(draws) ?? { draws };
    if (index >= from) yield { kind: 'batch' as const, epoch, index, ...own };
    index++;
  }
}

function* idJobs(kind: 'whole' | 'survey', ids: Iterable<string>) {
  for (const id of ids) yield { kind, id };
}
