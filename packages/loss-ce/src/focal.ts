import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { definePixelLoss } from './pixelLoss.ts';
import { truthMissed } from './truthMissed.ts';

/** Added to what is raised, so that the slope is finite at 0 for exponents below 1. */
const GUARD = 1e-7;

/** Focal loss (Lin 2017). */
export default definePixelLoss({
  name: 'focal',
  summary: 'Focal loss: cross-entropy that fades where the truth has a high probability',
  options: {
    gamma: z
      .number()
      .min(0)
      .default(2)
      .describe(
        'Power of 1 - p, by which the cross-entropy of a pixel is multiplied (p is the probability of its truth); 0 is cross-entropy',
      ),
  },
  pixels: (input, { options: { gamma }, overlapping, crossEntropy }) => {
    const { loss, weight } = crossEntropy();
    const missed = truthMissed(input, overlapping);
    return { loss: tf.mul(loss, tf.pow(tf.add(missed, GUARD), gamma)), weight };
  },
});
