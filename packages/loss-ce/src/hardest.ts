import { constant } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import type { SharedOptions } from './options.ts';

/** Halvings after which a threshold is as sharp as a float32. */
const HALVINGS = 32;

/**
 * Weights of the pixels of highest loss that together have this share of the weight of their pool;
 * 0 elsewhere. Pixels of the same loss on the border share what is left of it. Constant when the
 * gradient is taken.
 *
 * The threshold is found by halving, not by sorting: that takes only sums, and a pixel of weight 2
 * is the same as two pixels.
 *
 * @param loss [batch, ...space, 1 or classes]; each of the last axis has a threshold of its own
 * @param weight [batch, ...space, 1]
 */
export function hardest(
  loss: tf.Tensor,
  weight: tf.Tensor,
  share: number,
  pool: SharedOptions['pool'],
): tf.Tensor {
  const axes = loss.shape
    .slice(0, -1)
    .map((_, axis) => axis)
    .slice(pool === 'batch' ? 0 : 1);
  return constant(
    (values, times) => {
      const weightAbove = (threshold: tf.Tensor) =>
        tf.tidy(() => poolSum(tf.mul(tf.step(tf.sub(values, threshold)), times), axes));
      const wanted = tf.mul(poolSum(tf.mul(tf.onesLike(values), times), axes), share);
      let high: tf.Tensor = tf.max(values, axes, true);
      let low: tf.Tensor = tf.sub(tf.min(values, axes, true), 1);
      for (let halving = 0; halving < HALVINGS; halving++) {
        const middle = tf.div(tf.add(low, high), 2);
        const tooMany = tf.step(tf.sub(weightAbove(middle), wanted));
        low = chosen(tooMany, middle, low);
        high = chosen(tooMany, high, middle);
      }
      const above = tf.step(tf.sub(values, high));
      const border = tf.sub(tf.step(tf.sub(values, low)), above);
      const onBorder = poolSum(tf.mul(border, times), axes);
      const left = tf.relu(tf.sub(wanted, weightAbove(high)));
      const part = tf.minimum(tf.div(left, tf.add(onBorder, tf.sub(1, tf.step(onBorder)))), 1);
      return tf.mul(times, tf.add(above, tf.mul(border, part)));
    },
    loss,
    weight,
  );
}

/** Sum over some axes, one after the other, which keep the extent 1. */
function poolSum(values: tf.Tensor, axes: readonly number[]): tf.Tensor {
  return axes.reduceRight((sum, axis) => tf.sum(sum, axis, true), values);
}

/** The first where the choice is 1, the second where it is 0. */
function chosen(choice: tf.Tensor, first: tf.Tensor, second: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(choice, first), tf.mul(tf.sub(1, choice), second));
}
