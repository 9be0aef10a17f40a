import type { Facts } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { coarserTruth, supervised } from '../src/step/supervision.ts';

const FACTS: Facts = {
  space: 2,
  channels: 1,
  classes: ['background', 'lesion', 'vessel'].map((name, value) => ({ name, value })),
  overlapping: false,
};

beforeAll(() => tf.setBackend('cpu'));
let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  expect(tf.memory().numTensors).toBe(before);
});

/** Labels of a row of 2 x 4 pixels, two blocks of 2 x 2. */
const labels = (...rows: number[][]) =>
  tf.reshape(tf.oneHot(tf.tensor1d(rows.flat(), 'int32'), 3), [1, 2, 4, 3]).toFloat();
const ones = () => tf.ones([1, 2, 4, 1]);

test('a block with any foreground belongs to the class that has the most pixels in it', () => {
  const target = labels([0, 0, 1, 2], [0, 1, 2, 0]);
  const coarse = coarserTruth(FACTS, [1, 1, 2, 3], { target, weight: ones() });
  // One lesion pixel among background; then one of lesion and two of vessel.
  expect([...coarse.target.dataSync()]).toEqual([0, 1, 0, 0, 0, 1]);
  expect([...coarse.weight.dataSync()]).toEqual([1, 1]);
});

test('a single foreground class is in a block or not', () => {
  const target = tf.tensor4d([1, 0, 0, 1, 1, 0, 1, 0], [1, 2, 2, 2]);
  const two = { ...FACTS, classes: FACTS.classes.slice(0, 2) };
  const coarse = coarserTruth(two, [1, 1, 2, 2], { target, weight: tf.ones([1, 2, 2, 1]) });
  expect([...coarse.target.dataSync()]).toEqual([1, 0, 0, 1]);
});

test('pixels that do not count are no foreground, and a block counts as its pixels do', () => {
  const target = labels([0, 0, 0, 0], [0, 1, 0, 0]);
  const weight = tf.tensor4d([1, 1, 0, 0, 1, 0, 0, 2], [1, 2, 4, 1]);
  const coarse = coarserTruth(FACTS, [1, 1, 2, 3], { target, weight });
  expect([...coarse.target.dataSync()]).toEqual([1, 0, 0, 1, 0, 0]);
  expect([...coarse.weight.dataSync()]).toEqual([0.75, 0.5]);
});

test('of overlapping classes a block belongs to each that is in it', () => {
  const target = tf.tensor4d([1, 0, 0, 1, 0, 0, 0, 0], [1, 2, 2, 2]);
  const two = { ...FACTS, classes: FACTS.classes.slice(1), overlapping: true };
  const coarse = coarserTruth(two, [1, 1, 1, 2], { target, weight: tf.ones([1, 2, 2, 1]) });
  expect([...coarse.target.dataSync()]).toEqual([1, 1]);
});

test('shares are the weights divided by their sum', () => {
  const target = labels([0, 0, 1, 2], [0, 1, 2, 0]);
  const input = {
    images: tf.zeros([1, 2, 4, 1]),
    target,
    weight: ones(),
    termWeights: [tf.scalar(1)],
    uniform: (shape: readonly number[]) => tf.ones([...shape]),
  };
  const logits = tf.zeros([1, 2, 4, 3]);
  const [alone] = supervised(FACTS, { logits }, input);
  expect(alone!.share).toBe(1);
  const auxiliary = [{ logits: tf.zeros([1, 1, 2, 3]), weight: 0.5 }];
  const both = supervised(FACTS, { logits, auxiliary }, input);
  expect(both.map(({ share }) => share)).toEqual([2 / 3, 1 / 3]);
  expect(both[1]!.seen.target.shape).toEqual([1, 1, 2, 3]);
});

test('logits of a grid that does not divide the images are refused', () => {
  const given = { target: labels([0, 0, 1, 2], [0, 1, 2, 0]), weight: ones() };
  expect(() => coarserTruth(FACTS, [1, 1, 3, 3], given)).toThrow(/auxiliary output/);
});
