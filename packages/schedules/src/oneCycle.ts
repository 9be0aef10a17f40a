import { API, defineSchedule } from '@raremask/core';
import { z } from 'zod';
import { between } from './final.ts';

/** Smith and Topin 2018, Super-convergence: up to the full rate and down again, both by half a cosine. */
export default defineSchedule({
  name: 'one-cycle',
  api: API,
  summary: 'Up to the full learning rate and down again, to far below the beginning',
  options: z.strictObject({
    rise: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.3)
      .describe('Share of the run in which the learning rate rises'),
    initial: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.04)
      .describe('Learning rate at the beginning, as a share of the full one'),
    final: z
      .number()
      .min(0)
      .lt(1)
      .default(4e-6)
      .describe('Learning rate at the end, as a share of the full one'),
  }),
  create: ({ rise, initial, final }) => ({
    factor: ({ done }) => {
      const half = (share: number) => (1 + Math.cos(Math.PI * share)) / 2;
      return done < rise
        ? between(initial, 1 - half(done / rise))
        : between(final, half((done - rise) / (1 - rise)));
    },
  }),
});
