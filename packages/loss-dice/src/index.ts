import * as tf from '@tensorflow/tfjs';
import { denominator, transform, transformed } from './indexOptions.ts';
import { defineOverlapLoss } from './overlapLoss.ts';
import { ratio } from './regionStatistics.ts';

/** Soft Dice (Milletari 2016; the linear denominator is that of Drozdzal 2016). */
export default defineOverlapLoss({
  name: 'dice',
  summary: 'Soft Dice: twice the hits over the sum of prediction and truth',
  options: { denominator, transform },
  index: ({ hits, truth, predicted, predictedSquares }, { smooth, options }) =>
    ratio(
      tf.add(tf.mul(hits, 2), smooth.numerator),
      tf.add(
        tf.add(options.denominator === 'squared' ? predictedSquares : predicted, truth),
        smooth.denominator,
      ),
    ),
  transform: transformed,
});
