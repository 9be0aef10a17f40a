import { type Facts, firstForeground, type Loss } from '@raremask/core';
import { lossInput } from '@raremask/core/loss-input';
import * as tf from '@tensorflow/tfjs';

/** One batch as plain numbers: [batch, ...space, classes], channels last. */
export interface Batch {
  readonly facts: Facts;
  readonly size: readonly number[];
  readonly logits: readonly number[];
  /** Shaped like the logits, 0 or 1. */
  readonly target: readonly number[];
  /** [batch, ...space] */
  readonly weight: readonly number[];
}

export interface Evaluation {
  /** One number a sample, or one where the batch is pooled. */
  readonly values: readonly number[];
  /** Of the sum of the values with respect to the logits. */
  readonly gradient: readonly number[];
}

/** Exclusive classes `background, a, b, ...`, or overlapping classes `a, b, ...`. */
export function task(kind: 'exclusive' | 'overlapping', classes: number, space: 2 | 3 = 2): Facts {
  const letters = [...'abcdefgh'];
  const names =
    kind === 'exclusive'
      ? ['background', ...letters.slice(0, classes - 1)]
      : letters.slice(0, classes);
  return {
    space,
    channels: 1,
    classes: names.map((name, value) => ({ name, value })),
    overlapping: kind === 'overlapping',
  };
}

/** Numbers of a normal distribution, the same for the same seed. */
export function normal(count: number, seed: number, deviation = 1.5): number[] {
  const next = uniform(seed);
  return Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** Numbers in [0, 1), the same for the same seed (Steele's splitmix on 32 bits). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** One class index a pixel as one-hot rows. */
export function oneHot(labels: readonly number[], classes: number): number[] {
  return labels.flatMap((label) =>
    Array.from({ length: classes }, (_, index) => +(index === label)),
  );
}

/** A batch of random logits and rare, random truth. Every second image has no foreground. */
export function randomBatch(
  facts: Facts,
  size: readonly number[],
  seed: number,
  images = 3,
): Batch {
  const classes = facts.classes.length;
  const next = uniform(seed + 1000);
  const pixels = size.reduce((product, extent) => product * extent, images);
  const perImage = pixels / images;
  const first = firstForeground(facts);
  const target = Array.from({ length: pixels }, (_, pixel) => {
    const hasForeground = Math.floor(pixel / perImage) % 2 === 0;
    const drawn = facts.classes.map(() => (hasForeground && next() < 0.3 ? 1 : 0));
    if (facts.overlapping) return drawn;
    const label = drawn.indexOf(1, first);
    return oneHot([label === -1 ? 0 : label], classes);
  }).flat();
  return {
    facts,
    size,
    logits: normal(pixels * classes, seed),
    target,
    weight: Array.from({ length: pixels }, () => 0.5 + next()),
  };
}

/** The loss of each sample and its gradient; keeps no tensor. */
export function evaluate(loss: Loss, batch: Batch): Evaluation {
  return tf.tidy(() => {
    const { logits, target, weight } = tensors(batch);
    let values: number[] = [];
    const gradient = tf.grad((scores) => {
      const result = loss(lossInput(batch.facts, scores, target, weight));
      values = [...result.dataSync()];
      return tf.sum(result);
    })(logits);
    return { values, gradient: [...gradient.dataSync()] };
  });
}

/** The sum of the values. */
export function totalOf(loss: Loss, batch: Batch): number {
  return tf.tidy(() => {
    const { logits, target, weight } = tensors(batch);
    return tf.sum(loss(lossInput(batch.facts, logits, target, weight))).dataSync()[0]!;
  });
}

function tensors({ facts, size, logits, target, weight }: Batch) {
  const shape = [weight.length / size.reduce((product, extent) => product * extent, 1), ...size];
  const tensor = (values: readonly number[], last: number) =>
    tf.tensor(new Float32Array(values), [...shape, last]);
  return {
    logits: tensor(logits, facts.classes.length),
    target: tensor(target, facts.classes.length),
    weight: tensor(weight, 1),
  };
}

/** One sample of a batch, alone. */
export function sample(batch: Batch, index: number): Batch {
  return samples(batch, [index]);
}

/** A batch made of some samples of another one. */
export function samples(batch: Batch, indices: readonly number[]): Batch {
  const pixels = batch.size.reduce((product, extent) => product * extent, 1);
  const pick = (values: readonly number[], perPixel: number) =>
    indices.flatMap((index) =>
      values.slice(index * pixels * perPixel, (index + 1) * pixels * perPixel),
    );
  const classes = batch.facts.classes.length;
  return {
    ...batch,
    logits: pick(batch.logits, classes),
    target: pick(batch.target, classes),
    weight: pick(batch.weight, 1),
  };
}
