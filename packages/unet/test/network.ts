import type { Census, Facts, Model } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import * as tf from '@tensorflow/tfjs';
import unet from '../src/index.ts';
import { options } from '../src/options.ts';

export const FACTS: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'lesion', value: 255 },
  ],
  overlapping: false,
};

export interface Given {
  readonly facts?: Facts;
  readonly seed?: number;
  /** Share of each class. */
  readonly shares?: readonly number[];
}

/** A network as a run makes it. */
export async function network(chosen: object, given: Given = {}): Promise<Model> {
  const { facts = FACTS, seed = 0, shares = [0.97, 0.03] } = given;
  const pixels = 1e6;
  const census: Census = {
    images: 10,
    emptyImages: 5,
    pixels,
    classes: facts.classes.map(({ name }, index) => ({
      name,
      pixels: shares[index]! * pixels,
      share: shares[index]!,
      images: 5,
      structures: 5,
      meanStructure: 30,
    })),
  };
  return unet.create(options.parse(chosen), {
    facts,
    census: async () => census,
    rng: createRandom(seed),
  });
}

/** First values of weights and buffers. */
export function start(model: Model): { weights: tf.Tensor[]; buffers: tf.Tensor[] } {
  const tensors = (list: Model['weights']) =>
    list.map(({ initial, shape }) => tf.tensor(initial, [...shape]));
  return { weights: tensors(model.weights), buffers: tensors(model.buffers) };
}

/** Uniform numbers for dropout, the same in every call. */
export const uniform = (shape: readonly number[]) =>
  tf.randomUniform([...shape], 0, 1, 'float32', 5);

/** Logits for images. */
export function logits(
  model: Model,
  images: tf.Tensor,
  mode: 'train' | 'infer',
  state = start(model),
): tf.Tensor {
  return model.forward({ images, ...state, mode, uniform }).logits;
}
