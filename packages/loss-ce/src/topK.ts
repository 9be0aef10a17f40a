import { z } from 'zod';
import { hardest } from './hardest.ts';
import { definePixelLoss } from './pixelLoss.ts';

/** Cross-entropy of the hardest pixels (Wu 2016). */
export default definePixelLoss({
  name: 'top-k',
  summary: 'Top-k cross-entropy: the mean over the share of the pixels that has the highest loss',
  sumsPixels: false,
  options: {
    share: z
      .number()
      .positive()
      .max(1)
      .default(0.1)
      .describe('Share of the pixels that is kept: of each image, or of the batch, as `pool` says'),
  },
  pixels: (_, { options: { share, pool }, crossEntropy }) => {
    const { loss, weight } = crossEntropy();
    return { loss, weight: hardest(loss, weight, share, pool) };
  },
});
