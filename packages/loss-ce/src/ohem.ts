import { constant } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { hardest } from './hardest.ts';
import { definePixelLoss } from './pixelLoss.ts';
import { truthMissed } from './truthMissed.ts';

/** Online hard example mining (Shrivastava 2016), on pixels. */
export default definePixelLoss({
  name: 'ohem',
  summary: 'Online hard example mining: cross-entropy of the pixels that are not yet certain',
  sumsPixels: false,
  options: {
    certain: z
      .number()
      .positive()
      .lt(1)
      .default(0.7)
      .describe('A pixel whose truth has at least this probability is left out'),
    atLeast: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Share of the pixels, those of highest loss, that is kept all the same'),
  },
  pixels: (input, { options: { certain, atLeast, pool }, overlapping, crossEntropy }) => {
    const { loss, weight } = crossEntropy();
    const uncertain = constant(
      (missed) => tf.step(tf.sub(missed, 1 - certain)),
      truthMissed(input, overlapping),
    );
    const kept = hardest(loss, weight, atLeast, pool);
    return {
      loss,
      weight: tf.add(tf.mul(weight, uncertain), tf.mul(kept, tf.sub(1, uncertain))),
    };
  },
});
