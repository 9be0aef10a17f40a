import { defineSchedule } from '@raremask/core';
import * as z from 'zod';

/** The learning rate falls in a straight line from its full value to a share of it. */
export default defineSchedule({
  name: 'template',
  api: 1,
  summary: 'The learning rate falls in a straight line',
  options: z.strictObject({
    final: z.number().min(0).max(1).default(0).describe('Share that is left at the end'),
  }),
  create: ({ final }) => ({
    factor: ({ done }) => 1 - (1 - final) * done,
  }),
});
