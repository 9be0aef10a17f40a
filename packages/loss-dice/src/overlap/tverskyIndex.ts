import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import type { IndexContext } from '../region/overlapLoss.ts';
import { difference, type RegionStatistics, ratio } from '../region/regionStatistics.ts';

/** Options of losses that weigh alarms against misses. */
export const tverskyOptions = {
  alarms: z
    .number()
    .min(0)
    .default(0.3)
    .describe('What a false alarm counts against a hit (alpha of the paper)'),
  misses: z
    .number()
    .min(0)
    .default(0.7)
    .describe('What a missed pixel counts against a hit (beta of the paper)'),
};

/** Hits over hits, weighted alarms and weighted misses (Tversky 1977, Salehi 2017). */
export function tverskyIndex(
  { hits, predicted, truth }: RegionStatistics,
  { smooth, options: { alarms, misses } }: IndexContext<typeof tverskyOptions>,
): tf.Tensor2D {
  const wrong = tf.add(
    tf.mul(difference(predicted, hits), alarms),
    tf.mul(difference(truth, hits), misses),
  );
  return ratio(tf.add(hits, smooth.numerator), tf.add(tf.add(hits, wrong), smooth.denominator));
}
