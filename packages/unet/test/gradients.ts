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

/** Normally distributed values about 0.5. */
export function values(shape: readonly number[], seed: number): tf.Tensor {
  return tf.randomNormal([...shape], 0.5, 1, 'float32', seed);
}

/** Expects that all numbers of two tensors lie within `tolerance` of each other. */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!);
  expect(difference).toBeLessThan(tolerance);
}

type Function = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Sum of the result times fixed weights: a scalar in whose gradient no value hides another. */
function weighted(run: Function): (...inputs: tf.Tensor[]) => tf.Scalar {
  return (...inputs) => {
    const result = run(...inputs);
    return tf.sum(tf.mul(result, values(result.shape, 99)));
  };
}

/** Expects the gradients with respect to every input to be those of another way to compute the same. */
export function expectSameGradients(run: Function, plain: Function, inputs: tf.Tensor[]): void {
  tf.tidy(() => {
    expectClose(run(...inputs), plain(...inputs), 1e-5);
    const actual = tf.grads(weighted(run))(inputs);
    const expected = tf.grads(weighted(plain))(inputs);
    actual.forEach((gradient, index) => {
      expectClose(gradient, expected[index]!, 1e-4);
    });
  });
}

/** Expects the gradients to be the slopes between values a step to the left and to the right. */
export function expectSlopes(run: Function, inputs: tf.Tensor[]): void {
  const STEP = 1e-2;
  tf.tidy(() => {
    const scalar = weighted(run);
    const gradients = tf.grads(scalar)(inputs);
    inputs.forEach((input, index) => {
      const numbers = input.dataSync();
      const at = (position: number, move: number) =>
        tf.tidy(() => {
          const moved = Float32Array.from(numbers);
          moved[position]! += move;
          const replaced = inputs.with(index, tf.tensor(moved, input.shape));
          return scalar(...replaced).dataSync()[0]!;
        });
      const slopes = Array.from(
        numbers,
        (_, position) => (at(position, STEP) - at(position, -STEP)) / (2 * STEP),
      );
      // Rounding: values of about 10 in float32, 1e-6 off, over a step of 2e-2, and the curvature.
      expectClose(gradients[index]!, tf.tensor(slopes, input.shape), 5e-3);
    });
  });
}
