import type { Loss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BatchInput } from '../src/step/batchInput.ts';
import type { StepProgram } from '../src/step/program.ts';
import type { StepState } from '../src/step/state.ts';
import { infer, trainStep, type UpdateInput } from '../src/step/trainStep.ts';
import { adamw } from './adamw.ts';
import { kernel, model, squares } from './pixelModel.ts';
import { twoClasses } from './twoClasses.ts';

function program(more: Partial<StepProgram> = {}): StepProgram {
  return {
    facts: twoClasses,
    model,
    losses: [squares],
    optimizer: adamw(0),
    clip: null,
    outcomes: false,
    ...more,
  };
}

function firstState(): StepState {
  return {
    weights: [tf.tensor(kernel.initial, [1, 1, 1, 2])],
    buffers: [tf.scalar(0)],
    slots: [tf.zeros([1, 1, 1, 2]), tf.zeros([1, 1, 1, 2])],
    averages: [],
    gathered: [],
  };
}

/** Two samples of one row of two pixels: values 1, 2 and 3, 0. */
function input(learningRate = 0.1): BatchInput & UpdateInput {
  return {
    images: tf.tensor4d([1, 2, 3, 0], [2, 1, 2, 1]),
    target: tf.tensor4d([1, 0, 0, 1, 1, 0, 1, 0], [2, 1, 2, 2]),
    weight: tf.ones([2, 1, 2, 1]),
    learningRate: tf.scalar(learningRate),
    numbers: {
      firstCorrection: tf.scalar(1 / (1 - 0.9)),
      secondCorrection: tf.scalar(1 / (1 - 0.999)),
    },
    termWeights: [tf.scalar(1)],
    uniform: (shape) => tf.ones([...shape]),
  };
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  expect(tf.memory().numTensors).toBe(before);
});

describe('a training step', () => {
  test('gives the mean loss over the batch, each term and the gradient norm', () => {
    const said = trainStep(program(), firstState(), input());
    // Logits of a pixel x are 0.5 x and -0.25 x: half their squared sum is 0.15625 x^2.
    // Sample 1: x^2 sums to 5, sample 2: to 9; the mean of 0.15625 * 5 and 0.15625 * 9.
    const loss = (0.15625 * (5 + 9)) / 2;
    // The gradient with respect to w is w * mean over samples of sum x^2 = 7 w.
    const norm = 7 * Math.hypot(0.5, 0.25);
    expect(said.loss.dataSync()[0]).toBeCloseTo(loss, 5);
    expect(said.terms[0]!.dataSync()[0]).toBeCloseTo(loss, 5);
    expect(said.gradientNorm!.dataSync()[0]).toBeCloseTo(norm, 4);
  });

  test("moves the first Adam step by the learning rate against the gradient's sign", () => {
    const { state } = trainStep(program(), firstState(), input());
    const [first, second] = state.weights![0]!.dataSync();
    expect(first).toBeCloseTo(0.5 - 0.1, 5);
    expect(second).toBeCloseTo(-0.25 + 0.1, 5);
  });

  test("hands over the model's new buffers", () => {
    const { state } = trainStep(program(), firstState(), input());
    expect(state.buffers![0]!.dataSync()[0]).toBe(1);
  });

  test('leaves its input as it was and keeps nothing but its result', () => {
    const given = input();
    const from = firstState();
    const existing = tf.memory().numTensors;
    const { state, loss, terms, gradientNorm } = trainStep(program(), from, given);
    // One weight, one buffer, two slots, the loss, its term, the norm.
    expect(tf.memory().numTensors).toBe(existing + 7);
    expect([...from.weights[0]!.dataSync()]).toEqual([0.5, -0.25]);
    tf.dispose([...Object.values(state).flat(), loss, ...terms, gradientNorm!]);
  });

  test('is a function: the same input gives the same result', () => {
    const [from, given] = [firstState(), input()];
    const once = trainStep(program(), from, given).state.weights![0]!.dataSync();
    const again = trainStep(program(), from, given).state.weights![0]!.dataSync();
    expect([...again]).toEqual([...once]);
  });

  test('scales the gradient down to the clip and no further', () => {
    // Second moments see the clipped gradient: norm 7.8 becomes 1.
    const clipped = trainStep(program({ clip: 1 }), firstState(), input()).state.slots![1]!;
    const squared = [...clipped.dataSync()].reduce((sum, value) => sum + value, 0) / (1 - 0.999);
    expect(squared).toBeCloseTo(1, 4);
    const loose = trainStep(program({ clip: 100 }), firstState(), input()).state.slots![1]!;
    const untouched = trainStep(program(), firstState(), input()).state.slots![1]!;
    expect([...loose.dataSync()]).toEqual([...untouched.dataSync()]);
  });

  test('decays the weights apart from the gradient with AdamW', () => {
    const decaying = adamw(0.01);
    const { state } = trainStep(program({ optimizer: decaying }), firstState(), input());
    expect(state.weights![0]!.dataSync()[0]).toBeCloseTo(0.5 - 0.1 * (1 + 0.01 * 0.5), 5);
  });

  test("gives each sample's loss and its share of alarms where they are asked for", () => {
    const { outcomes } = trainStep(program({ outcomes: true }), firstState(), input());
    const values = [...outcomes!.dataSync()];
    expect(values[0]).toBeCloseTo(0.15625 * 5, 5);
    expect(values[2]).toBeCloseTo(0.15625 * 9, 5);
    // Logits of every pixel x > 0 favour the background, those of x = 0 tie: no alarm anywhere.
    expect([values[1], values[3]]).toEqual([0, 0]);
    const reversed = firstState();
    const flipped = { ...reversed, weights: [tf.neg(reversed.weights[0]!)] };
    const alarmed = trainStep(program({ outcomes: true }), flipped, input()).outcomes!.dataSync();
    // Sample 1 has one background pixel, alarmed; sample 2 has two, one of them (x = 3) alarmed.
    expect([alarmed[1], alarmed[3]]).toEqual([1, 0.5]);
  });

  test('adds terms by their weights', () => {
    const constant: Loss = ({ logits }) => tf.add(tf.mul(tf.sum(logits), 0), 2) as tf.Scalar;
    const given = { ...input(), termWeights: [tf.scalar(0.5), tf.scalar(3)] };
    const { loss, terms } = trainStep(
      program({ losses: [squares, constant] }),
      firstState(),
      given,
    );
    const [first, second] = terms.map((term) => term.dataSync()[0]!);
    expect(second).toBe(2);
    expect(loss.dataSync()[0]).toBeCloseTo(0.5 * first! + 3 * 2, 5);
  });
});

test('inference gives logits and nothing else', () => {
  const images = tf.tensor4d([2], [1, 1, 1, 1]);
  const from = firstState();
  const existing = tf.memory().numTensors;
  const [logits] = infer(model, from, images);
  expect([...logits.dataSync()]).toEqual([1, -0.5]);
  expect(tf.memory().numTensors).toBe(existing + 1);
});
