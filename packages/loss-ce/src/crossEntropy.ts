import type { LossInput } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import type { ClassWeights } from './classWeights.ts';

/**
 * Cross-entropy of each pixel, times its class weight: [batch, ...space, 1] where classes exclude
 * each other, [batch, ...space, classes] where they overlap (binary, one for each class).
 *
 * With label smoothing s the truth is 1 - s plus an even share of s; shares are taken over the
 * classes, or over yes and no. Each class's part has its class's weight.
 */
export function crossEntropy(
  { logits, logProbabilities, target }: LossInput,
  overlapping: boolean,
  weights: ClassWeights | undefined,
  labelSmoothing: number,
): tf.Tensor {
  const outcomes = overlapping ? 2 : target.shape.at(-1)!;
  const smoothed = (truth: tf.Tensor): tf.Tensor =>
    labelSmoothing === 0
      ? truth
      : tf.add(tf.mul(truth, 1 - labelSmoothing), labelSmoothing / outcomes);
  const weighted = (truth: tf.Tensor, classes: readonly number[] | undefined): tf.Tensor =>
    classes === undefined ? smoothed(truth) : tf.mul(smoothed(truth), [...classes]);
  const present = tf.mul(weighted(target, weights?.present), logProbabilities);
  if (!overlapping) return tf.neg(tf.sum(present, -1, true));
  // log(1 - sigmoid(x)) = log(sigmoid(x)) - x
  const absent = tf.mul(
    weighted(tf.sub(1, target), weights?.absent),
    tf.sub(logProbabilities, logits),
  );
  return tf.neg(tf.add(present, absent));
}
