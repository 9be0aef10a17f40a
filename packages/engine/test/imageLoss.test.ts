import type { Facts } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nothingIn } from '../src/judging/decide.ts';
import { decisionRule, isSearched } from '../src/judging/decisionRule.ts';
import { imageLoss } from '../src/step/imageLoss.ts';

const facts: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'a', value: 1 },
  ],
  overlapping: false,
};

beforeEach(() => {
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
});

/** Images of one pixel: foreground or not, counted or not. */
function batch(foreground: readonly number[], counted: readonly number[]) {
  const images = foreground.length;
  return {
    target: tf.tensor(
      foreground.flatMap((own) => [1 - own, own]),
      [images, 1, 1, 2],
    ),
    weight: tf.tensor([...counted], [images, 1, 1, 1]),
  };
}

describe('the loss of what is said of images', () => {
  test('is the mean of -log of the probability of what is there', () => {
    const loss = imageLoss(facts, tf.tensor2d([[2], [2]]), batch([1, 0], [1, 1]));
    const [there, not] = [Math.log(1 + Math.exp(-2)), Math.log(1 + Math.exp(2))];
    expect(loss.dataSync()[0]).toBeCloseTo((there + not) / 2, 6);
  });

  test('leaves out images of which nothing counts, and is finite for any logit', () => {
    const one = imageLoss(facts, tf.tensor2d([[500], [3]]), batch([0, 1], [1, 0]));
    expect(one.dataSync()[0]).toBeCloseTo(500, 3);
    const none = imageLoss(facts, tf.tensor2d([[3]]), batch([1], [0]));
    expect(none.dataSync()[0]).toBe(0);
  });

  test('names another shape', () => {
    expect(() => imageLoss(facts, tf.zeros([2]), batch([1, 0], [1, 1]))).toThrow(/image output/);
  });
});

describe('the gate', () => {
  const settings = { threshold: 0.5, minimumSize: 0, peak: 0 };

  test('is searched with a head unless it is a number, and refused without', () => {
    const head = { judgesImages: true };
    expect(isSearched(settings, head)).toBe(true);
    expect(isSearched({ ...settings, gate: 0.3 }, head)).toBe(false);
    expect(isSearched(settings, {})).toBe(false);
    expect(() => isSearched({ ...settings, gate: 0.3 }, {})).toThrow(/imageHead/);
  });

  test('is what was found, or the number', () => {
    const found = { classes: {}, gate: 0.2 };
    expect(decisionRule(settings, facts, found).gate).toBe(0.2);
    expect(decisionRule({ ...settings, gate: 0.3 }, facts, found).gate).toBe(0.3);
  });

  test('leaves nothing but background', () => {
    const decision = {
      predicted: Uint8Array.of(0, 1),
      probabilities: Float32Array.of(0.7, 0.3, 0.1, 0.9),
    };
    expect(nothingIn(facts, decision)).toEqual({
      predicted: Uint8Array.of(0, 0),
      probabilities: Float32Array.of(1, 0, 1, 0),
    });
    const overlapping = { ...facts, overlapping: true };
    expect([...nothingIn(overlapping, decision).probabilities]).toEqual([0, 0, 0, 0]);
  });
});
