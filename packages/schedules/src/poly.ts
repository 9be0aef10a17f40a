import { API, defineSchedule } from '@raremask/core';
import { z } from 'zod';
import { between, final } from './final.ts';

/** Chen and others 2018, DeepLab: a power of the share that is left. */
export default defineSchedule({
  name: 'poly',
  api: API,
  summary: 'A power of the share of the run that is left',
  options: z.strictObject({
    final,
    power: z.number().gt(0).default(0.9).describe('Exponent; 1: a straight line'),
  }),
  create: (options) => ({
    factor: ({ done }) => between(options.final, (1 - done) ** options.power),
  }),
});
