import type { Loss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import crossEntropy from '../../loss-ce/src/index.ts';
import dice from '../src/index.ts';
import { evaluate, randomBatch, task } from './batch.ts';
import { make } from './make.ts';
import { countTensors } from './tensors.ts';

countTensors();

const facts = task('exclusive', 2);

/** How often each kernel runs in the value and the gradient of a loss. */
async function kernels(loss: Loss): Promise<Readonly<Record<string, number>>> {
  const { kernels } = await tf.profile(() => {
    evaluate(loss, randomBatch(facts, [4, 4], 1));
    return [];
  });
  const counts: Record<string, number> = {};
  for (const { name } of kernels) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

test('Dice and cross-entropy together compute the softmax once', async () => {
  const one = await make(dice, facts);
  const other = await make(crossEntropy, facts);
  const counts = await kernels((input) => tf.add(one(input), other(input)));
  // The largest logit and the logarithm of the sum belong to the softmax alone.
  expect(counts).toMatchObject({ Max: 1, Log: 1 });
  // Exponentials: within the logarithm of the sum, within its gradient, and the probabilities.
  expect(counts.Exp).toBe(3);
});
