import { defineScore } from '@raremask/core';
import { z } from 'zod';

/** How much more or less is predicted than there is, wherever it lies. */
export default defineScore({
  name: 'volume-difference',
  api: 1,
  summary: 'How much more or less is predicted than there is, wherever it lies',
  options: z.strictObject({
    relative: z
      .boolean()
      .default(true)
      .describe(
        'In percent of the truth, of images with foreground; false: in millimetres to the power of the axes, of all images',
      ),
  }),
  create: ({ relative }) => ({
    title: relative ? 'Relative volume difference' : 'Volume difference',
    short: relative ? 'volume, %' : 'volume',
    unit: relative ? '%' : 'mm^n',
    better: 'lower',
    meaning: relative
      ? 'Distance of the predicted volume (in 2-D: area) from that of the truth, in percent of the truth, mean over images with foreground (Heimann et al. 2009).'
      : 'Distance of the predicted volume (in 2-D: area) from that of the truth, mean over images, in cubic (square) millimetres; in pixels where their size is not known.',
    empty: relative
      ? 'An image without foreground has no volume to compare with and is left out: read it beside alarms.'
      : 'An image without foreground counts what is predicted on it.',
    measure({ predicted, truth, size, spacing = size.map(() => 1) }) {
      const [found, real] = [count(predicted), count(truth)];
      if (!relative) return { difference: Math.abs(found - real) * product(spacing) };
      return { difference: real === 0 ? null : (100 * Math.abs(found - real)) / real };
    },
    of: (set) => set.mean('difference'),
  }),
});

function count(mask: Uint8Array): number {
  return mask.reduce((sum, pixel) => sum + pixel, 0);
}

function product(extents: readonly number[]): number {
  return extents.reduce((all, extent) => all * extent, 1);
}
