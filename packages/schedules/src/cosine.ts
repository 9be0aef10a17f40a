import { API, defineSchedule } from '@raremask/core';
import { z } from 'zod';
import { between, final } from './final.ts';

/** Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts; without restarts. */
export default defineSchedule({
  name: 'cosine',
  api: API,
  summary: 'Half a cosine: slow at both ends',
  options: z.strictObject({ final }),
  create: (options) => ({
    factor: ({ done }) => between(options.final, (1 + Math.cos(Math.PI * done)) / 2),
  }),
});
