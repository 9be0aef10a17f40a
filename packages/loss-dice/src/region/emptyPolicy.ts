import type { LossInput } from '@raremask/core';
import { type Pool, poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { mean } from './regionStatistics.ts';

type Scores = Pick<LossInput, 'logits' | 'logProbabilities' | 'probabilities'>;

/** Mean of -log(1 - probability) over the pixels of each pool, by class: [pools, classes]. */
export function absentCrossEntropy(
  input: Scores,
  weight: tf.Tensor,
  pool: Pool,
  overlapping: boolean,
): tf.Tensor2D {
  const logComplement = overlapping
    ? tf.sub(input.logProbabilities, input.logits)
    : logOtherClasses(input);
  return mean(poolSum(tf.mul(tf.neg(logComplement), weight), pool), poolSum(weight, pool));
}

/** A sum of other probabilities below this is taken from its logarithms. */
const SMALLEST_SUM = 1e-30;

/**
 * Logarithm of the probability of all other classes together, for each class. Not log(1 - p), which
 * is the logarithm of 0 where p has saturated: a confident false alarm would have no gradient. Where
 * the sum is too small for a float32, the others count as equal, with the mean of their logarithms.
 */
function logOtherClasses({ probabilities, logProbabilities }: Scores): tf.Tensor {
  const classes = probabilities.shape.at(-1)!;
  const others = tf.sub(tf.ones<tf.Rank.R2>([classes, classes]), tf.eye(classes));
  const sumOfOthers = (values: tf.Tensor) =>
    tf.reshape(tf.matMul(tf.reshape(values, [-1, classes]), others), values.shape);
  const sumOfLogarithms = sumOfOthers(logProbabilities);
  if (classes === 2) return sumOfLogarithms;
  const sum = sumOfOthers(probabilities);
  const large = tf.step(tf.sub(sum, SMALLEST_SUM));
  const small = tf.sub(1, large);
  return tf.add(
    tf.mul(tf.log(tf.add(sum, small)), large),
    tf.mul(tf.add(tf.div(sumOfLogarithms, classes - 1), Math.log(classes - 1)), small),
  );
}
