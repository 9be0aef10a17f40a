import type { Draw, Loss, Model, Parameter } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { EagerRunner } from '../src/runner/eagerRunner.ts';
import type { StepCall } from '../src/runner/runner.ts';
import { averageDecay } from '../src/step/average.ts';
import type { StepProgram } from '../src/step/program.ts';
import { initialState } from '../src/step/state.ts';
import { gatheringOf, updateProgress } from '../src/training/accumulation.ts';
import { adamw } from './adamw.ts';
import { twoClasses } from './twoClasses.ts';

const kernel: Parameter = {
  name: 'kernel',
  shape: [1, 1, 1, 2],
  initial: Float32Array.of(0.5, -0.25),
  decay: true,
};
const bias: Parameter = { name: 'bias', shape: [2], initial: Float32Array.of(0, 0), decay: false };
const scale: Parameter = { ...bias, name: 'scale', initial: Float32Array.of(1, 1) };
const count: Parameter = { name: 'count', shape: [], initial: Float32Array.of(0), decay: false };

/** One 1x1 convolution, a bias and a scale, and a buffer that counts the training calls. */
const model: Model = {
  weights: [kernel, bias, scale],
  buffers: [count],
  multipleOf: [1, 1],
  forward: ({ images, weights, buffers, mode }) => ({
    logits: tf.mul(
      tf.add(tf.conv2d(images as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same'), weights[1]!),
      weights[2]!,
    ),
    ...(mode === 'train' && { buffers: [tf.add(buffers[0]!, 1)] }),
  }),
};

const squares: Loss = ({ logits }) =>
  tf.mul(tf.sum(tf.square(logits), [1, 2, 3]), 0.5) as tf.Tensor1D;

const optimizer = adamw(0.01);

function program(more: Partial<StepProgram> = {}): StepProgram {
  return {
    facts: twoClasses,
    model,
    losses: [squares],
    optimizer,
    clip: 1,
    outcomes: false,
    ...more,
  };
}

/** Images of two pixels. */
function call(values: readonly number[], more: Partial<StepCall> = {}): StepCall {
  const images = Float32Array.from(values);
  return {
    count: values.length / 2,
    size: [1, 2],
    images,
    target: Float32Array.from(values.flatMap(() => [1, 0])),
    weight: new Float32Array(values.length).fill(1),
    learningRate: 0.1,
    numbers: optimizer.numbers!(1),
    termWeights: [1],
    uniform: (into) => into.fill(1),
    ...more,
  };
}

const NUMBERS = [1, 2, 3, 0, -1, 4];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

test('gradients of small batches, gathered, move the weights as the large batch does', async () => {
  const whole = new EagerRunner(program(), initialState(program()));
  const expected = await whole.step(call(NUMBERS));
  const gathering = program({ accumulate: true });
  const parts = new EagerRunner(gathering, initialState(gathering));
  // Two images of three, then the third.
  const first = { share: 2 / 3, first: true, last: false };
  const last = { share: 1 / 3, first: false, last: true };
  const waiting = await parts.step(call(NUMBERS.slice(0, 4), { gathering: first }));
  expect(waiting.gradientNorm).toBe(null);
  expect([...(await parts.state()).weights[0]!]).toEqual([0.5, -0.25]);
  const done = await parts.step(call(NUMBERS.slice(4), { gathering: last }));
  expect(done.gradientNorm).toBeCloseTo(expected.gradientNorm!, 4);
  expect((2 * waiting.loss + done.loss) / 3).toBeCloseTo(expected.loss, 5);
  for (const kind of ['weights', 'slots'] as const) {
    for (const [index, values] of (await whole.state())[kind].entries()) {
      for (const [at, value] of values.entries()) {
        expect((await parts.state())[kind][index]![at]).toBeCloseTo(value, 6);
      }
    }
  }
  // Running statistics have seen two batches.
  expect((await parts.state()).buffers[0]![0]).toBe(2);
  await whole.dispose();
  await parts.dispose();
});

test('a state that is loaded between two batches of an update goes on exactly', async () => {
  const gathering = program({ accumulate: true, average: true });
  const first = { share: 2 / 3, first: true, last: false };
  const last = { share: 1 / 3, first: false, last: true };
  const through = new EagerRunner(gathering, initialState(gathering));
  await through.step(call(NUMBERS.slice(0, 4), { gathering: first }));
  const saved = await through.state();
  await through.step(call(NUMBERS.slice(4), { gathering: last, decay: 0.5 }));
  const resumed = new EagerRunner(gathering, initialState(gathering));
  resumed.load(saved);
  await resumed.step(call(NUMBERS.slice(4), { gathering: last, decay: 0.5 }));
  expect(await resumed.state()).toEqual(await through.state());
  await through.dispose();
  await resumed.dispose();
});

test('what was gathered for one update is no part of the next', async () => {
  const gathering = program({ accumulate: true });
  const first = { share: 0.5, first: true, last: false };
  const last = { share: 0.5, first: false, last: true };
  const runner = new EagerRunner(gathering, initialState(gathering));
  await runner.step(call(NUMBERS.slice(0, 2), { gathering: first }));
  await runner.step(call(NUMBERS.slice(2, 4), { gathering: last }));
  await runner.step(call([0, 0], { gathering: first }));
  // A gradient of an empty image with bias 0.1: through the bias alone, far from what was gathered.
  const [bias0] = (await runner.state()).gathered[1]!;
  const { weights } = await runner.state();
  expect(bias0).toBeCloseTo(0.5 * 2 * weights[1]![0]! * weights[2]![0]! ** 2, 5);
  await runner.dispose();
});

test('a moving average follows the weights and is what the network infers with', async () => {
  const averaging = program({ average: true });
  const runner = new EagerRunner(averaging, initialState(averaging));
  const at = async () => (await runner.state()).weights[0]![0]!;
  await runner.step(call(NUMBERS, { decay: averageDecay(0.999, 0) }));
  const first = await at();
  await runner.step(call(NUMBERS, { decay: averageDecay(0.999, 1) }));
  const second = await at();
  // Shares that stay: 1/10, then 2/11. The average begins at the first weight, 0.5.
  const afterFirst = 0.5 / 10 + (9 / 10) * first;
  const afterSecond = (2 / 11) * afterFirst + (9 / 11) * second;
  const { averages } = await runner.state();
  expect(averages[0]![0]).toBeCloseTo(afterSecond, 6);
  // The buffer was 0, 1 and 2.
  expect(averages[3]![0]).toBeCloseTo((2 / 11) * 0.9 + (9 / 11) * 2, 6);
  const [bias0, scale0] = [averages[1]![0]!, averages[2]![0]!];
  const { logits } = await runner.infer(Float32Array.of(2), 1, [1, 1]);
  expect(logits[0]).toBeCloseTo((2 * averages[0]![0]! + bias0) * scale0, 5);
  await runner.dispose();
});

test('the share of an average that stays grows up to the decay', () => {
  expect([0, 1, 8].map((updates) => averageDecay(0.9, updates))).toEqual([1 / 10, 2 / 11, 0.5]);
  expect(averageDecay(0.9, 1000)).toBe(0.9);
});

test('an epoch is divided into updates, and the last one takes what is left', () => {
  const draws = (count: number): Draw[] =>
    Array.from({ length: count }, (_, index) => ({ id: `${index}` }));
  const batches = [4, 4, 4, 4, 2, 2, 2].map(draws);
  const places = batches.map((_, step) => gatheringOf(batches, step, 3));
  expect(places.slice(0, 3)).toEqual([
    { share: 1 / 3, first: true, last: false },
    { share: 1 / 3, first: false, last: false },
    { share: 1 / 3, first: false, last: true },
  ]);
  // 4, 2 and 2 images.
  expect(places.slice(3, 6).map((place) => place!.share)).toEqual([0.5, 0.25, 0.25]);
  // The last one is alone.
  expect(places[6]).toBe(undefined);
  // All batches of an update have the progress of its first.
  const progress = batches.map((_, step) => updateProgress(step, 7, 3));
  expect(progress).toEqual([0, 0, 0, 1 / 3, 1 / 3, 1 / 3, 2 / 3]);
});
