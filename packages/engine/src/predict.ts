import { join } from 'node:path';
import type { Dataset, Facts, Prediction, Survey, WrittenPrediction } from '@raremask/core';
import * as services from '@raremask/core';
import { createHost } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { components } from '@raremask/metrics';
import { UNCHANGED } from './augment/rule.ts';
import { noPredictionFiles, noTrainingData } from './errors.ts';
import type { OnEvent } from './events.ts';
import { decisionRule, foregroundProbability } from './judging/decide.ts';
import { foundFor } from './judging/decisionFile.ts';
import { type Judged, judge } from './judging/judge.ts';
import { tileRule } from './judging/tiles.ts';
import { pictures } from './prediction/pictures.ts';
import { openFeed } from './reading/feed.ts';
import { writeAtomically } from './record/atomicFile.ts';
import { checkpointState, readCheckpoint } from './record/checkpoint.ts';
import { chooseCheckpoint, openRunFolder } from './record/runFolder.ts';
import type { Compute } from './runner/compute.ts';
import { openNetwork } from './runner/openRunner.ts';

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
  const { folder } = await openRunFolder(runPath);
  const checkpoint = await readCheckpoint(chooseCheckpoint(folder, options.checkpoint));
  const { facts, normalization, census } = checkpoint.head;
  const host = createHost();
  const scope = host.run({
    seed: loaded.manifest.seed,
    log: {
      info: (text) => options.onEvent({ type: 'note', level: 'info', text }),
      warn: (text) => options.onEvent({ type: 'note', level: 'warn', text }),
    },
  });
  try {
    scope.provide(services.folder, () => loaded.folder);
    scope.provide(services.batchSize, () => loaded.manifest.train.batch);
    scope.provide(services.facts, () => facts);
    scope.provide(services.census, () => async () => census);
    scope.provide(services.survey, () => async (): Promise<Survey> => {
      throw noTrainingData();
    });
    const images = await scope.openImages(loaded.plugins.dataset, options.input, facts);
    if (images.writePredictions === undefined && facts.space === 3) throw noPredictionFiles();
    const model = await scope.make(loaded.plugins.model);
    const found = await foundFor(loaded.manifest.evaluate, folder, checkpoint, (text) =>
      options.onEvent({ type: 'note', level: 'warn', text }),
    );
    const rule = decisionRule(loaded.manifest.evaluate, facts, found);
    const { mirror } = loaded.manifest.evaluate;
    const tiles = tileRule(loaded.manifest.evaluate.window, facts, model);
    const feed = await openFeed(
      {
        dataset: { url: '', rawOptions: null, folder: loaded.folder },
        facts,
        normalization,
        pixelWeights: facts.classes.map(() => 1),
        augment: UNCHANGED,
        seed: loaded.manifest.seed,
        workers: 0,
        multipleOf: model.multipleOf,
      },
      images,
    );
    const network = openNetwork(
      options.compute,
      { facts, model },
      checkpointState(checkpoint, model),
      options.onEvent,
    );
    try {
      return await predictAll(
        images,
        judge({ facts, network, rule, tiles, mirror }, feed, images.ids),
        facts,
        options,
      );
    } finally {
      await network.dispose();
      await feed.close();
    }
  } finally {
    await scope.dispose();
    await host.dispose();
  }
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
  const extents = volumes ? 'width,height,depth' : 'width,height';
  const header = `id,${extents},foreground_pixels,structures,largest_probability`;
  const lines = rows.map((line) =>
    [
      csvCell(line.id),
      line.width,
      line.height,
      ...(volumes ? [line.depth] : []),
      line.foreground,
      line.structures,
      line.probability.toFixed(6),
    ].join(','),
  );
  await writeAtomically(join(out, 'predictions.csv'), `${[header, ...lines].join('\n')}\n`);
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
  const planes = facts.overlapping ? facts.classes.length : 1;
  const mask = new Uint8Array(labels.length / planes);
  for (let index = 0; index < labels.length; index++) {
    if (labels[index]! > 0) mask[Math.floor(index / planes)] = 1;
  }
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

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
