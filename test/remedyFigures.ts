import {
  batchSize,
  type Census,
  census,
  type Draw,
  type Facts,
  facts,
  type Log,
  type Loss,
  type Sampler,
  type Survey,
  type SurveyedImage,
  survey,
} from '@raremask/core';
import { createHost, type RunScope } from '@raremask/core/host';
import { lossInput } from '@raremask/core/loss';
import { type LoadedManifest, loadManifest } from '@raremask/core/manifest';
import * as tf from '@tensorflow/tfjs';
import { parse } from 'yaml';
import type { Rows } from './markdownTable.ts';

/** The task of docs/remedies: a nodule, or none. */
const task: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'nodule', value: 255 },
  ],
  overlapping: false,
};
const SIDE = 64;
const PIXELS = SIDE * SIDE;
const STRUCTURE = 100;

/** A quarter of the images have one structure. */
const counted: Census = {
  images: 40,
  emptyImages: 30,
  pixels: 40 * PIXELS,
  classes: [
    {
      name: 'background',
      pixels: 40 * PIXELS - 10 * STRUCTURE,
      share: 1 - (10 * STRUCTURE) / (40 * PIXELS),
      images: 40,
      structures: 0,
      meanStructure: 0,
    },
    {
      name: 'nodule',
      pixels: 10 * STRUCTURE,
      share: (10 * STRUCTURE) / (40 * PIXELS),
      images: 10,
      structures: 10,
      meanStructure: STRUCTURE,
    },
  ],
};

const BATCH = 8;
const DRAWN_SIDE = 256;
const CENTRE = [100, 150] as const;
/** A class that few images have, and where. */
const RARE = 2;
const RARE_CENTRE = [200, 30] as const;

/** 100 images of 256 x 256 pixels, each with one structure of each of its classes. */
function surveyOf(classes: number, classesOf: (index: number) => readonly number[]): Survey {
  const images = new Map<string, SurveyedImage>();
  for (let index = 0; index < 100; index++) {
    const structures = classesOf(index).map((own) => ({
      class: own,
      pixels: STRUCTURE,
      centre: own === RARE ? RARE_CENTRE : CENTRE,
    }));
    const pixels = structures.length * STRUCTURE;
    images.set(`image ${index}`, {
      id: `image ${index}`,
      size: [DRAWN_SIDE, DRAWN_SIDE],
      classPixels: Array.from({ length: classes }, (_, own) =>
        own === 0
          ? DRAWN_SIDE ** 2 - pixels
          : STRUCTURE * structures.filter((one) => one.class === own).length,
      ),
      ignoredPixels: 0,
      structures,
      structureCount: structures.length,
      intensity: [{ mean: 0, meanSquare: 1, minimum: -3, maximum: 3 }],
    });
  }
  return {
    train: [...images.keys()],
    image: (id) => images.get(id)!,
    hasForeground: (id) => images.get(id)!.structures.length > 0,
  };
}

/** Every tenth of which has one structure. */
const drawnFrom = surveyOf(2, (index) => (index % 10 === 0 ? [1] : []));

/** Of 40 with foreground 36 have a nodule, 2 have a cyst and a nodule, and 2 have a cyst. */
const classedTask: Facts = { ...task, classes: [...task.classes, { name: 'cyst', value: 128 }] };
const classedFrom = surveyOf(3, (index) =>
  index < 36 ? [1] : index < 38 ? [1, RARE] : index < 40 ? [RARE] : [],
);

const silent: Log = { info: () => {}, warn: () => {} };

/** Hands in what a plugin of a manifest may ask for; where that names two classes, with both. */
export function runOf(loaded: LoadedManifest): RunScope {
  const { classes } = loaded.plugins.dataset.rawOptions as { readonly classes: object };
  const classed = Object.keys(classes).length > 2;
  const run = createHost().run({ seed: loaded.manifest.seed, log: silent });
  run.provide(facts, () => (classed ? classedTask : task));
  run.provide(census, () => async () => counted);
  run.provide(survey, () => async () => (classed ? classedFrom : drawnFrom));
  run.provide(batchSize, () => BATCH);
  return run;
}

/** Where a table's cells are made: the manifest that a row changes, and where plugins are found. */
export interface Ground {
  readonly manifest: string;
  readonly folder: string;
}

/** The table with every figure computed anew; a table of other things as it is. */
export async function withFigures(rows: Rows, ground: Ground): Promise<Rows> {
  const [head, ...body] = rows as [readonly string[], ...string[][]];
  const figure = figureOf(head);
  if (figure === undefined) return rows;
  const computed = [];
  for (const row of body) {
    const figures = await figure(row, ground);
    computed.push(row.map((cell, column) => figures[column] ?? cell));
  }
  return [head, ...computed];
}

type Figure = (row: readonly string[], ground: Ground) => Promise<readonly (string | undefined)[]>;

/** By the first cell of a table's head. */
function figureOf(head: readonly string[]): Figure | undefined {
  if (head[0] === 'loss') {
    const columns = head.map((name) => (name === 'loss' ? undefined : known(lossColumns, name)));
    return async ([loss], ground) => {
      const terms = await lossesOf(loss!, ground);
      return columns.map((column) => column && written(column(terms)));
    };
  }
  if (head[0] === 'sampler') {
    const classed = head[1]! in classColumns;
    const table = classed ? classColumns : samplerColumns;
    const columns = head.map((name) => (name === 'sampler' ? undefined : known(table, name)));
    // Each with a sampler of its own: some let it hear what became of its draws.
    return async ([options], ground) =>
      await Promise.all(
        columns.map(async (column) => column?.(await samplerOf(options!, classed, ground))),
      );
  }
  if (head[0] === 'model' && head[1] === 'loss') {
    const columns = head.map((name, index) => (index < 2 ? undefined : known(biasColumns, name)));
    return async ([model, loss], ground) => {
      const bias = await lastBiasOf(model!, ground);
      const terms = await lossesOf(loss!, ground);
      return columns.map((column) => column && written(column(terms, bias)));
    };
  }
  return undefined;
}

function known<T>(columns: Readonly<Record<string, T>>, name: string): T {
  const column = columns[name];
  if (column === undefined) {
    throw new Error(`no column is called "${name}", only: ${Object.keys(columns).join(', ')}`);
  }
  return column;
}

// Losses

/** Probability of the nodule, and where it is. */
interface Picture {
  readonly probability: readonly number[];
  readonly truth: readonly number[];
}

/** A pixel where no picture has anything. */
const NOWHERE = 1e-9;
const FIRST_OF_STRUCTURE = 2000;

function picture(paint: (pixel: number) => { p?: number; truth?: 1 }): Picture {
  const painted = Array.from({ length: PIXELS }, (_, pixel) => paint(pixel));
  return {
    probability: painted.map(({ p = NOWHERE }) => p),
    truth: painted.map(({ truth = 0 }) => truth),
  };
}

/** No nodule, and alarms from the first pixel on. */
const empty = (alarms: number, haze = NOWHERE): Picture =>
  picture((pixel) => ({ p: pixel < alarms ? 0.9 : haze }));

const inStructure = (pixel: number) =>
  pixel >= FIRST_OF_STRUCTURE && pixel < FIRST_OF_STRUCTURE + STRUCTURE;

/** A nodule of 100 pixels, and as many alarms from the first pixel on. */
const occupied = (probability: number, alarms: number): Picture =>
  picture((pixel) =>
    inStructure(pixel) ? { p: probability, truth: 1 } : pixel < alarms ? { p: 0.9 } : {},
  );

/** The same probability everywhere. */
const flat = (probability: number, structure: boolean): Picture =>
  picture((pixel) => ({ p: probability, ...(structure && inStructure(pixel) && { truth: 1 }) }));

const lossColumns: Readonly<Record<string, (losses: readonly Loss[]) => Measured>> = {
  'value, 1 alarm': (losses) => totalOf(losses, [empty(1)]),
  'value, 100 alarms': (losses) => totalOf(losses, [empty(100)]),
  'value, structure missed': (losses) => totalOf(losses, [occupied(0.1, 0)]),
  'gradient, 1 alarm': (losses) => slopeOf(losses, [empty(1)], 0),
  'gradient, 100 alarms': (losses) => slopeOf(losses, [empty(100)], 0),
  'gradient, 1 alarm in haze': (losses) => slopeOf(losses, [empty(1, 0.01)], 0),
  'gradient, a pixel of haze': (losses) => slopeOf(losses, [empty(1, 0.01)], 1),
  'gradient, beside a structure': (losses) => slopeOf(losses, [empty(1), occupied(0.5, 0)], 0),
  'gradient, beside an empty image': (losses) => slopeOf(losses, [empty(1), empty(0)], 0),
  'gradient, missed pixel': (losses) => slopeOf(losses, [occupied(0.1, 1)], FIRST_OF_STRUCTURE),
  'gradient, alarm with a structure': (losses) => slopeOf(losses, [occupied(0.1, 1)], 0),
};

interface Measured {
  readonly number: number;
  /** Rounding of float32 below this counts as 0. */
  readonly zero: number;
}

/** What the terms add up to, for the batch. */
function totalOf(losses: readonly Loss[], batch: readonly Picture[]): Measured {
  return { number: measured(losses, batch).value, zero: 1e-6 };
}

/** The slope along the nodule's logit, at a pixel of the first image. */
function slopeOf(losses: readonly Loss[], batch: readonly Picture[], pixel: number): Measured {
  return { number: measured(losses, batch).gradient[2 * pixel + 1]!, zero: 1e-11 };
}

/** Sum of the terms, each its mean over the batch, and its gradient with respect to the logits. */
function measured(
  losses: readonly Loss[],
  batch: readonly Picture[],
): { readonly value: number; readonly gradient: readonly number[] } {
  return tf.tidy(() => {
    const shape: [number, number, number, number] = [batch.length, SIDE, SIDE, 2];
    const pixels = <T>(of: (image: Picture) => readonly T[]) => batch.flatMap(of);
    const logits = tf.tensor4d(
      pixels(({ probability }) => probability).flatMap((p) => [0, Math.log(p / (1 - p))]),
      shape,
    );
    const target = tf.tensor4d(
      pixels(({ truth }) => truth).flatMap((there) => [1 - there, there]),
      shape,
    );
    const weight = tf.ones([batch.length, SIDE, SIDE, 1]);
    const total = (scores: tf.Tensor): tf.Scalar =>
      tf.addN(
        losses.map((loss) => tf.mean<tf.Scalar>(loss(lossInput(task, scores, target, weight)))),
      );
    const { value, grad } = tf.valueAndGrad(total)(logits);
    return { value: value.dataSync()[0]!, gradient: [...grad.dataSync()] };
  });
}

/** Three digits; powers of ten for what is small. */
function written({ number, zero }: Measured): string {
  const size = Math.abs(number);
  if (size < zero) return '0';
  return size < 0.001 ? number.toExponential(1) : String(Number(number.toPrecision(3)));
}

/** `loss-dice { smooth: 1 } + loss-ce`, in backticks. */
async function lossesOf(cell: string, ground: Ground): Promise<readonly Loss[]> {
  const terms = cell
    .slice(1, -1)
    .split(' + ')
    .map((term) => {
      const [, name, options] = /^([\w/-]+)(?: (\{.*\}))?$/.exec(term) ?? [];
      if (name === undefined) throw new Error(`not the terms of a loss: ${cell}`);
      return { use: `@raremask/${name}`, ...(options && { with: parse(options) }) };
    });
  const loaded = await changed(ground, `loss=${JSON.stringify(terms)}`);
  const run = runOf(loaded);
  return await Promise.all(loaded.plugins.losses.map((loss) => run.make(loss)));
}

async function changed(
  { manifest, folder }: Ground,
  ...set: readonly string[]
): Promise<LoadedManifest> {
  return await loadManifest([manifest], { folder, set, env: {} });
}

// Samplers

const EPOCHS = 40;

const samplerColumns: Readonly<Record<string, (sampler: Sampler) => string>> = {
  'with foreground': (sampler) =>
    percent(drawsOf(sampler).map(({ id }) => drawnFrom.hasForeground(id))),
  'showing the structure': (sampler) =>
    percent(
      drawsOf(sampler).map(
        ({ id, window }) =>
          drawnFrom.hasForeground(id) &&
          (window === undefined ||
            CENTRE.every((at, axis) => {
              const offset = at - window.origin[axis]!;
              return offset >= 0 && offset < window.size[axis]!;
            })),
      ),
    ),
  'batches without foreground': (sampler) =>
    percent(
      batchesOf(sampler).map((draws) => draws.every(({ id }) => !drawnFrom.hasForeground(id))),
    ),
  'empty images in an epoch': (sampler) => {
    const empty = Array.from({ length: EPOCHS }, (_, epoch) => {
      const ids = [...sampler.batches(epoch)].flat().map(({ id }) => id);
      return new Set(ids.filter((id) => !drawnFrom.hasForeground(id))).size;
    });
    return String(Math.round(empty.reduce((sum, count) => sum + count, 0) / EPOCHS));
  },
  'with foreground, first epoch': (sampler) => percent(foregroundIn(sampler, 0)),
  'with foreground, epoch 40': (sampler) => percent(foregroundIn(sampler, EPOCHS - 1)),
  'hard ones, first epoch': (sampler) => percent(emptyIn(sampler, 0).map(isHard)),
  'hard ones, epoch 40': (sampler) => {
    trainUntil(sampler, EPOCHS - 1);
    return percent(emptyIn(sampler, EPOCHS - 1).map(isHard));
  },
  'empty images seen in epoch 40': (sampler) => {
    trainUntil(sampler, EPOCHS - 1);
    return String(new Set(emptyIn(sampler, EPOCHS - 1)).size);
  },
};

const having = (own: number) => (id: string) =>
  classedFrom.image(id).structures.some((one) => one.class === own);

const classColumns: Readonly<Record<string, (sampler: Sampler) => string>> = {
  'with a nodule': (sampler) => percent(drawsOf(sampler).map(({ id }) => having(1)(id))),
  'with a cyst': (sampler) => percent(drawsOf(sampler).map(({ id }) => having(RARE)(id))),
  'cysts among windows with foreground': (sampler) => {
    const shows = (at: readonly number[]) => (draw: Draw) =>
      classedFrom.hasForeground(draw.id) &&
      at.every((place, axis) => {
        const offset = place - draw.window!.origin[axis]!;
        return offset >= 0 && offset < draw.window!.size[axis]!;
      });
    const draws = drawsOf(sampler);
    const cysts = draws.filter((draw) => having(RARE)(draw.id)).filter(shows(RARE_CENTRE));
    const nodules = draws.filter((draw) => having(1)(draw.id)).filter(shows(CENTRE));
    return percent([...cysts.map(() => true), ...nodules.map(() => false)]);
  },
};

/** Nine of the ninety empty images: their alarms are ten times those of the others. */
const isHard = (id: string) => id.endsWith('5') && Number(id.slice('image '.length)) < 90;

function emptyIn(sampler: Sampler, epoch: number): readonly string[] {
  const ids = [...sampler.batches(epoch)].flat().map(({ id }) => id);
  return ids.filter((id) => !drawnFrom.hasForeground(id));
}

/** Lets a sampler hear the alarms of all epochs before one. */
function trainUntil(sampler: Sampler, last: number): void {
  for (let epoch = 0; epoch < last; epoch++) {
    for (const batch of sampler.batches(epoch)) {
      const outcomes = batch.map((draw) => ({
        draw,
        loss: 0,
        alarms: isHard(draw.id) ? 0.01 : 0.001,
      }));
      sampler.observe?.(outcomes, epoch);
    }
  }
}

function batchesOf(sampler: Sampler) {
  return Array.from({ length: EPOCHS }, (_, epoch) => [...sampler.batches(epoch)]).flat();
}

function drawsOf(sampler: Sampler) {
  return batchesOf(sampler).flat();
}

function foregroundIn(sampler: Sampler, epoch: number): readonly boolean[] {
  return [...sampler.batches(epoch)].flat().map(({ id }) => drawnFrom.hasForeground(id));
}

function percent(facts: readonly boolean[]): string {
  return `${Math.round((100 * facts.filter(Boolean).length) / facts.length)} %`;
}

async function samplerOf(cell: string, classed: boolean, ground: Ground): Promise<Sampler> {
  const sampler = { use: '@raremask/sampler', with: parse(cell.slice(1, -1)) };
  const loaded = await changed(
    ground,
    `sampler=${JSON.stringify(sampler)}`,
    ...(classed ? ['data.with.classes={ background: 0, nodule: 255, cyst: 128 }'] : []),
  );
  return await runOf(loaded).make(loaded.plugins.sampler);
}

// The last bias

type BiasColumn = (losses: readonly Loss[], bias: number) => Measured;

const biasColumns: Readonly<Record<string, BiasColumn>> = {
  'first probability': (_, bias) => ({ number: probabilityOf(bias), zero: 1e-6 }),
  'value, empty image': (losses, bias) => totalOf(losses, [flat(probabilityOf(bias), false)]),
  'push on the bias, empty image': (losses, bias) => push(losses, bias, false),
  'push on the bias, with a structure': (losses, bias) => push(losses, bias, true),
};

/** The slope along the nodule's bias, which all pixels share. */
function push(losses: readonly Loss[], bias: number, structure: boolean): Measured {
  const { gradient } = measured(losses, [flat(probabilityOf(bias), structure)]);
  const sum = gradient.reduce((all, slope, index) => (index % 2 === 1 ? all + slope : all), 0);
  return { number: sum, zero: 1e-6 };
}

function probabilityOf(bias: number): number {
  return 1 / (1 + Math.exp(-bias));
}

/** The nodule's first bias above the background's. */
async function lastBiasOf(cell: string, ground: Ground): Promise<number> {
  const loaded = await changed(ground, `model.with=${JSON.stringify(parse(cell.slice(1, -1)))}`);
  const model = await runOf(loaded).make(loaded.plugins.model);
  const [background, nodule] = model.weights.at(-1)!.initial;
  return nodule! - background!;
}
