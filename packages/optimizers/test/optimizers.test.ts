import type { Optimizer, OptimizerPlugin } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import adam from '../src/adam.ts';
import adamw from '../src/adamw.ts';
import lion from '../src/lion.ts';
import sgd from '../src/sgd.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

async function made(plugin: OptimizerPlugin, raw: object = {}): Promise<Optimizer> {
  const checked = await plugin.options['~standard'].validate(raw);
  return await plugin.create(checked.value, {});
}

/** A weight of one number after steps with the same gradient each, learning rate 0.1. */
function moved(optimizer: Optimizer, gradients: readonly number[], decay = false): number {
  return tf.tidy(() => {
    let weight: tf.Tensor = tf.tensor1d([1]);
    let slots: Readonly<Record<string, tf.Tensor>> = Object.fromEntries(
      optimizer.slots.map((name) => [name, tf.zeros([1])]),
    );
    for (const [index, gradient] of gradients.entries()) {
      const numbers = Object.entries(optimizer.numbers?.(index + 1) ?? {});
      const after = optimizer.update({
        weight,
        gradient: tf.tensor1d([gradient]),
        slots,
        learningRate: tf.scalar(0.1),
        numbers: Object.fromEntries(numbers.map(([name, value]) => [name, tf.scalar(value)])),
        decay,
      });
      weight = after.weight;
      slots = after.slots;
    }
    return weight.dataSync()[0]!;
  });
}

describe('an optimizer', () => {
  test('of the name adam steps by its learning rate, however long the gradient', async () => {
    expect(moved(await made(adam), [0.3])).toBeCloseTo(0.9, 6);
    expect(moved(await made(adam), [300])).toBeCloseTo(0.9, 6);
    expect(moved(await made(adam), [0.3, 0.3])).toBeCloseTo(0.8, 5);
  });

  test('of the name adamw takes a share of the weight besides, where it decays', async () => {
    const decaying = await made(adamw, { weightDecay: 0.5 });
    expect(moved(decaying, [0.3], true)).toBeCloseTo(1 - 0.1 * (1 + 0.5), 6);
    expect(moved(decaying, [0.3], false)).toBeCloseTo(0.9, 6);
  });

  test('of the name sgd follows the gradient, its memory, and what lies ahead', async () => {
    const plain = await made(sgd, { momentum: 0, nesterov: false, weightDecay: 0 });
    expect(moved(plain, [2, 1])).toBeCloseTo(1 - 0.2 - 0.1, 6);
    const heavy = await made(sgd, { momentum: 0.5, nesterov: false, weightDecay: 0 });
    // Directions 2, then 0.5 * 2 + 1 = 2.
    expect(moved(heavy, [2, 1])).toBeCloseTo(1 - 0.2 - 0.2, 6);
    const ahead = await made(sgd, { momentum: 0.5, weightDecay: 0 });
    // 2 + 0.5 * 2 = 3, then 1 + 0.5 * 2 = 2.
    expect(moved(ahead, [2, 1])).toBeCloseTo(1 - 0.3 - 0.2, 6);
    // The gradient is 2 + 0.5 * 1, and the step 1.5 times as long.
    expect(moved(await made(sgd, { momentum: 0.5, weightDecay: 0.5 }), [2], true)).toBeCloseTo(
      1 - 0.1 * 2.5 * 1.5,
      6,
    );
  });

  test('of the name sgd refuses to look ahead without a memory', async () => {
    const { issues } = await sgd.options!['~standard'].validate({ momentum: 0 });
    expect(issues?.[0]?.message).toBe('has no effect without momentum');
  });

  test('of the name lion steps by the sign of its direction', async () => {
    expect(moved(await made(lion), [0.3])).toBeCloseTo(0.9, 6);
    // The memory 0.01 * 30 = 0.3 outweighs a gradient of -0.1: 0.9 * 0.3 - 0.1 * 0.1 > 0.
    expect(moved(await made(lion), [30, -0.1])).toBeCloseTo(0.8, 6);
    expect(moved(await made(lion, { weightDecay: 1 }), [0.3], true)).toBeCloseTo(0.8, 6);
  });
});
