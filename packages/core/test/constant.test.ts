import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { constant } from '../src/loss/constant.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

test('counts as constant when the gradient is taken, and reads no tensor then', async () => {
  let slope: Float32Array | undefined;
  const { kernelNames } = await tf.profile(() =>
    tf.tidy(() => {
      const gradient = tf.grad((x) => {
        const doubled = tf.mul(x, 2);
        return tf.sum(
          tf.mul(
            x,
            constant((value) => tf.square(value), doubled),
          ),
        );
      })(tf.tensor1d([1, 3]));
      slope = gradient.dataSync<'float32'>();
    }),
  );
  // x (2x)^2 with the square constant: the slope is (2x)^2, not 12 x^2.
  expect([...slope!]).toEqual([4, 36]);
  // Native backends refuse the kernel ZerosLike of a tensor that is disposed by then.
  expect(kernelNames).not.toContain('ZerosLike');
});
