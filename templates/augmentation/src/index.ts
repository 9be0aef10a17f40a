import { defineAugmentation } from '@raremask/core';
import * as z from 'zod';

/** A bright line now and then, as a scanner leaves it. */
export default defineAugmentation({
  name: 'template',
  api: 1,
  summary: 'A bright line now and then',
  options: z.strictObject({
    probability: z.number().min(0).max(1).default(0.3).describe('Share of windows with a line'),
    brightness: z.number().default(2).describe('Intensity of the line, in standard deviations'),
  }),
  create: ({ probability, brightness }) => ({
    window({ image, size, channels }, draw) {
      if (draw.next() >= probability) return;
      // The last space axis runs fastest: one line of it is so many numbers.
      const line = size.at(-1)! * channels;
      const first = draw.integer(0, image.length / line - 1) * line;
      image.fill(brightness, first, first + line);
    },
  }),
});
