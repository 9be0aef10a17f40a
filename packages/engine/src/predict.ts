import { join } from 'node:path';
import type { Dataset, Facts, Survey } from '@raremask/core';
import * as services from '@raremask/core';
import { createHost } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { components } from '@raremask/metrics';
import { encode } from 'fast-png';
import { writeAtomically } from './atomicFile.ts';
import { UNCHANGED } from './augment/rule.ts';
import { checkpointState, readCheckpoint } from './checkpoint.ts';
import type { Compute } from './compiledRunner.ts';
import { noTrainingData } from './errors.ts';
import type { OnEvent } from './events.ts';
import { openFeed } from './feed.ts';
import { openNetwork } from './openRunner.ts';
import { chooseCheckpoint, openRunFolder } from './runFolder.ts';
import { type Judged, judge } from './score.ts';

export interface PredictOptions {
  /** A folder of images, or one image. */
  readonly input: string;
  /** Where the folders `masks` and `probabilities` and the file `predictions.csv` go. */
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
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
  /** Pixels of any foreground class. */
  readonly foreground: number;
  /** Connected components of any foreground. */
  readonly structures: number;
  /** Largest probability of foreground in the image. */
  readonly probability: number;
}

/**
 * Predicts a folder of images with a run's checkpoint, at their original size and under their names.
 * The training data need not be there any more.
 *
 * Masks hold the mask values of the class map. Probabilities are 16-bit grey, 65535 = 1.
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
    const model = await scope.make(loaded.plugins.model);
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
        judge({ facts, network, threshold: loaded.manifest.evaluate.threshold }, feed, images.ids),
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
  { out, onEvent }: PredictOptions,
): Promise<PredictResult> {
  const rows: PredictedImage[] = [];
  for await (const image of judged) {
    for (const { path, png } of pictures(facts, image)) {
      await writeAtomically(join(out, path), png);
    }
    rows.push(row(facts, image));
    onEvent({ type: 'validate', epoch: 0, done: rows.length, total: images.ids.length });
  }
  const header = 'id,width,height,foreground_pixels,structures,largest_probability';
  const lines = rows.map((line) =>
    [
      csvCell(line.id),
      line.width,
      line.height,
      line.foreground,
      line.structures,
      line.probability.toFixed(6),
    ].join(','),
  );
  await writeAtomically(join(out, 'predictions.csv'), `${[header, ...lines].join('\n')}\n`);
  return { out, ...(facts.remark !== undefined && { remark: facts.remark }), images: rows };
}

/** The PNG files of one image, by their path below the output folder. */
function* pictures(
  facts: Facts,
  { sample, decision }: Judged,
): Generator<{ readonly path: string; readonly png: Uint8Array }> {
  const [height, width] = sample.size as [number, number];
  const classes = facts.classes.length;
  const grey = (data: Uint8Array | Uint16Array): Uint8Array =>
    encode({ width, height, data, channels: 1, depth: data instanceof Uint8Array ? 8 : 16 });
  const valueArray = facts.classes.some(({ value }) => value > 255) ? Uint16Array : Uint8Array;
  const plane = (index: number) => {
    const data = new Uint16Array(width * height);
    for (let pixel = 0; pixel < data.length; pixel++) {
      data[pixel] = Math.round(decision.probabilities[pixel * classes + index]! * 65535);
    }
    return data;
  };
  const foreground = facts.classes.slice(services.firstForeground(facts));
  const named = (folder: string, name: string) =>
    foreground.length === 1
      ? join(folder, `${sample.id}.png`)
      : join(folder, name, `${sample.id}.png`);
  if (facts.overlapping) {
    for (const [index, { name, value }] of facts.classes.entries()) {
      const data = new valueArray(width * height);
      for (let pixel = 0; pixel < data.length; pixel++) {
        data[pixel] = decision.predicted[pixel * classes + index]! * value;
      }
      yield { path: named('masks', name), png: grey(data) };
    }
  } else {
    const data = new valueArray(width * height);
    for (let pixel = 0; pixel < data.length; pixel++) {
      data[pixel] = facts.classes[decision.predicted[pixel]!]!.value;
    }
    yield { path: join('masks', `${sample.id}.png`), png: grey(data) };
  }
  for (const { name } of foreground) {
    const index = facts.classes.findIndex((entry) => entry.name === name);
    yield { path: named('probabilities', name), png: grey(plane(index)) };
  }
}

function row(facts: Facts, { sample, decision, foreground }: Judged): PredictedImage {
  const [height, width] = sample.size as [number, number];
  const mask = new Uint8Array(width * height);
  const planes = facts.overlapping ? facts.classes.length : 1;
  for (let index = 0; index < decision.predicted.length; index++) {
    if (decision.predicted[index]! > 0) mask[Math.floor(index / planes)] = 1;
  }
  return {
    id: sample.id,
    width,
    height,
    foreground: mask.reduce((sum, pixel) => sum + pixel, 0),
    structures: components(mask, sample.size).count,
    probability: foreground.reduce((largest, value) => Math.max(largest, value), 0),
  };
}

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
