import { tf } from '@raremask/tfjs';
import type { IndexContext } from '../region/overlapLoss.ts';
import { type RegionStatistics, ratio } from '../region/regionStatistics.ts';
import type { denominator } from './indexOptions.ts';

/** Twice the hits over the sum of prediction and truth. */
export function diceIndex(
  { hits, truth, predicted, predictedSquares }: RegionStatistics,
  { smooth, options }: IndexContext<{ denominator: typeof denominator }>,
): tf.Tensor2D {
  const all = tf.add(options.denominator === 'squared' ? predictedSquares : predicted, truth);
  return ratio(tf.add(tf.mul(hits, 2), smooth.numerator), tf.add(all, smooth.denominator));
}
