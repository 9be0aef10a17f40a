import type { Processes } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { tooFewValues } from './errors.ts';
import {
  EPSILON,
  moments,
  momentsOfAll,
  normalize,
  type StatisticSet,
  valuesInSet,
} from './normalization.ts';
import type { ParameterList, Pass } from './parameterList.ts';

/** Share of the old value in a running statistic: new = 0.9 old + 0.1 batch. */
const MOMENTUM = 0.9;

/** Places of a layer's weights in the list of the network. */
interface Places {
  readonly kernel: number;
  readonly scale: number;
  readonly shift: number;
}

/**
 * A convolution without a bias, then batch normalisation (Ioffe and Szegedy 2015) with running
 * statistics, `NAME.mean` and `NAME.variance`. In inference it is one convolution, whose kernel is
 * scaled.
 *
 * @param channels of the result
 * @param convolved the convolution of the images with a kernel
 * @param kernelAxes axes of the kernel that come after those of its outputs: 1 of a depthwise one
 */
export function batchNormalized(
  parameters: ParameterList,
  name: string,
  { kernel, scale, shift }: Places,
  channels: number,
  convolved: (inputs: readonly tf.Tensor[], kernel: tf.Tensor) => tf.Tensor,
  { epsilon = EPSILON, kernelAxes = 0 }: { epsilon?: number; kernelAxes?: 0 | 1 } = {},
): (inputs: readonly tf.Tensor[], pass: Pass) => tf.Tensor {
  const runningMean = parameters.buffer(`${name}.mean`, channels, 0);
  const runningVariance = parameters.buffer(`${name}.variance`, channels, 1);
  return (inputs, { weights, buffers, mode, renewed, processes }) => {
    const mean = buffers[runningMean]!;
    const variance = buffers[runningVariance]!;
    if (mode === 'infer') {
      const slope = tf.mul(weights[scale]!, tf.rsqrt(tf.add(variance, epsilon)));
      const spread = kernelAxes === 0 ? slope : tf.reshape(slope, [channels, 1]);
      const x = convolved(inputs, tf.mul(weights[kernel]!, spread));
      return tf.add(x, tf.sub(weights[shift]!, tf.mul(mean, slope)));
    }
    const set = { over: 'batch' } as const;
    const x = convolved(inputs, weights[kernel]!);
    requireValues(name, x, set);
    const own = moments(x, set);
    const statistics = processes ? momentsOfAll(own, processes) : own;
    const [batchMean, batchVariance] = tf.unstack(tf.reshape(statistics, [2, channels]));
    renewed[runningMean] = renew(mean, batchMean!, 1);
    renewed[runningVariance] = renew(variance, batchVariance!, unbiasing(x, processes));
    return normalize(x, statistics, weights[scale]!, weights[shift]!, epsilon);
  };
}

function renew(old: tf.Tensor, fresh: tf.Tensor, factor: number | tf.Tensor): tf.Tensor {
  const share = typeof factor === 'number' ? (1 - MOMENTUM) * factor : tf.mul(factor, 1 - MOMENTUM);
  return tf.add(tf.mul(old, MOMENTUM), tf.mul(fresh, share));
}

/** n / (n - 1), for the n values of a channel in the batch, wherever its images are. */
function unbiasing(x: tf.Tensor, processes: Processes | undefined): number | tf.Tensor {
  if (processes === undefined) {
    const values = valuesInSet(x, { over: 'batch' });
    return values / (values - 1);
  }
  const values = tf.mul(processes.images, valuesInSet(x, { over: 'instance' }));
  return tf.div(values, tf.sub(values, 1));
}

export function requireValues(name: string, x: tf.Tensor, set: StatisticSet): void {
  if (valuesInSet(x, set) < 2) throw tooFewValues(name, set.over, x.shape);
}
