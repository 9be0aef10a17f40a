import { type Facts, firstForeground } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { logitsShape } from '../errors.ts';
import type { BatchInput } from './batchInput.ts';

/**
 * Mean binary cross-entropy of what a network says of whole images (or windows): 1 where any pixel that
 * counts has foreground. Images without a pixel that counts have no say.
 *
 * @param logits [batch, 1]
 */
export function imageLoss(
  facts: Facts,
  logits: tf.Tensor,
  { target, weight }: Pick<BatchInput, 'target' | 'weight'>,
): tf.Scalar {
  const batch = target.shape[0]!;
  if (logits.shape.join() !== [batch, 1].join()) {
    throw logitsShape('model (image output)', logits.shape, [batch, 1]);
  }
  const counted = tf.cast(tf.greater(weight, 0), 'float32');
  const classes = facts.classes.length;
  const first = firstForeground(facts);
  const foreground = tf.slice(
    tf.reshape(tf.mul(target, counted), [batch, -1, classes]),
    [0, 0, first],
    [-1, -1, classes - first],
  );
  const truth = tf.cast(tf.greater(tf.max(foreground, [1, 2]), 0), 'float32');
  const known = tf.max(tf.reshape(counted, [batch, -1]), 1);
  const z = tf.reshape(logits, [batch]);
  // log(1 + exp(z)) - z truth, without overflow.
  const softplus = tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
  const each = tf.mul(tf.sub(softplus, tf.mul(z, truth)), known);
  return tf.div(tf.sum(each), tf.maximum(tf.sum(known), 1)) as tf.Scalar;
}
