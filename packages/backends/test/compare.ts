import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { type BackendRequest, prepareBackend } from '../src/index.ts';

/** Numbers that a run of the tests always draws alike, by a linear congruential generator. */
export class Numbers {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  next(low: number, high: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * this.state) / 2 ** 32;
  }

  whole(low: number, high: number): number {
    return Math.floor(this.next(low, high + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }

  array(shape: readonly number[], low = -1, high = 1): Input {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return { shape, values: Float32Array.from({ length: size }, () => this.next(low, high)) };
  }
}

export interface Input {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

// biome-ignore lint/suspicious/noExplicitAny: each operation has its own ranks
type Operation = (...inputs: any[]) => tf.Tensor;

interface Outcome {
  readonly shape: readonly number[];
  readonly numbers: readonly ArrayLike<number>[];
}

/** Value and the gradients with respect to every input, for an output weighted by sines. */
async function run(
  backend: BackendRequest,
  operation: Operation,
  inputs: readonly Input[],
  withGradients: boolean,
): Promise<Outcome> {
  await prepareBackend(backend);
  const before = tf.memory().numTensors;
  const outcome = tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape]));
    const value = operation(...tensors);
    const weighted = (...moved: tf.Tensor[]): tf.Scalar => {
      const result = operation(...moved);
      const sines = Float32Array.from({ length: result.size }, (_, i) => Math.sin(0.7 * i + 0.3));
      return tf.sum(tf.mul(result, tf.tensor(sines, result.shape)));
    };
    const gradients = withGradients ? tf.grads(weighted)(tensors) : [];
    return {
      shape: value.shape,
      numbers: [value, ...gradients].map((tensor) => tensor.dataSync()),
    };
  });
  expect(tf.memory().numTensors).toBe(before);
  return outcome;
}

/** Holds wasm to plain JavaScript: 1e-4 of each number, and 1e-5 beside it. */
export async function expectAlike(
  operation: Operation,
  inputs: readonly Input[],
  { gradients = true } = {},
): Promise<void> {
  const expected = await run('cpu', operation, inputs, gradients);
  const found = await run('wasm', operation, inputs, gradients);
  expect(found.shape).toEqual(expected.shape);
  for (const [place, numbers] of expected.numbers.entries()) {
    expect(found.numbers[place]!.length).toBe(numbers.length);
    expect(farthest(numbers, found.numbers[place]!)).toBeLessThanOrEqual(1);
  }
}

/** The largest difference, in units of what is allowed. */
function farthest(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  const units = Array.from(expected, (number, index) => {
    const difference = Math.abs(number - found[index]!);
    return difference / (1e-5 + 1e-4 * Math.abs(number));
  });
  return units.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...units);
}
