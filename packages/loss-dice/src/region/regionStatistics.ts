import type { LossInput } from '@raremask/core';
import { type Pool, poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';

/**
 * Sums over the pixels of a pool, each pixel taken as often as its weight says. All are
 * [pools, classes]: `pools` is the batch size, or 1 where the batch is pooled.
 */
export interface RegionStatistics {
  /** Sum of probability x truth. */
  readonly hits: tf.Tensor2D;
  /** Sum of the probabilities. */
  readonly predicted: tf.Tensor2D;
  /** Sum of the squared probabilities; made on first use. */
  readonly predictedSquares: tf.Tensor2D;
  /** Sum of the truth. */
  readonly truth: tf.Tensor2D;
  /** Sum of the weights. */
  readonly pixels: tf.Tensor2D;
}

/** Sums of one batch. `weight` is [batch, ...space, 1], or has one number for each class. */
export function regionStatistics(
  input: Pick<LossInput, 'probabilities' | 'target'>,
  weight: tf.Tensor,
  pool: Pool,
): RegionStatistics {
  const { probabilities, target } = input;
  const weighted = tf.mul(probabilities, weight);
  const classes = target.shape.at(-1)!;
  let squares: tf.Tensor2D | undefined;
  return {
    hits: poolSum(tf.mul(weighted, target), pool),
    predicted: poolSum(weighted, pool),
    truth: poolSum(tf.mul(target, weight), pool),
    pixels: tf.mul(poolSum(weight, pool), tf.ones([1, classes])),
    get predictedSquares() {
      squares ??= poolSum(tf.mul(weighted, probabilities), pool);
      return squares;
    },
  };
}

/** The statistics of the complement: what is not of the class, predicted as not of the class. */
export function complement(statistics: RegionStatistics): RegionStatistics {
  const { hits, predicted, truth, pixels } = statistics;
  return {
    hits: difference(difference(pixels, predicted), difference(truth, hits)),
    predicted: difference(pixels, predicted),
    truth: difference(pixels, truth),
    pixels,
    get predictedSquares(): tf.Tensor2D {
      const { predictedSquares } = statistics;
      return difference(tf.add(pixels, predictedSquares), tf.mul(predicted, 2));
    },
  };
}

/** What is left of a sum without a part of it: rounding must not make it negative. */
export function difference(sum: tf.Tensor2D, part: tf.Tensor2D): tf.Tensor2D {
  return tf.relu(tf.sub(sum, part));
}

/** Far below any sum of probabilities that matters; its square is still a float32. */
const GUARD = 1e-12;

/**
 * A quotient of two sums that are never negative: 0/0 is 1, as it is for e/e with the smallest e,
 * and neither the value nor the gradient overflows.
 */
export function ratio<T extends tf.Tensor>(numerator: T, denominator: T): T {
  return tf.div(tf.add(numerator, GUARD), tf.add(denominator, GUARD));
}

/** A weighted mean: 0 where there is no weight. */
export function mean<T extends tf.Tensor>(sum: T, weight: T): T {
  return tf.div(sum, tf.add(weight, tf.sub(1, tf.step(weight))));
}
