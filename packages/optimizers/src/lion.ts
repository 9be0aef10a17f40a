import { API, defineOptimizer } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { weightDecay } from './moments.ts';

/** Chen and others 2023, Symbolic discovery of optimization algorithms. */
export default defineOptimizer({
  name: 'lion',
  api: API,
  summary: 'Lion: steps of one length, by the sign of the direction; half the memory of Adam',
  options: z.strictObject({
    beta1: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe('Share of the memory in the direction of a step'),
    beta2: z.number().min(0).lt(1).default(0.99).describe('Memory of the gradient'),
    weightDecay: weightDecay(0),
  }),
  create: ({ beta1, beta2, weightDecay: share }) => ({
    slots: ['momentum'],
    update({ weight, gradient, slots, learningRate, decay }) {
      const mixed = tf.add(tf.mul(slots.momentum!, beta1), tf.mul(gradient, 1 - beta1));
      const sign = tf.sign(mixed);
      const direction = decay && share > 0 ? tf.add(sign, tf.mul(weight, share)) : sign;
      return {
        weight: tf.sub(weight, tf.mul(direction, learningRate)),
        slots: {
          momentum: tf.add(tf.mul(slots.momentum!, beta2), tf.mul(gradient, 1 - beta2)),
        },
      };
    },
  }),
});
