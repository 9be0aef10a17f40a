import { poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { power } from '../overlap/power.ts';
import { smooth } from '../region/options.ts';
import { defineRegionLoss } from '../region/regionLoss.ts';
import { ratio } from '../region/regionStatistics.ts';

/** Dice++ (Yeung 2023): alarms and misses fade where the network is uncertain. */
export default defineRegionLoss({
  name: 'dice-plus-plus',
  summary: 'Dice++: Dice in which uncertain alarms and misses count less, for calibrated networks',
  options: {
    smooth,
    gamma: z
      .number()
      .positive()
      .default(2)
      .describe('Power of the probability of each alarm and of each miss; 1 is Dice'),
  },
  loss:
    ({ gamma }, { smooth }) =>
    ({ probabilities, target, weight, pool, sums }) => {
      const alarms = tf.mul(power(probabilities, gamma), tf.sub(1, target));
      const misses = tf.mul(power(tf.sub(1, probabilities), gamma), target);
      const wrong = poolSum(tf.mul(tf.add(alarms, misses), weight), pool);
      const hits: tf.Tensor2D = tf.mul(sums.hits, 2);
      return tf.sub(
        1,
        ratio(tf.add(hits, smooth.numerator), tf.add(tf.add(hits, wrong), smooth.denominator)),
      );
    },
});
