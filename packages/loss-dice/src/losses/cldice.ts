import { poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { smooth } from '../region/options.ts';
import { defineRegionLoss } from '../region/regionLoss.ts';
import { ratio } from '../region/regionStatistics.ts';
import { dilate, erode } from '../shape/morphology.ts';

/** Soft clDice (Shit 2021): the overlap of each skeleton with the other mask. */
export default defineRegionLoss({
  name: 'cldice',
  summary: 'Soft clDice: how far each skeleton lies inside the other mask, for thin structures',
  options: {
    smooth,
    iterations: z
      .int()
      .min(1)
      .default(3)
      .describe('Erosions of the skeleton: half the width, in pixels, of the widest structure'),
  },
  loss:
    ({ iterations }, { smooth }) =>
    ({ probabilities, target, weight, pool }) => {
      // What is not counted is as good as background to its neighbours.
      const counted = tf.step(weight);
      const prediction = tf.mul(probabilities, counted);
      const truth = tf.mul(target, counted);
      const inside = (one: tf.Tensor, other: tf.Tensor) => {
        const skeleton = tf.mul(softSkeleton(one, iterations), weight);
        return ratio(
          tf.add(poolSum(tf.mul(skeleton, other), pool), smooth.numerator),
          tf.add(poolSum(skeleton, pool), smooth.denominator),
        );
      };
      const precision = inside(prediction, truth);
      const sensitivity = inside(truth, prediction);
      return tf.sub(
        1,
        ratio(tf.mul(tf.mul(precision, sensitivity), 2), tf.add(precision, sensitivity)),
      );
    },
});

/** Skeleton of [batch, ...space, classes] by openings of ever more eroded images (Shit 2021). */
function softSkeleton(image: tf.Tensor, iterations: number): tf.Tensor {
  let eroded = image;
  let skeleton = tf.relu(tf.sub(image, dilate(erode(image))));
  for (let iteration = 0; iteration < iterations; iteration++) {
    eroded = erode(eroded);
    const found = tf.relu(tf.sub(eroded, dilate(erode(eroded))));
    skeleton = tf.add(skeleton, tf.relu(tf.sub(found, tf.mul(skeleton, found))));
  }
  return skeleton;
}
