import type { LossInput } from '@raremask/core';
import { poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { power } from '../overlap/power.ts';
import { smooth } from '../region/options.ts';
import { defineRegionLoss } from '../region/regionLoss.ts';
import { difference, mean, ratio } from '../region/regionStatistics.ts';

/**
 * Unified focal loss (Yeung 2022): a focal cross-entropy of every pixel and a focal Tversky loss of
 * every class, tied together by two numbers.
 */
export default defineRegionLoss({
  name: 'unified-focal',
  summary: 'Unified focal: focal cross-entropy and focal Tversky loss with parameters in common',
  options: {
    smooth,
    symmetry: z
      .enum(['asymmetric', 'symmetric'])
      .default('asymmetric')
      .describe(
        'Asymmetric: only pixels without foreground fade, and only foreground classes are raised; symmetric: all of them',
      ),
    delta: z
      .number()
      .min(0)
      .max(1)
      .default(0.6)
      .describe(
        'Weight of foreground pixels and of misses; pixels without foreground and alarms have 1 - delta',
      ),
    gamma: z
      .number()
      .min(0)
      .lt(1)
      .default(0.5)
      .describe(
        'How much: a pixel fades by 1 - p to the power gamma, a Tversky loss is raised to 1 - gamma',
      ),
    pixels: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Share of the cross-entropy (lambda of the paper); the Tversky loss has the rest'),
  },
  loss: ({ delta, gamma, pixels, symmetry }, { facts, smooth }) => {
    const raised = facts.classes.map(
      (_, index) => +(symmetry === 'symmetric' || facts.overlapping || index > 0),
    );
    return ({ sums: { hits, predicted, truth } }) => {
      const wrong = tf.add(
        tf.mul(difference(predicted, hits), 1 - delta),
        tf.mul(difference(truth, hits), delta),
      );
      const index: tf.Tensor2D = ratio(
        tf.add(hits, smooth.numerator),
        tf.add(tf.add(hits, wrong), smooth.denominator),
      );
      const loss: tf.Tensor2D = tf.sub(1, index);
      const byClass = tf.add(
        tf.mul(power(loss, 1 - gamma), raised),
        tf.mul(
          loss,
          raised.map((choice) => 1 - choice),
        ),
      );
      return tf.mul(byClass, 1 - pixels);
    };
  },
  everywhere:
    ({ delta, gamma, pixels, symmetry }, { facts }) =>
    (region, input) => {
      const { weight, pool } = region;
      const { background, foreground } = facts.overlapping
        ? overlappingPixels(input)
        : exclusivePixels(input);
      const faded = (part: Pixels) => tf.mul(power(part.missed, gamma), part.crossEntropy);
      const loss = tf.add(
        tf.mul(faded(background), 1 - delta),
        tf.mul(symmetry === 'symmetric' ? faded(foreground) : foreground.crossEntropy, delta),
      );
      const sum = poolSum(tf.mul(loss, weight), pool);
      const counted = poolSum(tf.mul(weight, tf.onesLike(loss)), pool);
      return tf.mul(tf.mean(mean(sum, counted), 1, true), pixels);
    },
});

interface Pixels {
  /** -log of the probability of the truth, 0 where the truth is of the other kind. */
  readonly crossEntropy: tf.Tensor;
  /** 1 - the probability of the truth. */
  readonly missed: tf.Tensor;
}
type Kinds = { readonly background: Pixels; readonly foreground: Pixels };

/** All [batch, ...space, 1]. */
function exclusivePixels({ probabilities, logProbabilities, target }: LossInput): Kinds {
  const crossEntropy = tf.neg(tf.mul(target, logProbabilities));
  const missed = tf.sum(tf.mul(probabilities, tf.sub(1, target)), -1, true);
  const axis = target.rank - 1;
  const [background, foreground] = tf.split(crossEntropy, [1, target.shape[axis]! - 1], axis);
  return {
    background: { crossEntropy: background!, missed },
    foreground: { crossEntropy: tf.sum(foreground!, -1, true), missed },
  };
}

/** All [batch, ...space, classes]. */
function overlappingPixels(input: LossInput): Kinds {
  const { logits, probabilities, logProbabilities, target } = input;
  const other = tf.sub(1, target);
  return {
    background: {
      crossEntropy: tf.mul(other, tf.sub(logits, logProbabilities)),
      missed: probabilities,
    },
    foreground: {
      crossEntropy: tf.neg(tf.mul(target, logProbabilities)),
      missed: tf.sub(1, probabilities),
    },
  };
}
