import { defineOptimizer } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';

/** Steps of one length, by the sign of a running mean of the gradient (Bernstein et al. 2018, Signum). */
export default defineOptimizer({
  name: 'template',
  api: 1,
  summary: 'Steps of one length, by the sign of a running mean of the gradient',
  options: z.strictObject({
    momentum: z.number().min(0).lt(1).default(0.9).describe('How much of the mean is kept'),
  }),
  create: ({ momentum }) => ({
    slots: ['mean'],
    update({ weight, gradient, slots, learningRate }) {
      const mean = tf.add(tf.mul(slots.mean!, momentum), tf.mul(gradient, 1 - momentum));
      return {
        weight: tf.sub(weight, tf.mul(tf.sign(mean), learningRate)),
        slots: { mean },
      };
    },
  }),
});
