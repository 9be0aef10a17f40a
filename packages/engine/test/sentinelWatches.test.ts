import type { Facts, Loss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import type { Judged } from '../src/judging/judge.ts';
import { PullWatch } from '../src/sentinel/pullWatch.ts';
import { ValidationWatch, validationSeen } from '../src/sentinel/validationWatch.ts';

const FACTS: Facts = {
  space: 2,
  channels: 1,
  overlapping: false,
  classes: [
    { name: 'background', value: 0 },
    { name: 'spot', value: 1 },
  ],
};

/** An image of 2 x 4 pixels: its truth, and a probability of foreground for each pixel. */
function judged(truth: string, probabilities: readonly number[]): Judged {
  const both = probabilities.flatMap((one) => [1 - one, one]);
  return {
    sample: {
      id: 'x',
      image: new Float32Array(8),
      size: [2, 4],
      labels: Uint8Array.from(truth, Number),
    },
    decision: {
      predicted: Uint8Array.from(probabilities, (one) => (one > 0.5 ? 1 : 0)),
      probabilities: Float32Array.from(both),
    },
    foreground: Float32Array.from(probabilities),
  } as unknown as Judged;
}

/** No image is of the group of another. */
let images = 0;
const own = () => `${images++}`;

const FILLED = judged('11000000', [0.9, 0.3, 0.1, 0.1, 0, 0, 0, 0]);
const OTHER = judged('00110000', [0.2, 0.4, 0.2, 0.2, 0, 0, 0, 0]);
const EMPTY = judged('00000000', [0.4, 0.4, 0.6, 0.6, 0, 0, 0, 0]);

test('images with and without foreground are looked at apart, beside a shuffled control', () => {
  const watch = new ValidationWatch(FACTS, own);
  for (const image of [FILLED, OTHER, EMPTY]) watch.image(image);
  const seen = validationSeen(watch.observations);
  expect(seen).toMatchObject({ withForeground: 2, empty: 1, missed: 1 / 2, alarms: 1 });
  // Two hits of Dice: 2 * 1 / (2 + 1), and none.
  expect(seen.dice).toBeCloseTo(1 / 3, 6);
  expect(seen.onTruth).toBeCloseTo((0.6 + 0.2) / 2, 6);
  expect(seen.beside).toBeCloseTo((0.2 / 6 + 0.6 / 6) / 2, 6);
  expect(seen.onEmpty).toBeCloseTo(2 / 8, 6);
  // The second image where the first one has its spot.
  expect(seen.onOther).toBeCloseTo(0.3, 6);
  expect(seen.predicted).toBeCloseTo((1 / 8 + 0 + 2 / 8) / 3, 6);
});

test('probabilities are compared with the foreground of all images before, whose places differ', () => {
  const watch = new ValidationWatch(FACTS, own);
  watch.image(FILLED);
  watch.image(OTHER);
  // Where the first has its spot .2 and .4, where the second has it .6 and .8, and at its own place .1.
  watch.image(judged('00001000', [0.2, 0.4, 0.6, 0.8, 0.1, 0, 0, 0]));
  const [, second, third] = watch.observations;
  expect(second?.onOther).toBeCloseTo(0.3, 6);
  expect(third?.onOther).toBeCloseTo((0.3 + 0.7) / 2, 6);
  // Two are predicted, the spot of the second one.
  expect(third?.filled?.diceOther).toBeCloseTo((0 + 1) / 2, 6);
});

test('a prediction is held against the foreground of another image, of its size and of another group', () => {
  const named = (id: string, image: Judged) => ({ ...image, sample: { ...image.sample, id } });
  const watch = new ValidationWatch(FACTS, (id) => id[0]!);
  // A slice of the same patient is no other image; the one of b is held against those of a.
  for (const [id, image] of [
    ['a1', FILLED],
    ['a2', FILLED],
    ['b1', FILLED],
    ['c1', OTHER],
  ] as const) {
    watch.image(named(id, image));
  }
  const { compared } = validationSeen(watch.observations);
  expect(compared?.images).toBe(2);
  // One of two pixels hit, without a false one: 2/3; and nothing predicted.
  expect(compared?.dice).toBeCloseTo(1 / 3, 6);
  expect(compared?.diceOther).toBeCloseTo(1 / 3, 6);
  const wide = new ValidationWatch(FACTS, own);
  wide.image(FILLED);
  wide.image({ ...OTHER, sample: { ...OTHER.sample, size: [4, 2] } });
  expect(validationSeen(wide.observations).compared).toBeUndefined();
});

const squared: Loss = ({ probabilities, target }) =>
  tf.mean(tf.squaredDifference(probabilities, target), [1, 2, 3]) as tf.Tensor1D;
/** Hears images with foreground alone. */
const deaf: Loss = ({ probabilities, target }) =>
  tf.mul(
    tf.max(tf.slice(target, [0, 0, 0, 1]), [1, 2, 3]),
    tf.mean(tf.squaredDifference(probabilities, target), [1, 2, 3]),
  ) as tf.Tensor1D;

test('the pull of each term is that of its weight, and of an image that is not heard nothing', async () => {
  const watch = new PullWatch(FACTS);
  for (const image of [FILLED, EMPTY]) watch.image(image);
  const before = tf.memory().numTensors;
  const pull = (await watch.pull([squared, deaf], [1, 3]))!;
  expect(tf.memory().numTensors).toBe(before);
  const [first, second] = pull.terms as [(typeof pull.terms)[0], (typeof pull.terms)[0]];
  expect(second.filled).toBeCloseTo(3 * first.filled, 5);
  expect(first.empty).toBeGreaterThan(0);
  expect(second.empty).toBe(0);
  expect(pull.filled).toBeCloseTo(4 * first.filled, 5);
  // Both classes are off by as much: 0.1 and 0.7, 0.1 and 0.1.
  expect(pull.filledError).toBeCloseTo(Math.sqrt(2 * (0.01 + 0.49 + 0.01 + 0.01)), 5);
  expect(await new PullWatch(FACTS).pull([squared], [1])).toBeUndefined();
  expect((await watch.pull([squared], [0]))!.filled).toBe(0);
});
