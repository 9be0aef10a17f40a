import type { Loss, Model, Parameter } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

export const kernel: Parameter = {
  name: 'kernel',
  shape: [1, 1, 1, 2],
  initial: Float32Array.of(0.5, -0.25),
  decay: true,
};
const count: Parameter = { name: 'count', shape: [], initial: Float32Array.of(0), decay: false };

/** One 1x1 convolution, and a buffer that counts its training calls. */
export const model: Model = {
  weights: [kernel],
  buffers: [count],
  multipleOf: [1, 1],
  forward: ({ images, weights, buffers, mode }) => ({
    logits: tf.conv2d(images as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same'),
    ...(mode === 'train' && { buffers: [tf.add(buffers[0]!, 1)] }),
  }),
};

/** Half of the sum of the squared logits, one number a sample: its gradient is easy by hand. */
export const squares: Loss = ({ logits }) =>
  tf.mul(tf.sum(tf.square(logits), [1, 2, 3]), 0.5) as tf.Tensor1D;
