import { z } from 'zod';
import { definePixelLoss } from './pixelLoss.ts';

/** Softmax cross-entropy where classes exclude each other, binary cross-entropy where they overlap. */
export default definePixelLoss({
  name: 'cross-entropy',
  summary:
    'Cross-entropy of each pixel: softmax for exclusive classes, sigmoid for overlapping ones',
  options: {
    labelSmoothing: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        'Share of each truth that is spread evenly over the classes (over yes and no where classes overlap)',
      ),
  },
  pixels: (_, { options, crossEntropy }) => crossEntropy(options.labelSmoothing),
});
