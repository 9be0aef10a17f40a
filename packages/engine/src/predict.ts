import { join, resolve, sep } from 'node:path';
import type { Dataset, OnEvent } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { readSplits } from '@raremask/record';
import { noPredictionFiles } from './errors.ts';
import { Waiting, waitingText } from './guard/waiting.ts';
import { judge, PIXELS_AT_ONCE } from './judging/judge.ts';
import { judgeTogether, type Member } from './judging/judgeTogether.ts';
import { tileRule } from './judging/tileRule.ts';
import { type MemberRun, type OpenedMember, openMembers } from './opening/openMembers.ts';
import { isUnsearched, warnUnsearched } from './opening/openTrained.ts';
import {
  begin,
  type Identity,
  type NetworkIdentity,
  sha256,
  sha256OfNames,
} from './prediction/identity.ts';
import { BLOCKS, DOUBT } from './prediction/names.ts';
import type { Work } from './prediction/predictBlock.ts';
import { type PredictResult, predictBlocks } from './prediction/predictBlocks.ts';
import { type Feed, openFeed } from './reading/feed.ts';
import { listingOf } from './reading/listing.ts';
import type { Part } from './reading/part.ts';
import { remembered } from './reading/remembered.ts';
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
  return await predictTogether([{ loaded, path: runPath }], options);
}

/**
 * Predicts images with the checkpoints of several runs together: probabilities are averaged, structures are voted
 * on (`judging/judgeTogether.ts`), and where the networks do not agree goes into `doubt`: the standard deviation of
 * the foreground's probability over them, written as probabilities are. All networks are open at once.
 *
 * @param runs in an order that matters to rounding alone; of one, what is predicted is that of `predict`
 * @throws RaremaskError as `predict`, and where the runs have other classes, channels, spacing or reading of images
 */
export async function predictTogether(
  runs: readonly MemberRun[],
  options: PredictOptions,
): Promise<PredictResult> {
  const { onEvent, input, compute } = options;
  const { members, close } = await openMembers(runs, options);
  const [{ loaded, scope, trained: first }] = members as [OpenedMember];
  const { facts } = first;
  const opened: { close(): Promise<void> }[] = [];
  try {
    const found = await scope.openImages(loaded.plugins.dataset, input, facts);
    const paths = members.map(({ trained }) => trained.folder.path);
    const { place, plugin } = loaded.plugins.dataset;
    const ids = listingOf(found, `${place} (${plugin.name})`);
    const images = withoutOwn(found, ids, options, paths);
    if (images.writePredictions === undefined && facts.space === 3) throw noPredictionFiles();
    const known = knownNote(images.ids, await trainedOn(members));
    if (known !== undefined) onEvent({ type: 'note', level: 'warn', text: known });
    const doubtful = members.find((one) => isUnsearched(one.loaded.manifest.evaluate, one.trained));
    if (doubtful) warnUnsearched(doubtful.loaded.manifest.evaluate, doubtful.trained, onEvent);
    const identity = await identityOf(members, images.ids, options);
    const begun = await begin(options.out, identity, options.part !== undefined);
    const say = (what: string, seconds: number) =>
      onEvent({ type: 'note', level: 'warn', text: waitingText(what, seconds) });
    const waiting = new Waiting(say, options);
    const shared = remembered(images);
    const judges: Member[] = [];
    for (const one of members) {
      const { window, mirror } = one.loaded.manifest.evaluate;
      const { model, rule } = one.trained;
      const tiles = tileRule(window, facts, model, begun.freeMemory);
      const feed = await imagesFeed(one, members.length > 1 ? shared.dataset : images, waiting);
      opened.push(feed);
      const network = one.trained.network(compute, onEvent);
      opened.push({ close: () => network.dispose() });
      judges.push({ judge: { facts, network, rule, tiles, mirror }, feed });
    }
    const [{ judge: alone, feed }, ...others] = judges as [Member, ...Member[]];
    const judged: Work['judged'] =
      others.length === 0
        ? (readable, ids) => judge(alone, readable, ids)
        : (readable, ids) => {
            const all = [{ judge: alone, feed: readable }, ...others];
            return judgeTogether(all, shared.groups(ids, PIXELS_AT_ONCE));
          };
    return await predictBlocks({ facts, images, feed, judged, begun }, options);
  } finally {
    for (const one of opened.toReversed()) await one.close();
    await close();
  }
}

/** What the predictions of a folder have in common, whoever makes them. */
async function identityOf(
  members: readonly OpenedMember[],
  ids: readonly string[],
  { probabilities = true }: PredictOptions,
): Promise<Identity> {
  const networks = await Promise.all(members.map(networkIdentity));
  const images = { count: ids.length, sha256: sha256OfNames(ids) };
  if (networks.length > 1) return { networks, probabilities, images };
  const [{ settings, ...own }] = networks as [NetworkIdentity];
  // In this order, which is in the digest of what is predicted already.
  return { ...own, probabilities, settings, images };
}

async function networkIdentity({
  loaded: { manifest },
  trained: { checkpoint, rule },
}: OpenedMember): Promise<NetworkIdentity> {
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
    settings: sha256(JSON.stringify([use, options, resolution, manifest.model])),
  };
}

/** The images without those that the runs, or an earlier prediction to the same place, have written. */
function withoutOwn(
  images: Dataset,
  listed: readonly string[],
  { input, out }: PredictOptions,
  runs: readonly string[],
): Dataset {
  const written = ['masks', 'probabilities', DOUBT, BLOCKS].map((name) => join(out, name));
  const own = [...written, ...runs].map((path) => resolve(path));
  const apart = own.filter((folder) => !isInside(resolve(input), folder));
  const ids = listed.filter((id) => {
    const file = images.files?.(id).image;
    return file === undefined || !apart.some((folder) => isInside(resolve(file), folder));
  });
  return { ...images, ids };
}

/** Images that any of the networks was trained on. */
async function trainedOn(members: readonly OpenedMember[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const { trained } of members) {
    for (const id of (await readSplits(trained.folder.splits))?.train ?? []) known.add(id);
  }
  return known;
}

/** What is said of images that are called as some that the network was trained on. */
function knownNote(ids: readonly string[], trained: ReadonlySet<string>): string | undefined {
  const known = ids.filter((id) => trained.has(id));
  if (known.length === 0) return undefined;
  return `${known.length} of ${ids.length} images are called as images of the training split, for example ${known[0]}: what is predicted on training images says nothing of others`;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/** Reads images that are to be predicted, here and not in threads: they are read once. */
function imagesFeed(
  { loaded: { folder, manifest, plugins }, trained: { facts, model, checkpoint } }: OpenedMember,
  images: Dataset,
  waiting: Waiting,
): Promise<Feed> {
  return openFeed(
    {
      dataset: {
        place: `${plugins.dataset.place} (${plugins.dataset.plugin.name})`,
        ...{ url: '', rawOptions: null, folder },
      },
      facts,
      normalization: checkpoint.head.normalization,
      ...(manifest.data.resolution !== undefined && { resolution: manifest.data.resolution }),
      pixelWeights: facts.classes.map(() => 1),
      seed: manifest.seed,
      workers: 0,
      multipleOf: model.multipleOf,
    },
    images,
    [],
    waiting,
  );
}
