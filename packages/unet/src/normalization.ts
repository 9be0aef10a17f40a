import type { Processes } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { spaceMean, spaceSize } from './spatial.ts';

/**
 * Which values share a mean and a variance: all of a channel in the batch (Ioffe and Szegedy 2015),
 * those of one image (Ulyanov et al. 2016), or those of a group of channels in one image (Wu and He
 * 2018).
 */
export type StatisticSet =
  | { readonly over: 'batch' }
  | { readonly over: 'instance' }
  | { readonly over: 'group'; readonly groups: number };

/** Added to a variance before its root is taken. */
export const EPSILON = 1e-5;

/** How many values of x [batch, ...space, channels] share one mean. */
export function valuesInSet(x: tf.Tensor, set: StatisticSet): number {
  const pixels = spaceSize(x);
  if (set.over === 'batch') return pixels * x.shape[0]!;
  return set.over === 'instance' ? pixels : (pixels * x.shape.at(-1)!) / set.groups;
}

/**
 * Mean and biased variance of x [batch, ...space, channels], one above the other:
 * [2, rows, channels], rows = 1 over the batch, else batch. The variance is taken about the mean.
 *
 * The gradient is in closed form: d mean / d x = 1 / n, d variance / d x = 2 (x - mean) / n.
 */
export function moments(x: tf.Tensor, set: StatisticSet): tf.Tensor3D {
  const stacked = tf.customGrad((input, save) => {
    const values = input as tf.Tensor;
    const mean = setMean(spaceMean(values), set);
    const centred = tf.sub(values, alongChannels(mean, values));
    const variance = setMean(spaceMean(tf.square(centred)), set);
    (save as tf.GradSaveFunc)([values, mean]);
    return {
      value: tf.stack([mean, variance]) as tf.Tensor,
      gradFunc: (dy: tf.Tensor, [saved, centre]) =>
        tf.tidy(() => {
          const [dMean, dVariance] = tf.unstack(dy) as [tf.Tensor, tf.Tensor];
          const slope = tf.mul(share(dVariance, saved!, set), 2);
          const offset = tf.sub(share(dMean, saved!, set), tf.mul(centre!, slope));
          return scaleAndShift(saved!, slope, offset);
        }),
    };
  });
  return stacked(x) as tf.Tensor3D;
}

/**
 * Mean and variance over all processes that share a batch, from those of each (Chan, Golub and LeVeque 1983,
 * Algorithms for computing the sample variance): the variances, and those of the means.
 *
 * @param own [2, 1, channels] of `moments` over the batch
 * @returns likewise
 */
export function momentsOfAll(own: tf.Tensor3D, { shares, gather }: Processes): tf.Tensor3D {
  const [means, variances] = tf.unstack(gather(own), 1) as [tf.Tensor, tf.Tensor];
  const weights = tf.reshape(shares, [-1, 1, 1]);
  const mean = tf.sum(tf.mul(means, weights), 0);
  const apart = tf.square(tf.sub(means, mean));
  const variance = tf.sum(tf.mul(tf.add(variances, apart), weights), 0);
  return tf.stack([mean, variance]) as tf.Tensor3D;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + shift.
 *
 * @param x [batch, ...space, channels]
 * @param statistics [2, rows, channels] of `moments`
 * @param scale [channels]
 * @param shift [channels]
 */
export function normalize(
  x: tf.Tensor,
  statistics: tf.Tensor3D,
  scale: tf.Tensor,
  shift: tf.Tensor,
  epsilon = EPSILON,
): tf.Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [values, packed, gain, offset] = inputs as tf.Tensor[];
    const save = inputs[4] as tf.GradSaveFunc;
    const [mean, variance] = tf.unstack(packed!) as [tf.Tensor, tf.Tensor];
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const slope = tf.mul(inverse, gain!);
    save([values!, mean, inverse, gain!]);
    return {
      value: scaleAndShift(values!, slope, tf.sub(offset!, tf.mul(mean, slope))),
      gradFunc: (dy: tf.Tensor, [saved, centre, root, factor]) =>
        tf.tidy(() => {
          const rows = centre!.shape[0]!;
          const total = rowSums(dy, rows);
          const moment = tf.sub(rowSums(tf.mul(dy, saved!), rows), tf.mul(centre!, total));
          const normalized = tf.mul(moment, root!);
          const weight = tf.mul(root!, factor!);
          const dMean = tf.neg(tf.mul(weight, total));
          const dVariance = tf.mul(tf.mul(tf.mul(normalized, weight), root!), -0.5);
          return [
            tf.mul(dy, alongChannels(weight, dy)),
            tf.stack([dMean, dVariance]),
            tf.sum(normalized, 0),
            tf.sum(total, 0),
          ];
        }),
    };
  });
  return apply(x, statistics, scale, shift);
}

/** x + bias [channels]; the bias's gradient without a transpose. */
export function addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const add = tf.customGrad((values, offset) => ({
    value: tf.add(values as tf.Tensor, offset as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [
      tf.reshape(dy, dy.shape),
      tf.tidy(() => tf.reshape(rowSums(dy, 1), [-1])),
    ],
  }));
  return add(x, bias);
}

/** x * slope + offset, both [rows, channels]. */
function scaleAndShift(x: tf.Tensor, slope: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(x, alongChannels(slope, x)), alongChannels(offset, x));
}

/** [rows, channels] in a shape that spreads over x [batch, ...space, channels]. */
function alongChannels(rows: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [count, channels] = rows.shape as [number, number];
  return count === 1
    ? tf.reshape(rows, [channels])
    : tf.reshape(rows, [count, ...Array(x.rank - 2).fill(1), channels]);
}

/** Mean over a set of the means of single images and channels: [batch, channels] -> [rows, channels]. */
function setMean(means: tf.Tensor2D, set: StatisticSet): tf.Tensor2D {
  if (set.over === 'batch') return tf.mean(means, 0, true);
  return set.over === 'instance' ? means : groupMean(means, set.groups);
}

/** The part of each value in the gradient of its set's statistic. */
function share(gradient: tf.Tensor, x: tf.Tensor, set: StatisticSet): tf.Tensor {
  const pixels = spaceSize(x);
  if (set.over === 'batch') return tf.div(gradient, pixels * x.shape[0]!);
  const shared = set.over === 'group' ? groupMean(gradient as tf.Tensor2D, set.groups) : gradient;
  return tf.div(shared, pixels);
}

/** The mean of each group of neighbouring channels, at each of them. */
function groupMean(x: tf.Tensor2D, groups: number): tf.Tensor2D {
  const [batch, channels] = x.shape;
  const mean = tf.mean(tf.reshape(x, [batch, groups, channels / groups]), 2, true);
  return tf.reshape(tf.mul(mean, tf.ones([1, 1, channels / groups])), [batch, channels]);
}

/** Sum over space, and over the batch where rows is 1: [rows, channels]. */
function rowSums(x: tf.Tensor, rows: number): tf.Tensor {
  const sums = tf.mul(spaceMean(x), spaceSize(x));
  return rows === 1 ? tf.sum(sums, 0, true) : sums;
}
