import { defineScore } from '@raremask/core';
import { averageDistance, surfaceDistances } from '../surface/surfaceDistances.ts';

/** How far the surfaces are apart on average. */
export default defineScore({
  name: 'surface-distance',
  api: 1,
  summary: 'How far the surfaces of prediction and truth are apart on average',
  create: () => ({
    title: 'Average surface distance',
    unit: 'mm',
    better: 'lower',
    meaning:
      'Mean distance of the pixels of both surfaces to the other one, mean over images; in pixels where their size is not known.',
    empty:
      'Images in which prediction or truth is empty have no distance and are left out: read it beside misses and alarms.',
    measure(region) {
      const distances = surfaceDistances(region);
      return { distance: distances ? averageDistance(distances) : null };
    },
    of: (set) => set.mean('distance'),
  }),
});
