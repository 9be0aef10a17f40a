import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { power } from '../overlap/power.ts';
import { tverskyIndex, tverskyOptions } from '../overlap/tverskyIndex.ts';
import { defineOverlapLoss } from '../region/overlapLoss.ts';

/** Focal Tversky loss (Abraham & Khan 2019): each class's loss to a power, before the mean. */
export default defineOverlapLoss({
  name: 'focal-tversky',
  summary: 'Focal Tversky: the Tversky loss of each class, to a power',
  options: {
    ...tverskyOptions,
    exponent: z
      .number()
      .positive()
      .default(0.75)
      .describe(
        'Power of each class’s Tversky loss (1/gamma of the paper): below 1 it looks at classes that are nearly right, above 1 at those that are far off',
      ),
  },
  index: tverskyIndex,
  transform: (index, { exponent }) => power(tf.sub(1, index), exponent),
});
