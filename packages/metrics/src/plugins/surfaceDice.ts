import { defineScore } from '@raremask/core';
import { z } from 'zod';
import { nearBoth, surfaceDistances, surfaceOf } from '../surface/surfaceDistances.ts';

/** Share of both surfaces that lies near the other one (Nikolov et al. 2018), counted by pixels. */
export default defineScore({
  name: 'surface-dice',
  api: 1,
  summary: 'Share of both surfaces that lies near the other one',
  options: z.strictObject({
    tolerance: z
      .number()
      .gt(0)
      .default(1)
      .describe('What counts as near, in millimetres; in pixels where their size is not known'),
  }),
  create: ({ tolerance }) => ({
    title: `Surface Dice at ${tolerance}`,
    unit: 'share',
    better: 'higher',
    meaning:
      'Share of the pixels of both surfaces that lie near the other one, mean over the images with any surface.',
    empty:
      'An empty image with an alarm scores 0, as a missed one does; a quiet empty image is left out.',
    measure(region) {
      const { predicted, truth, size } = region;
      const distances = surfaceDistances(region);
      if (distances !== undefined) {
        const all = distances.predicted.length + distances.truth.length;
        return { near: nearBoth(distances, tolerance) / all };
      }
      const isAny = surfaceOf(predicted, size).includes(1) || surfaceOf(truth, size).includes(1);
      return { near: isAny ? 0 : null };
    },
    of: (set) => set.mean('near'),
  }),
});
