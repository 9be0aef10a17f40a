import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import * as services from '@raremask/core';
import {
  type Census,
  type Dataset,
  type Facts,
  isRaremaskError,
  type Json,
  type RaremaskError,
} from '@raremask/core';
import { createHost, type RunScope } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { UNCHANGED } from '../augment/rule.ts';
import { emptySplit } from '../errors.ts';
import type { OnEvent } from '../events.ts';
import { type Feed, openFeed } from '../reading/feed.ts';
import type { CountedImage, FeedPlan } from '../reading/plan.ts';
import { type CountedSurvey, censusOf, takeSurvey } from '../survey/survey.ts';
import { classNumbers } from './classNumbers.ts';
import { splitIds } from './split.ts';

export type Splits = Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>;

/** An opened manifest: its data set, its services, and the way to everything that is made of them. */
export interface Work {
  readonly loaded: LoadedManifest;
  readonly scope: RunScope;
  readonly dataset: Dataset;
  readonly facts: Facts;
  readonly splits: Splits;
  readonly workers: number;
  /** Plugin and options of the data set: what was counted for one identity holds for no other. */
  readonly identity: string;
  survey(): Promise<CountedSurvey>;
  census(): Promise<Census>;
  /** Opens the worker threads that read this data set, or another one decoded alike. */
  feed(
    plan: Pick<FeedPlan, 'normalization' | 'multipleOf' | 'augment' | 'donors' | 'sizesDiffer'>,
  ): Promise<Feed>;
  close(): Promise<void>;
}

/**
 * Makes the data set and divides it. Sampler, losses and model are made later, by `scope.make`.
 *
 * @param onBroken gets the samples that cannot be read, which the survey then leaves out; without it,
 *   the first of them is thrown
 */
export async function openWork(
  loaded: LoadedManifest,
  onEvent: OnEvent,
  onBroken?: (id: string, error: RaremaskError) => void,
): Promise<Work> {
  const { manifest, plugins, folder } = loaded;
  const host = createHost();
  const scope = host.run({
    seed: manifest.seed,
    log: {
      info: (text) => onEvent({ type: 'note', level: 'info', text }),
      warn: (text) => onEvent({ type: 'note', level: 'warn', text }),
    },
  });
  try {
    scope.provide(services.folder, () => folder);
    scope.provide(services.batchSize, () => manifest.train.batch);
    const dataset = await scope.make(plugins.dataset);
    const { facts } = dataset;
    scope.provide(services.facts, () => facts);
    const workers = workerCount(manifest.train.workers);

    const feed: Work['feed'] = (plan) =>
      openFeed(
        {
          ...plan,
          dataset: {
            url: plugins.dataset.url,
            rawOptions: plugins.dataset.rawOptions,
            folder,
          },
          facts,
          pixelWeights: classNumbers('data.pixelWeights', manifest.data.pixelWeights, facts, 1),
          seed: manifest.seed,
          workers,
        },
        dataset,
      );
    const identity = JSON.stringify([
      plugins.dataset.use,
      plugins.dataset.package?.version ?? null,
      plugins.dataset.rawOptions,
    ]);
    const count = async (ids: readonly string[], train: readonly string[]) => {
      let reader: Promise<Feed> | undefined;
      try {
        return await takeSurvey({
          dataset,
          ids,
          train,
          identity,
          cacheFolder: join(folder, '.raremask'),
          read: async (missing) => {
            reader ??= feed({
              normalization: { kind: 'none' },
              multipleOf: facts.space === 2 ? [1, 1] : [1, 1, 1],
              augment: UNCHANGED,
            });
            const opened = await reader;
            return onBroken ? readable(opened, missing, workers, onBroken) : opened.survey(missing);
          },
          partial: onBroken !== undefined,
          onProgress: (done, total) => onEvent({ type: 'survey', done, total }),
          warn: (text) => onEvent({ type: 'note', level: 'warn', text }),
        });
      } finally {
        await (await reader)?.close();
      }
    };

    let everything: Promise<CountedSurvey> | undefined;
    const splits = await splitIds({
      dataset,
      split: manifest.data.split,
      folder,
      ...dataRoot(plugins.dataset.rawOptions, folder),
      seed: manifest.seed,
      isEmpty: async (id) => {
        everything ??= count(dataset.ids, []);
        const counted = await everything;
        return !counted.has(id) || !counted.hasForeground(id);
      },
      warn: (text) => onEvent({ type: 'note', level: 'warn', text }),
    });
    let survey: Promise<CountedSurvey> | undefined;
    let census: Promise<Census> | undefined;
    const takenSurvey = () => {
      // A split by shares has had everything counted already.
      survey ??= everything
        ? everything.then((counted) => ({ ...counted, train: inOrder(dataset.ids, splits.train) }))
        : count(
            [...new Set([...splits.train, ...splits.validation, ...splits.test])],
            splits.train,
          );
      return survey;
    };
    const takenCensus = () => {
      census ??= takenSurvey().then((counted) => censusOf(counted, facts));
      return census;
    };
    scope.provide(services.survey, () => takenSurvey);
    scope.provide(services.census, () => takenCensus);
    return {
      loaded,
      scope,
      dataset,
      facts,
      splits,
      workers,
      identity,
      survey: takenSurvey,
      census: takenCensus,
      feed,
      close: async () => {
        await scope.dispose();
        await host.dispose();
      },
    };
  } catch (error) {
    await scope.dispose();
    await host.dispose();
    throw error;
  }
}

/** Counts what can be read, several at a time, and hands the rest to `onBroken`. */
async function* readable(
  feed: Feed,
  ids: readonly string[],
  workers: number,
  onBroken: (id: string, error: RaremaskError) => void,
): AsyncGenerator<CountedImage> {
  const countOne = async (id: string): Promise<CountedImage | undefined> => {
    try {
      for await (const image of feed.survey([id])) return image;
    } catch (error) {
      if (!isRaremaskError(error) || error.category !== 'data') throw error;
      onBroken(id, error);
    }
    return undefined;
  };
  const waiting: Promise<CountedImage | undefined>[] = [];
  for (const id of ids) {
    const started = countOne(id);
    // Whatever fails is thrown when its turn comes; until then it must not count as unhandled.
    started.catch(() => undefined);
    waiting.push(started);
    if (waiting.length <= workers + 1) continue;
    const image = await waiting.shift();
    if (image) yield image;
  }
  for (const started of waiting) {
    const image = await started;
    if (image) yield image;
  }
}

/** The ids of a split; throws where it has none. */
export function splitOf(work: Work, split: keyof Splits): readonly string[] {
  if (work.splits[split].length === 0) throw emptySplit(split);
  return work.splits[split];
}

/** Lists may lie beside the images: where a data set has a `root`, they are looked for there too. */
function dataRoot(options: Json, folder: string): { readonly dataRoot?: string } {
  const root = (options as { readonly root?: Json } | null)?.root;
  return typeof root === 'string' ? { dataRoot: resolve(folder, root) } : {};
}

/** One thread for the step, the others read; at most four. */
function workerCount(wish: number | 'auto'): number {
  return wish === 'auto' ? Math.min(Math.max(availableParallelism() - 1, 1), 4) : wish;
}

/** Chosen ids in the order of all. */
function inOrder(all: readonly string[], chosen: readonly string[]): string[] {
  const wanted = new Set(chosen);
  return all.filter((id) => wanted.has(id));
}
