import { type Facts, firstForeground, type LossInput, type Outputs } from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { logitsShape } from '../errors.ts';
import type { BatchInput } from './batchInput.ts';

/** What the losses see of one output, and its share in their sum; the shares sum to 1. */
interface Supervised {
  readonly seen: LossInput;
  readonly share: number;
}

/** The logits first, then the auxiliary ones (deep supervision), each with the truth at its grid. */
export function supervised(facts: Facts, outputs: Outputs, input: BatchInput): Supervised[] {
  const { logits, auxiliary = [] } = outputs;
  const total = auxiliary.reduce((sum, { weight }) => sum + weight, 1);
  return [
    { seen: lossInput(facts, logits, input.target, input.weight), share: 1 / total },
    ...auxiliary.map(({ logits: coarse, weight }) => {
      const truth = coarserTruth(facts, coarse.shape, input);
      return { seen: lossInput(facts, coarse, truth.target, truth.weight), share: weight / total };
    }),
  ];
}

/**
 * The truth at a coarser grid. A block of pixels with any foreground that counts belongs to that of its
 * classes that has the most pixels in it, so that no structure vanishes (nnU-Net takes the nearest
 * pixel, which small structures do not survive); of overlapping classes it belongs to each that is in
 * it. It counts as much as its pixels do on average.
 *
 * @param shape of the logits: [batch, ...space, classes]
 */
export function coarserTruth(
  facts: Facts,
  shape: readonly number[],
  { target, weight }: Pick<BatchInput, 'target' | 'weight'>,
): { readonly target: tf.Tensor; readonly weight: tf.Tensor } {
  const factors = target.shape.slice(1, -1).map((extent, axis) => extent / shape[axis + 1]!);
  const classes = facts.classes.length;
  if (
    shape.length !== target.rank ||
    shape.at(-1) !== classes ||
    !factors.every(Number.isInteger)
  ) {
    const expected = [...target.shape.slice(0, -1).map((extent) => `${extent} / n`), classes];
    throw logitsShape('model (auxiliary output)', shape, expected);
  }
  const counted = tf.cast(tf.greater(weight, 0), 'float32');
  const shares = blockMeans(tf.mul(target, counted), factors);
  const first = firstForeground(facts);
  const own = tf.slice(shares, [...shape.slice(0, -1).map(() => 0), first]);
  const any = tf.cast(tf.greater(own, 0), 'float32');
  const coarse = facts.overlapping ? any : exclusive(own, tf.max(any, -1, true));
  return { target: coarse, weight: blockMeans(weight, factors) };
}

/** @param own shares of the foreground classes @param any [..., 1]: 1 where one of them is there */
function exclusive(own: tf.Tensor, any: tf.Tensor): tf.Tensor {
  const classes = own.shape.at(-1)!;
  if (classes === 1) return tf.concat([tf.sub(1, any), any], -1);
  const most = tf.oneHot(tf.argMax(own, -1) as tf.Tensor1D, classes);
  return tf.concat([tf.sub(1, any), tf.mul(tf.cast(most, 'float32'), any)], -1);
}

function blockMeans(x: tf.Tensor, factors: readonly number[]): tf.Tensor {
  return x.rank === 4
    ? tf.avgPool(
        x as tf.Tensor4D,
        factors as [number, number],
        factors as [number, number],
        'valid',
      )
    : tf.avgPool3d(
        x as tf.Tensor5D,
        factors as [number, number, number],
        factors as [number, number, number],
        'valid',
      );
}
