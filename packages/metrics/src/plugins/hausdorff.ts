import { defineScore } from '@raremask/core';
import { z } from 'zod';
import { hausdorff, surfaceDistances } from '../surface/surfaceDistances.ts';

/** How far the surfaces are apart where they are farthest, but for the last percents. */
export default defineScore({
  name: 'hausdorff',
  api: 1,
  summary: 'How far the surfaces of prediction and truth are apart, but for the last percents',
  options: z.strictObject({
    percentile: z
      .number()
      .gt(0)
      .max(100)
      .default(95)
      .describe('Share of each surface that is looked at, in percent; 100: the Hausdorff distance'),
  }),
  create: ({ percentile }) => ({
    title: `Hausdorff distance at ${percentile} %`,
    short: `Hausdorff, ${percentile} %`,
    unit: 'mm',
    better: 'lower',
    meaning:
      'The larger one of the percentiles of the distances from one surface to the other, mean over images; in pixels where their size is not known.',
    empty:
      'Images in which prediction or truth is empty have no distance and are left out: read it beside misses and alarms.',
    measure(region) {
      const distances = surfaceDistances(region);
      return { distance: distances ? hausdorff(distances, percentile) : null };
    },
    of: (set) => set.mean('distance'),
  }),
});
