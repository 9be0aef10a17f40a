import { readFileSync } from 'node:fs';
import type { Loss, Model, Optimizer } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EagerRunner } from '../src/runner/eagerRunner.ts';
import type { StepCall } from '../src/runner/runner.ts';
import { culpritOf, updateCulpritOf } from '../src/step/culprit.ts';
import { guardedLoss } from '../src/step/guardedLoss.ts';
import { guardedModel } from '../src/step/guardedModel.ts';
import { guardedOptimizer } from '../src/step/guardedOptimizer.ts';
import type { StepProgram } from '../src/step/program.ts';
import { initialState, type TrainingState, unusableIn } from '../src/step/state.ts';
import { twoClasses } from './twoClasses.ts';

beforeAll(() => tf.setBackend('cpu'));

let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(before));

const url = import.meta.url;

/** The line of this file that has a text. */
function lineOf(text: string): RegExp {
  const lines = readFileSync(import.meta.filename, 'utf8').split('\n');
  const line = 1 + lines.findIndex((one) => one.includes(text) && !one.includes('lineOf('));
  return new RegExp(`culprit\\.test\\.ts:${line}:\\d+`);
}

/** A 1 x 1 convolution, whose logits may be spoilt. */
function model(spoil: Model['forward'] | undefined = undefined): Model {
  return {
    weights: [
      { name: 'kernel', shape: [1, 1, 1, 2], initial: Float32Array.of(0.5, -0.25), decay: true },
    ],
    buffers: [{ name: 'mean', shape: [], initial: Float32Array.of(0), decay: false }],
    multipleOf: [1, 1],
    forward:
      spoil ??
      (({ images, weights }) => ({
        logits: tf.conv2d(images as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same'),
      })),
  };
}

const logitsOf: Model['forward'] = (call) => model().forward(call);

const healthy: Loss = ({ logProbabilities, target }) =>
  tf.neg(tf.mean(tf.mul(target, logProbabilities))) as tf.Scalar;

const descent: Optimizer = {
  slots: [],
  update: ({ weight, gradient, learningRate }) => ({
    weight: tf.sub(weight, tf.mul(gradient, learningRate)),
    slots: {},
  }),
};

function program(of: { readonly model?: Model; readonly losses?: readonly Loss[] }): StepProgram {
  const losses = of.losses ?? [healthy];
  return {
    facts: twoClasses,
    model: guardedModel(of.model ?? model(), { place: 'model (mine)', url, facts: twoClasses }),
    losses: losses.map((loss, index) => guardedLoss(loss, `loss[${index}] (mine)`, url)),
    optimizer: descent,
    clip: null,
    outcomes: false,
  };
}

/** Two images of one row of two pixels: 1, 2 and 3, 0; the second one is empty. */
function call(of: StepProgram, images = [1, 2, 3, 0]): StepCall {
  return {
    count: 2,
    size: [1, 2],
    images: Float32Array.from(images),
    target: Float32Array.of(1, 0, 0, 1, 1, 0, 1, 0),
    weight: Float32Array.of(1, 1, 1, 1),
    learningRate: 0.1,
    numbers: {},
    termWeights: of.losses.map(() => 1),
    uniform: (into) => into.fill(0.5),
  };
}

/** Runs a step that goes wrong, and asks who it was. */
async function culprit(of: StepProgram, images?: readonly number[]) {
  const runner = new EagerRunner(of, initialState(of));
  const { loss, terms, gradientNorm } = await runner.step(call(of, images && [...images]));
  expect([loss, ...terms, gradientNorm].every(Number.isFinite)).toBe(false);
  const state = await runner.state();
  // What the step has spoilt was not taken.
  expect(state.weights).toEqual(initialState(of).weights);
  await runner.dispose();
  return culpritOf(of, state, call(of, images && [...images]));
}

describe('an update that is not finite, though loss and gradient were', () => {
  /** Runs the step, and asks which operation it was. */
  async function operation(of: StepProgram): Promise<string | undefined> {
    const state = initialState(of);
    const runner = new EagerRunner(of, state);
    const { loss, gradientNorm } = await runner.step(call(of));
    expect([loss, gradientNorm].every(Number.isFinite)).toBe(true);
    await runner.dispose();
    const before = tf.memory().numTensors;
    const found = updateCulpritOf(of, state, call(of));
    expect(tf.memory().numTensors).toBe(before);
    return found;
  }
  const updating = (update: Optimizer['update'], slots: readonly string[] = []): StepProgram => ({
    ...program({}),
    optimizer: guardedOptimizer({ slots, update }, 'train.optimizer (mine)', url),
  });

  test('is told by the operation and its line, of a weight and of a slot', async () => {
    const rooted = await operation(
      updating(({ weight }) => ({ weight: tf.sqrt(tf.sub(-4, tf.mul(weight, 0))), slots: {} })),
    );
    expect(rooted).toMatch(/^Sqrt gave NaN, of numbers -4, at .*culprit\.test\.ts:\d+:\d+$/);
    const logarithm = await operation(
      updating(
        ({ weight, slots }) => ({ weight, slots: { last: tf.log(tf.abs(slots.last!)) } }),
        ['last'],
      ),
    );
    expect(logarithm).toMatch(/^Log gave -Infinity, of numbers 0, at /);
  });

  test('is nobody, where it is finite this time', async () => {
    expect(await operation(updating(({ weight }) => ({ weight, slots: {} })))).toBe(undefined);
  });
});

describe('a step whose loss is not finite', () => {
  test('is the doing of a loss whose value is not', async () => {
    const root: Loss = ({ probabilities, target }) => {
      const missed = tf.sub(tf.sum(target), 5);
      return tf.mul(tf.sqrt(missed), tf.mean(probabilities)) as tf.Scalar;
    };
    const found = await culprit(program({ losses: [healthy, root] }));
    expect(found.cause).toBe('plugin');
    expect(found.plugin?.place).toBe('loss[1] (mine)');
    expect(found.text).toMatch(/^Sqrt gave NaN, of numbers -1, at /);
    expect(found.text).toMatch(lineOf('return tf.mul(tf.sqrt(missed)'));
  });

  test('is named by the first operation, not by the one that made NaN of infinity', async () => {
    const logarithm: Loss = ({ probabilities, target }) => {
      const surprise = tf.log(tf.sum(tf.mul(target, 0)));
      return tf.mul(tf.mul(surprise, 0), tf.mean(probabilities)) as tf.Scalar;
    };
    const found = await culprit(program({ losses: [logarithm] }));
    expect(found.text).toMatch(/^Log gave -Infinity, of numbers 0, at /);
    expect(found.text).toMatch(lineOf('const surprise = tf.log('));
  });

  test('is the doing of a loss that brings the number along', async () => {
    const brings: Loss = ({ probabilities }) => tf.mul(tf.mean(probabilities), Number.NaN);
    const found = await culprit(program({ losses: [brings] }));
    expect(found.plugin?.place).toBe('loss[0] (mine)');
    expect(found.text).toMatch(/^Multiply gave NaN, of numbers 0\.5 and that are NaN, at /);
  });

  test('is the doing of a loss whose gradient alone is not, by the operation of its value', async () => {
    const distance: Loss = ({ probabilities, target }) => {
      const error = tf.sum(tf.square(tf.mul(tf.sub(probabilities, target), 0)));
      return tf.add(tf.sqrt(error), tf.mean(probabilities)) as tf.Scalar;
    };
    const found = await culprit(program({ losses: [healthy, distance] }));
    expect(found.cause).toBe('plugin');
    expect(found.plugin?.place).toBe('loss[1] (mine)');
    expect(found.text).toMatch(/^the gradient of Sqrt, of numbers 0, is Infinity, at /);
    expect(found.text).toMatch(lineOf('return tf.add(tf.sqrt(error)'));
  });

  test('is the doing of a gradient that a loss has written itself', async () => {
    const own: Loss = ({ probabilities }) => {
      const value = tf.customGrad((x) => ({
        value: tf.mean(x as tf.Tensor),
        gradFunc: () => tf.fill((x as tf.Tensor).shape, Number.NaN),
      }))(probabilities);
      return value as tf.Scalar;
    };
    const found = await culprit(program({ losses: [own] }));
    expect(found.plugin?.place).toBe('loss[0] (mine)');
    expect(found.text).toMatch(/^the gradient of tf\.customGrad, .* is NaN, at /);
    expect(found.text).toMatch(/culprit\.test\.ts:\d+/);
  });

  test('is the doing of a model whose logits are not, though every loss is broken by it', async () => {
    const forward: Model['forward'] = (input) => {
      const { logits } = logitsOf(input);
      return { logits: tf.div(logits, tf.sub(tf.max(input.images), 3)) };
    };
    const found = await culprit(program({ model: model(forward), losses: [healthy, healthy] }));
    expect(found.cause).toBe('plugin');
    expect(found.plugin?.place).toBe('model (mine)');
    expect(found.text).toMatch(/^RealDiv gave NaN, of numbers -0\.75 to 1\.5 and 0, at /);
    expect(found.text).toMatch(lineOf('return { logits: tf.div(logits'));
  });

  test('is the doing of a model through which no finite gradient goes', async () => {
    const forward: Model['forward'] = (input) => {
      const { logits } = logitsOf(input);
      return { logits: tf.add(logits, tf.sqrt(tf.relu(tf.mul(logits, 0)))) };
    };
    const found = await culprit(program({ model: model(forward) }));
    expect(found.plugin?.place).toBe('model (mine)');
    expect(found.text).toMatch(/^the gradient of Sqrt, of numbers 0, is /);
    expect(found.text).toMatch(lineOf('tf.sqrt(tf.relu(tf.mul(logits, 0)))'));
  });

  test('is the doing of a batch that has such a number: the image is known', async () => {
    const found = await culprit(program({}), [1, 2, 3, Number.NaN]);
    expect(found).toEqual({
      cause: 'batch',
      image: 1,
      text: 'the image has NaN as the network gets it',
    });
  });

  test('comes of weights that have grown, whatever operation meets them first', () => {
    const of = program({});
    const state = { ...initialState(of), weights: [Float32Array.of(2e38, 2e38)] };
    const found = culpritOf(of, state, call(of));
    expect(found.cause).toBe('growth');
    expect(found.text).toMatch(/^Conv2D gave Infinity, of .*; weights have grown to 2e\+38$/);
  });

  test('whose gradient is too large to be squared names no plugin', async () => {
    const large: Loss = ({ logits }) => tf.mul(tf.mean(logits), 1e30) as tf.Scalar;
    const found = await culprit(program({ losses: [large] }));
    expect(found.cause).toBe('growth');
    expect(found.text).toMatch(/^its gradient reaches .*e\+29, too large to be squared$/);
  });

  test('and is finite the next time is the doing of something that changes', async () => {
    let calls = 0;
    const counts: Loss = ({ probabilities }) =>
      tf.mul(tf.mean(probabilities), calls++ === 0 ? Number.NaN : 1) as tf.Scalar;
    const found = await culprit(program({ losses: [counts] }));
    expect(found.cause).toBe('change');
  });
});

test('a state that is not finite before the step is told as that, and whose it is', () => {
  const of = program({});
  const state: TrainingState<Float32Array> = {
    ...initialState(of),
    buffers: [Float32Array.of(Number.NaN)],
  };
  expect(unusableIn(of, state)).toEqual({ name: 'the running statistic mean', of: 'model' });
  expect(culpritOf(of, state, call(of)).cause).toBe('state');
});
