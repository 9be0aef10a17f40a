import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { defineOverlapLoss } from '../region/overlapLoss.ts';
import { ratio } from '../region/regionStatistics.ts';

/** Generalized Dice (Sudre 2017, Crum 2006): classes are summed, weighted by their size, before the quotient. */
export default defineOverlapLoss({
  name: 'generalized',
  summary: 'Generalized Dice: hits and totals of all classes together, small classes weighing more',
  options: {
    weighting: z
      .enum(['square', 'simple', 'uniform'])
      .default('square')
      .describe(
        'Weight of a class of V true pixels: 1/V^2, 1/V, or 1. A class without any weighs as much as the smallest one that has some',
      ),
  },
  index: ({ hits, predicted, truth }, { smooth, options: { weighting }, taken }) => {
    const weights = tf.mul(sizeWeights(truth, weighting), taken);
    const sum = (values: tf.Tensor): tf.Tensor2D => tf.sum(tf.mul(values, weights), 1, true);
    return ratio(
      sum(tf.add(tf.mul(hits, 2), smooth.numerator)),
      sum(tf.add(tf.add(predicted, truth), smooth.denominator)),
    );
  },
});

/** [pools, classes], the largest in each pool 1. */
function sizeWeights(truth: tf.Tensor2D, weighting: 'square' | 'simple' | 'uniform'): tf.Tensor2D {
  if (weighting === 'uniform') return tf.onesLike(truth);
  const present = tf.step(truth);
  const absent = tf.sub(1, present);
  const inverse = tf.div(present, tf.add(truth, absent));
  const largest = tf.max(inverse, 1, true);
  const relative: tf.Tensor2D = tf.add(
    tf.div(inverse, tf.add(largest, tf.sub(1, tf.step(largest)))),
    absent,
  );
  return weighting === 'square' ? tf.square(relative) : relative;
}
