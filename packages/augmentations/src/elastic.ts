import { API, defineAugmentation, type RandomStream } from '@raremask/core';
import { z } from 'zod';
import { probability } from './options.ts';

/**
 * A smooth random displacement (after Simard, Steinkraus and Platt 2003): independent normal numbers
 * of deviation `strength` pixels on a grid of points `spacing` pixels apart, with uniform cubic
 * B-splines between them, so that it has no folds as long as strength is well below spacing.
 */
export default defineAugmentation({
  name: 'elastic',
  api: API,
  summary: 'Bends images smoothly; images of two dimensions only',
  options: z.strictObject({
    probability: probability(0.2),
    strength: z
      .number()
      .gt(0)
      .default(3)
      .describe('Deviation of the displacement at a point of the grid, in pixels'),
    spacing: z
      .number()
      .min(2)
      .default(16)
      .describe('Distance of the points of the grid, in pixels'),
  }),
  create: ({ probability, strength, spacing }) => ({
    space: 2,
    places(size, draw) {
      if (draw.next() >= probability) return undefined;
      const [height, width] = size as [number, number];
      return {
        displacement: {
          y: smoothField(draw, height, width, strength, spacing),
          x: smoothField(draw, height, width, strength, spacing),
        },
      };
    },
  }),
});

function smoothField(
  random: RandomStream,
  height: number,
  width: number,
  strength: number,
  spacing: number,
): Float32Array {
  const rows = Math.ceil(height / spacing) + 4;
  const columns = Math.ceil(width / spacing) + 4;
  const points = Float32Array.from({ length: rows * columns }, () => strength * random.normal());
  const field = new Float32Array(height * width);
  const across = new Float32Array(rows * width);
  for (let x = 0; x < width; x++) {
    const at = Math.floor(x / spacing);
    const [a, b, c, d] = splineWeights(x / spacing - at);
    for (let row = 0; row < rows; row++) {
      const first = row * columns + at;
      across[row * width + x] =
        a * points[first]! +
        b * points[first + 1]! +
        c * points[first + 2]! +
        d * points[first + 3]!;
    }
  }
  for (let y = 0; y < height; y++) {
    const at = Math.floor(y / spacing);
    const [a, b, c, d] = splineWeights(y / spacing - at);
    const first = at * width;
    for (let x = 0; x < width; x++) {
      field[y * width + x] =
        a * across[first + x]! +
        b * across[first + width + x]! +
        c * across[first + 2 * width + x]! +
        d * across[first + 3 * width + x]!;
    }
  }
  return field;
}

/** Uniform cubic B-spline: four weights that add up to 1. */
function splineWeights(t: number): [number, number, number, number] {
  const rest = 1 - t;
  return [
    rest ** 3 / 6,
    (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
    (3 * rest ** 3 - 6 * rest ** 2 + 4) / 6,
    t ** 3 / 6,
  ];
}
