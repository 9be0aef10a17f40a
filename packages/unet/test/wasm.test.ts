import { prepareBackend } from '@raremask/backends';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { values } from './gradients.ts';
import { FACTS, network, start, uniform } from './network.ts';

const combinations = [
  { size: [16, 8], setting: {} },
  {
    size: [16, 8],
    setting: { norm: 'group', groups: 2, activation: 'leaky-relu', residual: true },
  },
  { size: [16, 8], setting: { norm: 'instance', activation: 'elu', upsampling: 'resize' } },
  { size: [16, 8], setting: { norm: 'none', activation: 'silu', dropout: 0.3 } },
  { size: [8, 8, 4], setting: {} },
  { size: [8, 8, 4], setting: { upsampling: 'resize' } },
  {
    size: [8, 8],
    setting: {
      pooling: [
        [1, 2],
        [2, 1],
      ],
    },
  },
  {
    size: [2, 8, 4],
    setting: {
      pooling: [
        [1, 2, 2],
        [2, 2, 1],
      ],
    },
  },
  {
    size: [2, 8, 4],
    setting: {
      pooling: [
        [1, 2, 2],
        [2, 2, 1],
      ],
      upsampling: 'resize',
    },
  },
];

test.each(combinations)('wasm trains as cpu does: %o', async ({ size, setting }) => {
  const facts = { ...FACTS, space: size.length as 2 | 3 };
  const model = await network({ filters: 4, depth: 2, ...setting }, { facts });
  /** Loss, and the norm of the gradient of every weight, on the backend in use. */
  const step = () =>
    tf.tidy(() => {
      const { weights, buffers } = start(model);
      const images = values([2, ...size, 1], 1);
      const target = values([2, ...size, 2], 2);
      const { value, grads } = tf.valueAndGrads((...moved: tf.Tensor[]) => {
        const call = { images, weights: moved, buffers, mode: 'train' as const, uniform };
        return tf.mean(tf.squaredDifference(model.forward(call).logits, target)) as tf.Scalar;
      })(weights);
      return [value, ...grads.map((gradient) => tf.norm(gradient))].map(
        (scalar) => scalar.dataSync()[0]!,
      );
    });
  await prepareBackend('cpu');
  const expected = step();
  await prepareBackend('wasm');
  const before = tf.memory().numTensors;
  const actual = step();
  expect(tf.memory().numTensors).toBe(before);
  for (const [index, number] of actual.entries()) {
    expect(Math.abs(number - expected[index]!)).toBeLessThan(1e-4 * (1 + expected[index]!));
  }
});
