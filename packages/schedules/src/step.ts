import { API, defineSchedule } from '@raremask/core';
import { z } from 'zod';

export default defineSchedule({
  name: 'step',
  api: API,
  summary: 'The learning rate falls by a factor at shares of the run',
  options: z.strictObject({
    at: z
      .array(z.number().gt(0).lt(1))
      .min(1)
      .default([0.5, 0.75])
      .describe('Shares of the run at which it falls'),
    factor: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.1)
      .describe('What the learning rate is multiplied by, each time'),
  }),
  create: ({ at, factor }) => ({
    factor: ({ done }) => factor ** at.filter((share) => done >= share).length,
  }),
});
