import { tf } from '@raremask/tfjs';

/** Whose pixels are summed together: each image's, or the batch's. */
export type Pool = 'image' | 'batch';

/**
 * Sum over the pixels of each pool, [pools, classes], one axis after the other: float32 sums of many
 * thousand numbers in one row would lose digits.
 *
 * @param values [batch, ...space, classes]
 */
export function poolSum(values: tf.Tensor, pool: Pool): tf.Tensor2D {
  let sum = values;
  while (sum.rank > 2) sum = tf.sum(sum, sum.rank - 2);
  return (pool === 'batch' ? tf.sum(sum, 0, true) : sum) as tf.Tensor2D;
}
