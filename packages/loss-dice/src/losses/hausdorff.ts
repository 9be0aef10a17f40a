import { constant, poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { defineRegionLoss } from '../region/regionLoss.ts';
import { mean } from '../region/regionStatistics.ts';
import { distanceTo, occupied, steps } from '../shape/distance.ts';
import { reach } from '../shape/distanceOptions.ts';

/** Hausdorff distance loss by distance transforms (Karimi & Salcudean 2019). */
export default defineRegionLoss({
  name: 'hausdorff',
  summary: 'Hausdorff distance: squared errors, weighted by how far they are from either outline',
  options: {
    reach,
    exponent: z
      .number()
      .positive()
      .default(2)
      .describe('Power of the distances (alpha of the paper)'),
  },
  loss: ({ reach, exponent }, { facts }) => {
    const apart = steps(facts);
    return ({ probabilities, target, weight, pool }) => {
      const distances = constant(
        (prediction, truth, counted) => {
          const masks = [tf.step(tf.sub(prediction, 0.5)), truth].map((mask) =>
            tf.mul(mask, counted),
          );
          const [toOutline, fromOutline] = masks.map((mask) =>
            tf.pow(distanceToOutline(mask, reach, apart), exponent),
          );
          return tf.add(toOutline!, fromOutline!);
        },
        probabilities,
        target,
        tf.step(weight),
      );
      const errors = tf.mul(tf.square(tf.sub(probabilities, target)), distances);
      return mean(
        poolSum(tf.mul(errors, weight), pool),
        poolSum(tf.mul(weight, tf.onesLike(errors)), pool),
      );
    };
  },
});

/** Distance from the nearest pixel of the other kind; 0 in an image whose mask is empty. */
function distanceToOutline(mask: tf.Tensor, reach: number, apart: readonly number[]): tf.Tensor {
  const inside = tf.mul(distanceTo(tf.sub(1, mask), reach, apart), mask);
  const outside = tf.mul(distanceTo(mask, reach, apart), tf.sub(1, mask));
  return tf.mul(tf.add(inside, outside), occupied(mask));
}
