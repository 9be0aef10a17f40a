import type { Optimizer } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';

const memory = (of: string, standard: number) =>
  z.number().min(0).lt(1).default(standard).describe(`Memory of ${of}`);

/** What Adam and AdamW have in common. */
export const momentOptions = {
  beta1: memory('the mean of the gradient', 0.9),
  beta2: memory('its square', 0.999),
  epsilon: z.number().gt(0).default(1e-8).describe('Added to the root of the square'),
};

/** Share of a weight that one step of full length takes away. */
export const weightDecay = (standard: number) =>
  z
    .number()
    .min(0)
    .default(standard)
    .describe('Share of a weight that a step with a learning rate of 1 would take away');

interface MomentSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled from the gradient; 0: none. */
  readonly weightDecay: number;
}

/**
 * Moves a weight by the mean of its gradient over the root of the mean of its square, both corrected for
 * having begun at 0.
 */
export function byMoments({ beta1, beta2, epsilon, weightDecay }: MomentSettings): Optimizer {
  return {
    slots: ['first', 'second'],
    numbers: (step) => ({
      firstCorrection: 1 / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
    }),
    update({ weight, gradient, slots, learningRate, numbers, decay }) {
      const first = tf.add(tf.mul(slots.first!, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(slots.second!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const rate = tf.div(
        tf.mul(first, numbers.firstCorrection!),
        tf.add(tf.sqrt(tf.mul(second, numbers.secondCorrection!)), epsilon),
      );
      const direction = decay && weightDecay > 0 ? tf.add(rate, tf.mul(weight, weightDecay)) : rate;
      return {
        weight: tf.sub(weight, tf.mul(direction, learningRate)),
        slots: { first, second },
      };
    },
  };
}
