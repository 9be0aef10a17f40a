import { defineScore } from '@raremask/core';
import * as z from 'zod';

/** How far the predicted area is from the true one, in pixels. */
export default defineScore({
  name: 'template',
  api: 1,
  summary: 'Error of the predicted area',
  options: z.strictObject({
    tolerance: z.number().min(0).default(0).describe('Pixels of difference that do not count'),
  }),
  create: ({ tolerance }) => ({
    title: 'Error of the area',
    unit: 'pixels',
    better: 'lower',
    meaning: `Mean difference between the predicted and the true area, beyond ${tolerance} pixels.`,
    empty: 'An empty image counts the pixels of its false positives.',
    measure: ({ misses, alarms }) => ({
      error: Math.max(0, Math.abs(alarms - misses) - tolerance),
    }),
    of: (set) => set.mean('error'),
  }),
});
