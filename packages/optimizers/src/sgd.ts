import { API, defineOptimizer } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { weightDecay } from './moments.ts';

/**
 * Stochastic gradient descent with the momentum of Nesterov 1983 in the form of Sutskever and others 2013
 * that PyTorch computes too; weight decay is added to the gradient, as there.
 */
export default defineOptimizer({
  name: 'sgd',
  api: API,
  summary: 'Stochastic gradient descent with momentum, by default that of Nesterov',
  options: z
    .strictObject({
      momentum: z.number().min(0).lt(1).default(0.99).describe('Memory of the direction; 0: none'),
      nesterov: z
        .boolean()
        .default(true)
        .describe('Whether a step looks ahead along its direction; needs a momentum'),
      weightDecay: weightDecay(3e-5),
    })
    .refine(({ momentum, nesterov }) => momentum > 0 || !nesterov, {
      path: ['nesterov'],
      error: 'has no effect without momentum',
    }),
  create: ({ momentum, nesterov, weightDecay: share }) => ({
    slots: momentum > 0 ? ['momentum'] : [],
    update({ weight, gradient, slots, learningRate, decay }) {
      const own = decay && share > 0 ? tf.add(gradient, tf.mul(weight, share)) : gradient;
      if (momentum === 0) return { weight: tf.sub(weight, tf.mul(own, learningRate)), slots: {} };
      const kept = tf.add(tf.mul(slots.momentum!, momentum), own);
      const direction = nesterov ? tf.add(own, tf.mul(kept, momentum)) : kept;
      return {
        weight: tf.sub(weight, tf.mul(direction, learningRate)),
        slots: { momentum: kept },
      };
    },
  }),
});
