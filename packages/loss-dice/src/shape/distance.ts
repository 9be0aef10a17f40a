import type { Facts } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { largestAlong, spaceAxes } from './morphology.ts';
import { repeated } from './repeated.ts';

/** How far apart neighbouring pixels are along each space axis, the nearest pair 1. */
export function steps({ space, spacing }: Pick<Facts, 'space' | 'spacing'>): readonly number[] {
  if (spacing === undefined) return Array.from({ length: space }, () => 1);
  const smallest = Math.min(...spacing);
  return spacing.map((extent) => extent / smallest);
}

/**
 * Euclidean distance of each pixel from the nearest pixel of a mask, at most `reach`; `reach` where
 * the mask is empty. For use inside `constant`: it has no gradient.
 *
 * Along one axis, the squared distance d^2 is the sum of the d smallest odd numbers, so `reach`
 * erosions, the k-th of which adds 2k - 1 for a step aside, give the nearest pixel exactly; the axes
 * one after the other give the distance in the plane or in space.
 *
 * @param mask [batch, ...space, channels], 0 or 1
 */
export function distanceTo(mask: tf.Tensor, reach: number, steps: readonly number[]): tf.Tensor {
  // Negative, so that an erosion is one pooling.
  let squares: tf.Tensor = tf.mul(tf.sub(mask, 1), reach * reach);
  for (const axis of spaceAxes(mask)) {
    const step = steps[axis - 1]!;
    const erosions = Math.min(Math.ceil(reach / step), mask.shape[axis]! - 1);
    squares = repeated(squares, erosions, (latest, index) => {
      const aside = tf.sub(largestAlong(latest, axis), (2 * index + 1) * step * step);
      // The larger of the two; tf.maximum takes many times as long on wasm.
      return tf.add(latest, tf.relu(tf.sub(aside, latest)));
    });
  }
  return tf.sqrt(tf.neg(squares));
}

/** 1 where an image has a pixel of a mask, [batch, 1, ..., channels]. */
export function occupied(mask: tf.Tensor): tf.Tensor {
  return tf.max(mask, spaceAxes(mask), true);
}
