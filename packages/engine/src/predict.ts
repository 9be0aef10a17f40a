import { join, resolve, sep } from 'node:path';
import type { Dataset, OnEvent } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { readSplits } from '@raremask/record';
import { noPredictionFiles } from './errors.ts';
import { tileRule } from './judging/tileRule.ts';
import {
  openTrained,
  readTrained,
  scopeWithoutData,
  type Trained,
  warnUnsearched,
} from './opening/openTrained.ts';
import type { Part } from './prediction/blocks.ts';
import { begin, type Identity, sha256, sha256OfNames } from './prediction/identity.ts';
import { BLOCKS } from './prediction/names.ts';
import { type PredictResult, predictBlocks } from './prediction/predictBlocks.ts';
import { type Feed, openFeed } from './reading/feed.ts';
import type { Compute } from './runner/compute.ts';
import { fingerprintOf } from './weights/weightFile.ts';

export interface PredictOptions {
  /** What the data set opens as images without truth: a folder of images, or one image. */
  readonly input: string;
  /** Where the folders `masks`, `probabilities` and `blocks` go, and `predictions.csv` and `predictions.json`. */
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
  /** Whether probabilities are written besides masks; left out, they are. */
  readonly probabilities?: boolean;
  /** The share of the images that this call predicts; left out, all. */
  readonly part?: Part;
  /** Whether it is only looked which blocks are not done: `left` of the result. */
  readonly onlyLook?: boolean;
  /** Ends the call after the block in progress. */
  readonly signal?: AbortSignal;
  readonly onEvent: OnEvent;
  /** What compiled programs run on; without it the tfjs backend in use computes. */
  readonly compute?: Compute | undefined;
}

/**
 * Predicts images with a run's checkpoint, at their original size and under their names. The training
 * data need not be there any more.
 *
 * The data set may write the files itself (volumes do, on their original grid). All others become PNG:
 * masks hold the mask values of the class map, probabilities are 16-bit grey, 65535 = 1.
 *
 * An archive is predicted in blocks of images, each recorded when its files are written. A call into the same
 * folder goes on with what is not done, or has changed since; parts may share the folder, one after the other or
 * at once. No more than a block is in memory.
 *
 * What cannot be read is listed, tried again by a later call, and the others are predicted; throws where nothing
 * can be read. Files of the run, and of earlier predictions in the same place, are no images.
 */
export async function predict(
  loaded: LoadedManifest,
  runPath: string,
  options: PredictOptions,
): Promise<PredictResult> {
  const { onEvent, input, compute } = options;
  const run = await readTrained(runPath, options.checkpoint, options.onEvent);
  const { facts } = run.checkpoint.head;
  const { scope, close } = scopeWithoutData(loaded, run.checkpoint.head, onEvent);
  try {
    const opened = await scope.openImages(loaded.plugins.dataset, input, facts);
    const images = withoutOwn(opened, options, run.folder.path);
    if (images.writePredictions === undefined && facts.space === 3) throw noPredictionFiles();
    const known = knownNote(images.ids, (await readSplits(run.folder.splits))?.train ?? []);
    if (known !== undefined) onEvent({ type: 'note', level: 'warn', text: known });
    const trained = await openTrained(loaded, run, scope);
    const { window, mirror } = loaded.manifest.evaluate;
    warnUnsearched(loaded.manifest.evaluate, trained, onEvent);
    const { model, rule } = trained;
    const identity = await identityOf(loaded, trained, images.ids, options);
    const begun = await begin(options.out, identity, options.part !== undefined);
    const tiles = tileRule(window, facts, model, begun.freeMemory);
    const feed = await imagesFeed(loaded, trained, images);
    const network = trained.network(compute, onEvent);
    try {
      const work = { images, feed, judging: { facts, network, rule, tiles, mirror }, begun };
      return await predictBlocks(work, options);
    } finally {
      await network.dispose();
      await feed.close();
    }
  } finally {
    await close();
  }
}

/** What the predictions of a folder have in common, whoever makes them. */
async function identityOf(
  { manifest }: LoadedManifest,
  { checkpoint, rule }: Trained,
  ids: readonly string[],
  { probabilities = true }: PredictOptions,
): Promise<Identity> {
  const { use, with: options, resolution } = manifest.data;
  return {
    checkpoint: {
      which: checkpoint.which,
      epoch: checkpoint.head.progress.epoch,
      sha256: (await fingerprintOf(checkpoint.path)).sha256,
    },
    decision: rule,
    window: manifest.evaluate.window,
    mirror: manifest.evaluate.mirror,
    probabilities,
    settings: sha256(JSON.stringify([use, options, resolution, manifest.model])),
    images: { count: ids.length, sha256: sha256OfNames(ids) },
  };
}

/** The images without those that the run, or an earlier prediction to the same place, has written. */
function withoutOwn(images: Dataset, { input, out }: PredictOptions, run: string): Dataset {
  const own = [join(out, 'masks'), join(out, 'probabilities'), join(out, BLOCKS), run].map((path) =>
    resolve(path),
  );
  const apart = own.filter((folder) => !isInside(resolve(input), folder));
  const ids = images.ids.filter((id) => {
    const file = images.files?.(id).image;
    return file === undefined || !apart.some((folder) => isInside(resolve(file), folder));
  });
  return { ...images, ids };
}

/** What is said of images that are called as some that the network was trained on. */
function knownNote(ids: readonly string[], train: readonly string[]): string | undefined {
  const trained = new Set(train);
  const known = ids.filter((id) => trained.has(id));
  if (known.length === 0) return undefined;
  return `${known.length} of ${ids.length} images are called as images of the training split, for example ${known[0]}: what is predicted on training images says nothing of others`;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/** Reads images that are to be predicted, here and not in threads: they are read once. */
function imagesFeed(
  { folder, manifest }: LoadedManifest,
  { facts, model, checkpoint }: Trained,
  images: Dataset,
): Promise<Feed> {
  return openFeed(
    {
      dataset: { url: '', rawOptions: null, folder },
      facts,
      normalization: checkpoint.head.normalization,
      ...(manifest.data.resolution !== undefined && { resolution: manifest.data.resolution }),
      pixelWeights: facts.classes.map(() => 1),
      seed: manifest.seed,
      workers: 0,
      multipleOf: model.multipleOf,
    },
    images,
  );
}
