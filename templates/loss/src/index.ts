import { defineLoss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';

/**
 * The mean power of the distance between probability and truth, over the classes and over the pixels of
 * an image, each as often as it counts.
 */
export default defineLoss({
  name: 'template',
  api: 1,
  summary: 'Mean power of the distance between probability and truth',
  options: z.strictObject({
    power: z.number().min(1).default(2).describe('How much more a large distance counts'),
  }),
  create:
    ({ power }) =>
    ({ probabilities, target, weight }) => {
      // [batch, ...space, classes]: one number a sample is left.
      const inside = target.shape.map((_, axis) => axis).slice(1);
      const distance = tf.pow(tf.abs(tf.sub(probabilities, target)), power);
      const pixels = tf.sum(tf.mul(tf.mean(distance, -1, true), weight), inside);
      // An image whose pixels are all ignored has nothing to divide by.
      return tf.div(pixels, tf.maximum(tf.sum(weight, inside), 1e-6)) as tf.Tensor1D;
    },
});
