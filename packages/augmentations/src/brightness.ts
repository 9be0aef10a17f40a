import { API, defineAugmentation } from '@raremask/core';
import { z } from 'zod';
import { probability } from './options.ts';

/** Adds one number to all intensities, up to `strength` in either direction. */
export default defineAugmentation({
  name: 'brightness',
  api: API,
  summary: 'Adds one number to all intensities',
  options: z.strictObject({
    probability: probability(0.3),
    strength: z.number().gt(0).default(0.2).describe('Largest shift, in normalised units'),
  }),
  create: ({ probability, strength }) => ({
    window({ image }, draw) {
      if (draw.next() >= probability) return;
      const shift = (2 * draw.next() - 1) * strength;
      for (let at = 0; at < image.length; at++) image[at]! += shift;
    },
  }),
});
