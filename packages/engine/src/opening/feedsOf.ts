import type { Dataset } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { type Feed, openFeed } from '../reading/feed.ts';
import type { FeedPlan } from '../reading/plan.ts';
import { classNumbers } from './classNumbers.ts';

/** Opens the worker threads that read a data set. */
export type OpenFeed = (
  plan: Pick<FeedPlan, 'normalization' | 'multipleOf' | 'augment' | 'donors' | 'sizesDiffer'>,
) => Promise<Feed>;

/** The feeds of a manifest's data set. */
export function feedsOf(
  { manifest, plugins, folder }: LoadedManifest,
  dataset: Dataset,
  workers: number,
): OpenFeed {
  const { url, rawOptions } = plugins.dataset;
  const { facts } = dataset;
  return (plan) =>
    openFeed(
      {
        ...plan,
        dataset: { url, rawOptions, folder },
        facts,
        pixelWeights: classNumbers('data.pixelWeights', manifest.data.pixelWeights, facts, 1),
        seed: manifest.seed,
        workers,
      },
      dataset,
    );
}
