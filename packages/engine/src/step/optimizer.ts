import type { Optimizer } from '@raremask/core';
import type { OptimizerChoice } from '@raremask/core/manifest';
import * as tf from '@tensorflow/tfjs';

/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019, decoupled weight decay) as a
 * pure function of tensors.
 */
export function createOptimizer(choice: OptimizerChoice): Optimizer {
  const { beta1, beta2, epsilon, weightDecay } = choice;
  return {
    slots: ['first', 'second'],
    numbers: (step) => ({
      firstCorrection: 1 / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
    }),
    update({ weight, gradient, slots, learningRate, numbers, decay }) {
      const first = tf.add(tf.mul(slots['first']!, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(
        tf.mul(slots['second']!, beta2),
        tf.mul(tf.square(gradient), 1 - beta2),
      );
      const rate = tf.div(
        tf.mul(first, numbers['firstCorrection']!),
        tf.add(tf.sqrt(tf.mul(second, numbers['secondCorrection']!)), epsilon),
      );
      const direction = decay && weightDecay > 0 ? tf.add(rate, tf.mul(weight, weightDecay)) : rate;
      return {
        weight: tf.sub(weight, tf.mul(direction, learningRate)),
        slots: { first, second },
      };
    },
  };
}
