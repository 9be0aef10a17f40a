import { tf } from '@raremask/tfjs';
import { denominator, transform, transformed } from '../overlap/indexOptions.ts';
import { defineOverlapLoss } from '../region/overlapLoss.ts';
import { ratio } from '../region/regionStatistics.ts';

/** Soft Jaccard, the intersection over the union (Rahman & Wang 2016). */
export default defineOverlapLoss({
  name: 'jaccard',
  summary: 'Soft Jaccard: the hits over the union of prediction and truth',
  options: { denominator, transform },
  index: ({ hits, truth, predicted, predictedSquares }, { smooth, options }) => {
    const all = tf.add(options.denominator === 'squared' ? predictedSquares : predicted, truth);
    return ratio(tf.add(hits, smooth.numerator), tf.add(tf.sub(all, hits), smooth.denominator));
  },
  transform: transformed,
});
