import { API, defineAugmentation } from '@raremask/core';
import { z } from 'zod';
import { factorBetween } from './between.ts';
import { factors, probability } from './options.ts';

/** Everything larger or smaller by one factor around the middle of the window. */
export default defineAugmentation({
  name: 'scale',
  api: API,
  summary: 'Makes everything larger or smaller; images of two dimensions only',
  options: z.strictObject({ probability: probability(0.3), ...factors(0.8, 1.25) }),
  create: ({ probability, from, to }) => ({
    space: 2,
    places(_size, draw) {
      if (draw.next() >= probability) return undefined;
      const factor = factorBetween(draw, from, to);
      return { affine: [1 / factor, 0, 0, 1 / factor] };
    },
  }),
});
