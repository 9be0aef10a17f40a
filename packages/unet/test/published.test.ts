import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { activate, relu6 } from '../src/activation.ts';
import { convolveDepthwise } from '../src/spatial.ts';
import {
  countTensors,
  expectClose,
  expectSameGradients,
  expectSlopes,
  values,
} from './gradients.ts';
import { FACTS, network } from './network.ts';

countTensors();

test.each([
  // Tan and Le 2019, table 1, by stage: kernels of all blocks; 32 channels in the first convolution.
  ['efficientnet-lite0', 16, [32, 24, 40, 112, 320]],
  ['efficientnet-lite4', 30, [32, 32, 56, 160, 448]],
])('%s has its blocks, and a level for each stride', async (encoder, blocks, widths) => {
  const model = await network({ encoder, filters: 2, convolutions: 1, imageHead: 1 });
  const names = model.weights.map(({ name }) => name);
  expect(names.filter((name) => name.endsWith('depthwise.kernel'))).toHaveLength(blocks);
  expect(model.multipleOf).toEqual([32, 32]);
  const into = (name: string) => model.weights.find((one) => one.name === name)!.shape[2];
  // What comes into the decoder: the coarser image and the skip. The finest level has no skip.
  expect(into('decoder.4.convolution1.kernel')).toBe(widths[4]! + widths[3]!);
  expect([3, 2, 1].map((level) => into(`decoder.${level}.convolution1.kernel`))).toEqual([
    2 ** 5 + widths[2]!,
    2 ** 4 + widths[1]!,
    2 ** 3 + widths[0]!,
  ]);
  expect(into('decoder.0.convolution1.kernel')).toBe(2 ** 2);
});

test('a smaller depth leaves the coarser levels out', async () => {
  const model = await network({ encoder: 'resnet34', depth: 3, filters: 2 });
  const stages = model.weights.flatMap(({ name }) => /^encoder\.(\d)/.exec(name)?.[1] ?? []);
  expect(new Set(stages)).toEqual(new Set(['0', '1']));
  expect(model.multipleOf).toEqual([8, 8]);
});

test('published encoders refuse volumes', async () => {
  const volumes = { ...FACTS, space: 3 as const };
  await expect(network({ encoder: 'efficientnet-lite0' }, { facts: volumes })).rejects.toThrow(
    /made for images.*encoder: own/s,
  );
});

test('ReLU6 holds values between 0 and 6, and passes gradients between them', () => {
  tf.tidy(() => {
    const x = tf.mul(values([2, 3, 4, 2], 1), 8);
    expectSameGradients(relu6, (one) => tf.relu6(one), [x]);
    expectClose(relu6(tf.tensor1d([-1, 3, 7])), tf.tensor1d([0, 3, 6]), 1e-6);
    expectClose(activate(tf.tensor1d([7]), 'relu'), tf.tensor1d([7]), 1e-6);
  });
});

test('a depthwise convolution of stride 2 pads behind the image, as TensorFlow does', () => {
  tf.tidy(() => {
    // Ones under 3x3 ones: only the last row and column reach the padding.
    const found = convolveDepthwise(tf.ones([1, 4, 4, 1]), tf.ones([3, 3, 1, 1]), 2);
    expect([...found.dataSync()]).toEqual([9, 6, 6, 4]);
    const kernel = values([3, 3, 2, 1], 2);
    expectSlopes(
      (x, weights) => convolveDepthwise(x!, weights!, 2),
      [values([1, 4, 4, 2], 1), kernel],
    );
  });
});
