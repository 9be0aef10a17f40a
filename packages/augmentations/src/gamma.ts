import { API, defineAugmentation } from '@raremask/core';
import { z } from 'zod';
import { factorBetween } from './between.ts';
import { factors, probability } from './options.ts';
import { rangeOfChannel } from './range.ts';

/** Steps of the curve; intensities between two of them are interpolated. */
const STEPS = 1024;

/**
 * Bends the intensities between the smallest and the largest of each channel in the window, which
 * both keep their place: share -> share to the power of gamma.
 */
export default defineAugmentation({
  name: 'gamma',
  api: API,
  summary: 'Bends intensities between the smallest and the largest in the window',
  options: z.strictObject({ probability: probability(0.3), ...factors(0.7, 1.5) }),
  create: ({ probability, from, to }) => ({
    window(window, draw) {
      if (draw.next() >= probability) return;
      const exponent = factorBetween(draw, from, to);
      const curve = Float32Array.from(
        { length: STEPS + 2 },
        (_, step) => (step / STEPS) ** exponent,
      );
      const { image, channels, inside } = window;
      for (let channel = 0; channel < channels; channel++) {
        const { least, most } = rangeOfChannel(window, channel);
        const range = most - least;
        if (!(range > 0)) continue;
        for (let pixel = 0, at = channel; pixel < inside.length; pixel++, at += channels) {
          if (inside[pixel] === 0) continue;
          const share = ((image[at]! - least) / range) * STEPS;
          const step = Math.floor(share);
          const bent = curve[step]! + (share - step) * (curve[step + 1]! - curve[step]!);
          image[at] = least + range * bent;
        }
      }
    },
  }),
});
