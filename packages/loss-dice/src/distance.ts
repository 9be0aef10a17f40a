import type { Facts } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { largestAlong, spaceAxes } from './morphology.ts';

/** How far apart neighbouring pixels are along each space axis, the nearest pair 1. */
export function steps({ space, spacing }: Pick<Facts, 'space' | 'spacing'>): readonly number[] {
  if (spacing === undefined) return Array.from({ length: space }, () => 1);
  const smallest = Math.min(...spacing);
  return spacing.map((extent) => extent / smallest);
}

/**
 * Euclidean distance of each pixel from the nearest pixel of a mask, at most `reach`; `reach` where
 * the mask is empty.
 *
 * Along one axis, the squared distance d^2 is the sum of the d smallest odd numbers, so `reach`
 * erosions, the k-th of which adds 2k - 1 for a step aside, give the nearest pixel exactly; the axes
 * one after the other give the distance in the plane or in space.
 *
 * @param mask [batch, ...space, channels], 0 or 1
 */
export function distanceTo(mask: tf.Tensor, reach: number, steps: readonly number[]): tf.Tensor {
  let squares: tf.Tensor = tf.mul(tf.sub(1, mask), reach * reach);
  for (const axis of spaceAxes(mask)) {
    const step = steps[axis - 1]!;
    const erosions = Math.min(Math.ceil(reach / step), mask.shape[axis]! - 1);
    for (let erosion = 1; erosion <= erosions; erosion++) {
      const aside = tf.neg(largestAlong(tf.neg(squares), axis));
      squares = tf.minimum(squares, tf.add(aside, (2 * erosion - 1) * step * step));
    }
  }
  return tf.sqrt(squares);
}

/** 1 where an image has a pixel of a mask, [batch, 1, ..., channels]. */
export function occupied(mask: tf.Tensor): tf.Tensor {
  return tf.max(mask, spaceAxes(mask), true);
}
