import { constant, poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { defineRegionLoss } from '../region/regionLoss.ts';
import { mean } from '../region/regionStatistics.ts';
import { distanceTo, steps } from '../shape/distance.ts';
import { reach } from '../shape/distanceOptions.ts';

/**
 * Boundary loss (Kervadec 2019): the mean of the probability times the signed distance from the true
 * outline. Less its value for the truth itself, a constant, so that it is 0 at best.
 */
export default defineRegionLoss({
  name: 'boundary',
  summary: 'Boundary: alarms and misses weighted by their distance from the true outline',
  options: { reach },
  loss: ({ reach }, { facts }) => {
    const apart = steps(facts);
    return ({ probabilities, target, weight, pool }) => {
      const distances = constant(
        (truth, counted) => signedDistance(tf.mul(truth, counted), reach, apart),
        target,
        tf.step(weight),
      );
      const errors = tf.mul(tf.sub(probabilities, target), distances);
      return mean(
        poolSum(tf.mul(errors, weight), pool),
        poolSum(tf.mul(weight, tf.onesLike(errors)), pool),
      );
    };
  },
});

/**
 * Distance from the true outline, which runs midway between pixels; negative inside. So the pixels
 * along the outline count as well.
 */
function signedDistance(truth: tf.Tensor, reach: number, apart: readonly number[]): tf.Tensor {
  const other = tf.sub(1, truth);
  const outside = tf.mul(tf.sub(distanceTo(truth, reach, apart), 0.5), other);
  const inside = tf.mul(tf.sub(distanceTo(other, reach, apart), 0.5), truth);
  return tf.sub(outside, inside);
}
