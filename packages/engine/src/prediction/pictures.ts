import {
  type Facts,
  firstForeground,
  type Prediction,
  staysInside,
  type WrittenPrediction,
} from '@raremask/core';
import { encode } from 'fast-png';
import { nameOutside } from '../errors.ts';
import { DOUBT } from './names.ts';

/**
 * Puts each prediction of an image into PNG files under its own name: masks with the values of the
 * classes, and probabilities of each foreground class as 16-bit grey, 65535 = 1. A folder a class,
 * where one file cannot hold them all. The doubt of several networks likewise, 65535 = 1.
 */
export async function* pictures(
  predictions: AsyncIterable<Prediction>,
  { facts, probabilities }: { readonly facts: Facts; readonly probabilities: boolean },
): AsyncGenerator<WrittenPrediction> {
  for await (const prediction of predictions) {
    const files = [...masks(facts, prediction)];
    if (probabilities) files.push(...planes(facts, prediction), ...doubts(prediction));
    yield { ...prediction, files };
  }
}

type File = WrittenPrediction['files'][number];

function* masks(facts: Facts, { id, size, labels }: Prediction): Generator<File> {
  const { classes } = facts;
  const values = classes.some(({ value }) => value > 255) ? Uint16Array : Uint8Array;
  if (!facts.overlapping) {
    const data = new values(labels.length);
    for (const [pixel, label] of labels.entries()) data[pixel] = classes[label]!.value;
    yield { path: inside(`masks/${id}.png`), bytes: grey(size, data) };
    return;
  }
  for (const [index, { name, value }] of classes.entries()) {
    const data = new values(labels.length / classes.length);
    for (let pixel = 0; pixel < data.length; pixel++) {
      data[pixel] = labels[pixel * classes.length + index]! * value;
    }
    yield { path: pathOf(facts, 'masks', name, id), bytes: grey(size, data) };
  }
}

function* planes(facts: Facts, { id, size, probabilities }: Prediction): Generator<File> {
  const { classes } = facts;
  for (let index = firstForeground(facts); index < classes.length; index++) {
    const path = pathOf(facts, 'probabilities', classes[index]!.name, id);
    yield { path, bytes: grey(size, shares(probabilities, classes.length, index)) };
  }
}

function* doubts({ id, size, doubt }: Prediction): Generator<File> {
  if (doubt === undefined) return;
  yield { path: inside(`${DOUBT}/${id}.png`), bytes: grey(size, shares(doubt, 1, 0)) };
}

/** One of so many values of each pixel, of 65535. */
function shares(values: Float32Array, depth: number, index: number): Uint16Array {
  const data = new Uint16Array(values.length / depth);
  for (let pixel = 0; pixel < data.length; pixel++) {
    data[pixel] = Math.round(values[pixel * depth + index]! * 65535);
  }
  return data;
}

function pathOf(facts: Facts, folder: string, name: string, id: string): string {
  const alone = facts.classes.length - firstForeground(facts) === 1;
  return inside(alone ? `${folder}/${id}.png` : `${folder}/${name}/${id}.png`);
}

/** Names of images and classes may come from anyone's data or run. */
function inside(path: string): string {
  if (!staysInside(path)) throw nameOutside(path);
  return path;
}

function grey(size: readonly number[], data: Uint8Array | Uint16Array): Uint8Array {
  const [height, width] = size as [number, number];
  const depth = data instanceof Uint8Array ? 8 : 16;
  return encode({ width, height, data, channels: 1, depth });
}
