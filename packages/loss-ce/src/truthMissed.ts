import type { LossInput } from '@raremask/core';
import { tf } from '@raremask/tfjs';

/**
 * 1 - the probability that the truth has got: [batch, ...space, 1] where classes exclude each other,
 * [batch, ...space, classes] where they overlap.
 */
export function truthMissed(
  { probabilities, target }: Pick<LossInput, 'probabilities' | 'target'>,
  overlapping: boolean,
): tf.Tensor {
  const alarms = tf.mul(probabilities, tf.sub(1, target));
  return overlapping
    ? tf.add(alarms, tf.mul(tf.sub(1, probabilities), target))
    : tf.sum(alarms, -1, true);
}
