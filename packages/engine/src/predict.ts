import { join, resolve, sep } from 'node:path';
import {
  type Dataset,
  type Facts,
  type OnEvent,
  type Prediction,
  type RaremaskError,
  staysInside,
  type WrittenPrediction,
} from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { components, foregroundMask } from '@raremask/metrics';
import { csvText, readSplits, writeAtomically } from '@raremask/record';
import { nameOutside, noPredictionFiles } from './errors.ts';
import { foregroundProbability } from './judging/decide.ts';
import { type Judged, judge } from './judging/judge.ts';
import { tileRule } from './judging/tileRule.ts';
import { nothingReadable } from './opening/errors.ts';
import {
  openTrained,
  readTrained,
  scopeWithoutData,
  type Trained,
  warnUnsearched,
} from './opening/openTrained.ts';
import { readableFeed } from './opening/readable.ts';
import { framed } from './prediction/framed.ts';
import { pictures } from './prediction/pictures.ts';
import { type Feed, openFeed } from './reading/feed.ts';
import type { Compute } from './runner/compute.ts';

export interface PredictOptions {
  /** What the data set opens as images without truth: a folder of images, or one image. */
  readonly input: string;
  /** Where the folders `masks` and `probabilities` and the file `predictions.csv` go. */
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
  /** Whether probabilities are written besides masks; left out, they are. */
  readonly probabilities?: boolean;
  readonly onEvent: OnEvent;
  /** What compiled programs run on; without it the tfjs backend in use computes. */
  readonly compute?: Compute | undefined;
}

export interface PredictResult {
  readonly out: string;
  /** What the set that was trained on says of itself. */
  readonly remark?: string;
  readonly images: readonly PredictedImage[];
  /** What could not be read, and is not predicted. */
  readonly unreadable: readonly {
    readonly id: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** One row of predictions.csv. */
export interface PredictedImage {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Of volumes alone. */
  readonly depth?: number;
  /** Pixels of any foreground class. */
  readonly foreground: number;
  /** Connected components of any foreground. */
  readonly structures: number;
  /** Largest probability of foreground in the image. */
  readonly probability: number;
}

/**
 * Predicts images with a run's checkpoint, at their original size and under their names. The training
 * data need not be there any more.
 *
 * The data set may write the files itself (volumes do, on their original grid). All others become PNG:
 * masks hold the mask values of the class map, probabilities are 16-bit grey, 65535 = 1.
 *
 * What cannot be read is listed, and the others are predicted; throws where nothing can be read. Files of
 * the run, and of earlier predictions in the same place, are no images.
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
    const tiles = tileRule(window, facts, model);
    const feed = await imagesFeed(loaded, trained, images);
    const network = trained.network(compute, onEvent);
    try {
      const broken = new Map<string, RaremaskError>();
      const readable = readableFeed(feed, 0, (id, reason) => broken.set(id, reason));
      const judged = judge({ facts, network, rule, tiles, mirror }, readable, images.ids);
      const result = await predictAll(images, judged, facts, options);
      if (broken.size === 0) return { ...result, unreadable: [] };
      if (result.images.length === 0) throw nothingReadable(broken);
      const unreadable = [...broken].map(([id, { code, message }]) => ({ id, code, message }));
      return { ...result, unreadable };
    } finally {
      await network.dispose();
      await feed.close();
    }
  } finally {
    await close();
  }
}

/** The images without those that the run, or an earlier prediction to the same place, has written. */
function withoutOwn(images: Dataset, { input, out }: PredictOptions, run: string): Dataset {
  const own = [join(out, 'masks'), join(out, 'probabilities'), run].map((path) => resolve(path));
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

async function predictAll(
  images: Dataset,
  judged: AsyncIterable<Judged>,
  facts: Facts,
  { out, probabilities = true, onEvent }: PredictOptions,
): Promise<Omit<PredictResult, 'unreadable'>> {
  const rows: PredictedImage[] = [];
  const wanted = { facts, probabilities };
  const predictions = predictionsOf(judged, (done) =>
    onEvent({ type: 'validate', epoch: 0, done, total: images.ids.length }),
  );
  const written =
    images.writePredictions?.(predictions, wanted) ?? pictures(framed(images, predictions), wanted);
  for await (const prediction of written) {
    for (const { path, bytes } of prediction.files) {
      if (!staysInside(path)) throw nameOutside(path);
      await writeAtomically(join(out, path), bytes);
    }
    rows.push(row(facts, prediction));
  }
  if (rows.length === 0) return { out, images: rows };
  const volumes = facts.space === 3 || rows.some(({ depth }) => depth !== undefined);
  const header = [
    ...['id', 'width', 'height'],
    ...(volumes ? ['depth'] : []),
    ...['foreground_pixels', 'structures', 'largest_probability'],
  ];
  const lines = rows.map((line) => [
    ...[line.id, line.width, line.height],
    ...(volumes ? [line.depth ?? null] : []),
    ...[line.foreground, line.structures, line.probability.toFixed(6)],
  ]);
  await writeAtomically(join(out, 'predictions.csv'), csvText(header, lines, { forPeople: true }));
  return { out, ...(facts.remark !== undefined && { remark: facts.remark }), images: rows };
}

async function* predictionsOf(
  judged: AsyncIterable<Judged>,
  onProgress: (done: number) => void,
): AsyncGenerator<Prediction> {
  let done = 0;
  for await (const { sample, decision } of judged) {
    const { predicted: labels, probabilities } = decision;
    yield { id: sample.id, size: sample.size, labels, probabilities };
    done++;
    onProgress(done);
  }
}

function row(facts: Facts, { id, size, labels, probabilities }: WrittenPrediction): PredictedImage {
  const [width, height, depth] = size.toReversed() as [number, number, number?];
  const mask = foregroundMask(labels, facts);
  return {
    id,
    width,
    height,
    ...(depth !== undefined && { depth }),
    foreground: mask.reduce((sum, pixel) => sum + pixel, 0),
    structures: components(mask, size).count,
    probability: foregroundProbability(facts, probabilities).reduce(
      (largest, value) => Math.max(largest, value),
      0,
    ),
  };
}
