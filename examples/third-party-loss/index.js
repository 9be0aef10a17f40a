import { defineLoss, facts, firstForeground } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';

/**
 * The mean power of the probability of foreground classes where they are not. The higher the power,
 * the more the surest pixels count: those that become a false alarm first.
 */
export default defineLoss({
  name: 'alarm',
  summary: 'Mean power of the probability of foreground where there is none',
  api: 1,
  options: z.strictObject({
    power: z.number().min(1).default(2).describe('How much more a sure pixel counts'),
  }),
  needs: { facts },
  create: ({ power }, { facts }) => {
    const first = firstForeground(facts);
    return ({ probabilities, target, weight }) => {
      const start = [...weight.shape.map(() => 0).slice(1), first];
      const foreground = (values) => tf.slice(values, start);
      const absent = tf.sub(1, foreground(target));
      const alarms = tf.mul(tf.pow(foreground(probabilities), power), absent);
      const axes = target.shape.map((_, axis) => axis).slice(1);
      const counted = tf.sum(tf.mul(absent, weight), axes);
      return tf.div(tf.sum(tf.mul(alarms, weight), axes), tf.maximum(counted, 1));
    };
  },
});
