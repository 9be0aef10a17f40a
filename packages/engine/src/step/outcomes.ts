import { type Facts, firstForeground } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import type { BatchInput } from './batchInput.ts';

/** [batch]: the weighted sum of the terms that give one number a sample. */
export function sampleLoss(
  values: readonly (tf.Tensor1D | tf.Scalar)[],
  input: BatchInput,
): tf.Tensor1D {
  const parts = values.flatMap((value, index) =>
    value.rank === 1 ? [tf.mul(value, input.termWeights[index]!) as tf.Tensor1D] : [],
  );
  return parts.reduce((left, right) => tf.add(left, right), tf.zeros([input.images.shape[0]!]));
}

/** [batch]: among counted pixels without foreground, the share that is predicted as foreground. */
export function alarmShare(facts: Facts, logits: tf.Tensor, input: BatchInput): tf.Tensor1D {
  const [batch] = logits.shape as [number, ...number[]];
  const first = firstForeground(facts);
  const classes = facts.classes.length;
  const flat = tf.reshape(logits, [batch, -1, classes]);
  const target = tf.reshape(input.target, [batch, -1, classes]);
  const foreground = (x: tf.Tensor) =>
    tf.max(tf.slice(x, [0, 0, first], [-1, -1, classes - first]), 2);
  const threshold = facts.overlapping
    ? tf.zeros([batch, 1])
    : tf.squeeze(tf.slice(flat, [0, 0, 0], [-1, -1, 1]), [2]);
  const counted = tf.cast(tf.greater(tf.reshape(input.weight, [batch, -1]), 0), 'float32');
  const empty = tf.mul(tf.sub(1, foreground(target)), counted);
  const alarms = tf.mul(tf.cast(tf.greater(foreground(flat), threshold), 'float32'), empty);
  return tf.div(tf.sum(alarms, 1), tf.maximum(tf.sum(empty, 1), 1));
}
