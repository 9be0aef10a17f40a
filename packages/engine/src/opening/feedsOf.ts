import type { Dataset } from '@raremask/core';
import { numbersByClass } from '@raremask/core/loss';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { MadeAugmentation } from '../augment/makeAugmentations.ts';
import type { Waiting } from '../guard/waiting.ts';
import { type Feed, openFeed } from '../reading/feed.ts';
import type { FeedPlan } from '../reading/plan.ts';
import { availableMemory } from '../runner/room.ts';

/** Opens the worker threads that read a data set. */
export type OpenFeed = (
  plan: Pick<FeedPlan, 'normalization' | 'multipleOf' | 'donors' | 'sizesDiffer'> & {
    /** What changes the windows of batches; left out, they stay as they are. */
    readonly augmentations?: readonly MadeAugmentation[];
  },
) => Promise<Feed>;

/** The feeds of a manifest's data set. */
export function feedsOf(
  { manifest, plugins, folder }: LoadedManifest,
  dataset: Dataset,
  workers: number,
  waiting: Waiting,
): OpenFeed {
  const { url, rawOptions, plugin } = plugins.dataset;
  const place = `${plugins.dataset.place} (${plugin.name})`;
  const { facts } = dataset;
  const names = facts.classes.map(({ name }) => name);
  return ({ augmentations = [], ...plan }) =>
    openFeed(
      {
        ...plan,
        dataset: { place, url, rawOptions, folder },
        services: plugins.services.map(({ url, rawOptions, place }) => ({
          url,
          rawOptions,
          place,
        })),
        facts,
        ...(manifest.data.resolution !== undefined && { resolution: manifest.data.resolution }),
        pixelWeights: numbersByClass(manifest.data.pixelWeights, names, 1, 'data.pixelWeights'),
        seed: manifest.seed,
        readsSources: plugins.dataset.plugin.openReader !== undefined,
        workers,
        keptBytes: keptBytes(workers),
      },
      dataset,
      augmentations,
      waiting,
    );
}

/** Share of the memory that is available, and bytes, which readers together fill at most with samples. */
const SHARE = 1 / 8;
const MOST = 2 ** 31;

/** For each reader: a thread, or the main thread where there are none. */
function keptBytes(workers: number): number {
  return Math.min(SHARE * availableMemory(), MOST) / Math.max(workers, 1);
}
