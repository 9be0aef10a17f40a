import { API, defineAugmentation, facts, IGNORE } from '@raremask/core';
import { labelDepth } from '@raremask/metrics';
import { z } from 'zod';
import { probability } from './options.ts';

/**
 * Covers one rectangle (after DeVries and Taylor 2017) of the last two axes with the intensity 0.
 * What nobody can see is not judged.
 */
export default defineAugmentation({
  name: 'cutout',
  api: API,
  summary: 'Covers a rectangle, which then does not count',
  options: z.strictObject({
    probability: probability(0.2),
    size: z
      .number()
      .gt(0)
      .max(1)
      .default(0.25)
      .describe('Largest extent of the rectangle, as a share of the window'),
  }),
  needs: { facts },
  create({ probability, size: largest }, { facts }) {
    const depth = labelDepth(facts);
    return {
      window({ image, channels, labels, size, drawn }, draw) {
        if (draw.next() >= probability) return;
        const [height, width] = size.slice(-2) as [number, number];
        const [rows, columns] = drawn.slice(-2) as [number, number];
        const extent = (of: number) => Math.max(Math.round(of * largest * (1 - draw.next())), 1);
        const [tall, wide] = [extent(rows), extent(columns)];
        const top = draw.integer(0, rows - tall);
        const left = draw.integer(0, columns - wide);
        const pixels = labels.length / depth;
        for (let plane = 0; plane < pixels; plane += height * width) {
          for (let y = top; y < top + tall; y++) {
            const first = plane + y * width + left;
            image.fill(0, first * channels, (first + wide) * channels);
            labels.fill(IGNORE, first * depth, (first + wide) * depth);
          }
        }
      },
    };
  },
});
