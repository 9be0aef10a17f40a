import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect } from 'vitest';

/** Runs every test of a file on the cpu backend and checks that it leaves no tensor behind. */
export function countTensors(): void {
  let before = 0;
  beforeEach(async () => {
    await tf.setBackend('cpu');
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
  });
}

/** Expects two lists to agree to `relative` of the larger number, or to `absolute`. */
export function expectNear(
  actual: readonly number[],
  expected: readonly number[],
  { relative = 1e-4, absolute = 1e-6 } = {},
): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((number, index) => {
    const other = expected[index]!;
    const allowed = Math.max(absolute, relative * Math.max(Math.abs(number), Math.abs(other)));
    if (!(Math.abs(number - other) <= allowed)) {
      expect.fail(`at ${index}: ${number}, expected ${other}`);
    }
  });
}
