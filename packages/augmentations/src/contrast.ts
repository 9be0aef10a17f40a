import { API, defineAugmentation } from '@raremask/core';
import { z } from 'zod';
import { factorBetween } from './between.ts';
import { factors, probability } from './options.ts';
import { rangeOfChannel } from './range.ts';

/** Stretches each channel around its mean in the window by one factor. */
export default defineAugmentation({
  name: 'contrast',
  api: API,
  summary: 'Stretches intensities around their mean in the window',
  options: z.strictObject({ probability: probability(0.3), ...factors(0.75, 1.33) }),
  create: ({ probability, from, to }) => ({
    window(window, draw) {
      if (draw.next() >= probability) return;
      const factor = factorBetween(draw, from, to);
      const { image, channels } = window;
      for (let channel = 0; channel < channels; channel++) {
        const { mean } = rangeOfChannel(window, channel);
        for (let at = channel; at < image.length; at += channels) {
          image[at] = mean + factor * (image[at]! - mean);
        }
      }
    },
  }),
});
