import { join } from 'node:path';
import type { Dataset, Facts, OnEvent, Prediction, WrittenPrediction } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { components, foregroundMask } from '@raremask/metrics';
import { csvText, writeAtomically } from '@raremask/record';
import { UNCHANGED } from './augment/rule.ts';
import { noPredictionFiles } from './errors.ts';
import { foregroundProbability } from './judging/decide.ts';
import { isSearched } from './judging/decisionRule.ts';
import { type Judged, judge } from './judging/judge.ts';
import { tileRule } from './judging/tiles.ts';
import { openTrained, readTrained, scopeWithoutData, type Trained } from './opening/openTrained.ts';
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
 */
export async function predict(
  loaded: LoadedManifest,
  runPath: string,
  options: PredictOptions,
): Promise<PredictResult> {
  const { onEvent, input, compute } = options;
  const run = await readTrained(runPath, options.checkpoint);
  const { facts } = run.checkpoint.head;
  const { scope, close } = scopeWithoutData(loaded, run.checkpoint.head, onEvent);
  try {
    const images = await scope.openImages(loaded.plugins.dataset, input, facts);
    if (images.writePredictions === undefined && facts.space === 3) throw noPredictionFiles();
    const trained = await openTrained(loaded, run, scope);
    const { window, mirror } = loaded.manifest.evaluate;
    if (isSearched(loaded.manifest.evaluate) && trained.found === undefined) {
      onEvent({ type: 'note', level: 'warn', text: NOTHING_SEARCHED });
    }
    const { model, rule } = trained;
    const tiles = tileRule(window, facts, model);
    const feed = await imagesFeed(loaded, trained, images);
    const network = trained.network(compute, onEvent);
    try {
      const judged = judge({ facts, network, rule, tiles, mirror }, feed, images.ids);
      return await predictAll(images, judged, facts, options);
    } finally {
      await network.dispose();
      await feed.close();
    }
  } finally {
    await close();
  }
}

const NOTHING_SEARCHED =
  'nothing was searched on the validation split for this checkpoint and these settings, so every predicted structure is kept; raremask evaluate searches';

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
      augment: UNCHANGED,
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
): Promise<PredictResult> {
  const rows: PredictedImage[] = [];
  const wanted = { facts, probabilities };
  const predictions = predictionsOf(judged, (done) =>
    onEvent({ type: 'validate', epoch: 0, done, total: images.ids.length }),
  );
  const written = images.writePredictions?.(predictions, wanted) ?? pictures(predictions, wanted);
  for await (const prediction of written) {
    for (const { path, bytes } of prediction.files) await writeAtomically(join(out, path), bytes);
    rows.push(row(facts, prediction));
  }
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
  await writeAtomically(join(out, 'predictions.csv'), csvText(header, lines));
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
