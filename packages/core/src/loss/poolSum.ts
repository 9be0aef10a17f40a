import { tf } from '@raremask/tfjs';

/** Whose pixels are summed together: each image's, or the batch's. */
export type Pool = 'image' | 'batch';

/** Sums a tensor over the processes that share a batch. */
type Join = (x: tf.Tensor) => tf.Tensor;

let join: Join | undefined;

/**
 * Sum over the pixels of each pool, [pools, classes], one axis after the other: float32 sums of many
 * thousand numbers in one row would lose digits. Where several processes share each batch of a training,
 * the batch is that of all of them.
 *
 * @param values [batch, ...space, classes]
 */
export function poolSum(values: tf.Tensor, pool: Pool): tf.Tensor2D {
  let sum = values;
  while (sum.rank > 2) sum = tf.sum(sum, sum.rank - 2);
  if (pool === 'image') return sum as tf.Tensor2D;
  const own = tf.sum(sum, 0, true) as tf.Tensor2D;
  return join ? (join(own) as tf.Tensor2D) : own;
}

/**
 * Calls losses whose batch several processes share. For whoever trains with them; losses call `poolSum`.
 *
 * @param over its gradient goes back to all processes; undefined where there are no others
 */
export function withJoinedPools<T>(over: Join | undefined, run: () => T): T {
  const before = join;
  join = over;
  try {
    return run();
  } finally {
    join = before;
  }
}
