import { type Affine, API, defineAugmentation } from '@raremask/core';
import { z } from 'zod';
import { probability } from './options.ts';

/** A rotation of the plane by any angle up to `degrees` in either direction. */
export default defineAugmentation({
  name: 'turn',
  api: API,
  summary: 'Turns images by any angle; images of two dimensions only',
  options: z.strictObject({
    probability: probability(0.3),
    degrees: z.number().gt(0).max(180).default(15).describe('Largest angle, in either direction'),
  }),
  create: ({ probability, degrees }) => ({
    space: 2,
    places(_size, draw) {
      if (draw.next() >= probability) return undefined;
      const angle = ((2 * draw.next() - 1) * degrees * Math.PI) / 180;
      return { affine: rotation(angle) };
    },
  }),
});

/** Where a pixel comes from, relative to the middle, in a picture turned counter-clockwise. */
function rotation(angle: number): Affine {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [cosine, sine, -sine, cosine];
}
