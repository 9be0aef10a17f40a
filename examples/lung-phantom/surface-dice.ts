import { defineScore } from '@raremask/core';
import { z } from 'zod';

/**
 * Share of both surfaces that lies near the other one (Nikolov and others 2018, "Deep learning to achieve
 * clinically applicable segmentation of head and neck anatomy"). A surface is the pixels of a mask that have
 * a neighbour outside it.
 */
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
      'Pixels of both surfaces that lie near the other one, by all of them, over all images.',
    empty:
      'The surface of an alarm on an empty image is near nothing; a quiet one changes nothing.',
    measure({ truth, predicted, size, spacing = size.map(() => 1) }) {
      const [real, found] = [surface(truth, size), surface(predicted, size)];
      const near = (from: readonly number[], to: ReadonlySet<number>) =>
        from.filter((pixel) => isNear(pixel, to, size, spacing, tolerance)).length;
      return {
        near: near(real, new Set(found)) + near(found, new Set(real)),
        all: real.length + found.length,
      };
    },
    of: (set) => (set.sum('all') === 0 ? null : set.sum('near') / set.sum('all')),
  }),
});

/** Indices of the pixels of a mask that have a neighbour outside it, or lie at the border. */
function surface(mask: Uint8Array, size: readonly number[]): number[] {
  const pixels: number[] = [];
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 0) continue;
    let stride = mask.length;
    const outside = size.some((extent) => {
      stride /= extent;
      const at = Math.floor(pixel / stride) % extent;
      const inner = at > 0 && at < extent - 1;
      return !inner || mask[pixel - stride] === 0 || mask[pixel + stride] === 0;
    });
    if (outside) pixels.push(pixel);
  }
  return pixels;
}

/** Whether a pixel of a surface lies within a distance. */
function isNear(
  pixel: number,
  surface: ReadonlySet<number>,
  size: readonly number[],
  spacing: readonly number[],
  distance: number,
): boolean {
  /** @param left what remains of the squared distance */
  const search = (axis: number, base: number, stride: number, left: number): boolean => {
    if (axis === size.length) return surface.has(base);
    const inner = stride / size[axis]!;
    const at = Math.floor(pixel / inner) % size[axis]!;
    const reach = Math.floor(Math.sqrt(left) / spacing[axis]!);
    for (let step = -reach; step <= reach; step++) {
      if (at + step < 0 || at + step >= size[axis]!) continue;
      const rest = left - (step * spacing[axis]!) ** 2;
      if (search(axis + 1, base + (at + step) * inner, inner, rest)) return true;
    }
    return false;
  };
  const pixels = size.reduce((product, extent) => product * extent, 1);
  return search(0, 0, pixels, distance ** 2);
}
