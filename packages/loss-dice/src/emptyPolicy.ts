import type { LossInput } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { mean, type Pool, poolSum } from './regionStatistics.ts';

/** Mean of -log(1 - probability) over the pixels of each pool, by class: [pools, classes]. */
export function absentCrossEntropy(
  input: Pick<LossInput, 'logits' | 'logProbabilities'>,
  weight: tf.Tensor,
  pool: Pool,
  overlapping: boolean,
): tf.Tensor2D {
  const logComplement = overlapping
    ? tf.sub(input.logProbabilities, input.logits)
    : logOtherClasses(input.logProbabilities);
  return mean(poolSum(tf.mul(tf.neg(logComplement), weight), pool), poolSum(weight, pool));
}

/**
 * Logarithm of the probability of all other classes together, for each class. Not log(1 - p), which
 * is the logarithm of 0 where p has saturated: a confident false alarm would have no gradient.
 */
function logOtherClasses(logProbabilities: tf.Tensor): tf.Tensor {
  const classes = tf.split(logProbabilities, logProbabilities.shape.at(-1)!, -1);
  const others = classes.map((_, index) => {
    const [first, ...rest] = classes.toSpliced(index, 1);
    return rest.length === 0 ? first! : tf.logSumExp(tf.concat([first!, ...rest], -1), -1, true);
  });
  return tf.concat(others, -1);
}
