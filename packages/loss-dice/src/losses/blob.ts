import { constant, poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { smooth } from '../region/options.ts';
import { defineRegionLoss } from '../region/regionLoss.ts';
import { mean, ratio } from '../region/regionStatistics.ts';
import { dilate, spaceAxes } from '../shape/morphology.ts';
import { repeated } from '../shape/repeated.ts';

/** Blob loss (Kofler 2023), with Dice: each structure counts alike, however small it is. */
export default defineRegionLoss({
  name: 'blob',
  summary: 'Blob loss: Dice of the class, and the mean Dice of its structures one by one',
  options: {
    smooth,
    share: z
      .number()
      .positive()
      .max(1)
      .default(1 / 3)
      .describe('Share of the structures one by one; the Dice of the class has the rest'),
    structures: z
      .int()
      .min(1)
      .default(8)
      .describe('Structures of a class that are looked at in each image; time grows with it'),
    reach: z
      .int()
      .min(1)
      .default(32)
      .describe(
        'Pixels from the far end of a structure within which it is seen as one; a longer one falls into pieces',
      ),
  },
  loss:
    ({ share, structures, reach }, { smooth }) =>
    ({ probabilities, target, weight, pool, sums }) => {
      const dice = (hits: tf.Tensor2D, predicted: tf.Tensor2D, truth: tf.Tensor2D): tf.Tensor2D =>
        tf.sub(
          1,
          ratio(
            tf.add(tf.mul(hits, 2), smooth.numerator),
            tf.add(tf.add(predicted, truth), smooth.denominator),
          ),
        );
      const weighted = tf.mul(probabilities, weight);
      const outside = poolSum(tf.mul(weighted, tf.sub(1, target)), 'image');
      let left: tf.Tensor = constant(
        (truth, counted) => labels(tf.mul(truth, counted), reach),
        target,
        tf.step(weight),
      );
      let total: tf.Tensor2D = tf.zerosLike(outside);
      let count: tf.Tensor2D = tf.zerosLike(outside);
      for (let structure = 0; structure < structures; structure++) {
        const mask = constant(highestLabel, left);
        const hits = poolSum(tf.mul(weighted, mask), 'image');
        const truth = poolSum(tf.mul(mask, weight), 'image');
        const found = tf.step(truth);
        total = tf.add(total, tf.mul(dice(hits, tf.add(hits, outside), truth), found));
        count = tf.add(count, found);
        left = constant((labelled, taken) => tf.mul(labelled, tf.sub(1, taken)), left, mask);
      }
      const each = mean(poolSum(total, pool), poolSum(count, pool));
      const whole = dice(sums.hits, sums.predicted, sums.truth);
      return tf.add(tf.mul(whole, 1 - share), tf.mul(each, share));
    },
});

/**
 * A number for each structure of a mask, by its pixels: the largest of the pixels' positions, carried
 * from neighbour to neighbour (corners too). [batch, ...space, classes], 0 outside.
 */
function labels(mask: tf.Tensor, reach: number): tf.Tensor {
  const [batch, ...rest] = mask.shape as [number, ...number[]];
  const classes = rest.at(-1)!;
  const pixels = mask.size / batch / classes;
  const positions = tf.reshape(tf.range(1, pixels + 1), [1, ...rest.slice(0, -1), 1]);
  return repeated(tf.mul(mask, positions), Math.min(reach, pixels - 1), (labelled) =>
    tf.mul(dilate(labelled), mask),
  );
}

/** 1 on the structure of the highest number in each image and class, 0 elsewhere. */
function highestLabel(labelled: tf.Tensor): tf.Tensor {
  const highest = tf.max(labelled, spaceAxes(labelled), true);
  const isHighest = tf.sub(1, tf.step(tf.sub(highest, labelled)));
  return tf.mul(isHighest, tf.step(labelled));
}
