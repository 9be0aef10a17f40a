import type { RandomStream } from '@raremask/core';
import { factorBetween } from './between.ts';
import { type Pixels, rangeOfChannel } from './pixels.ts';
import type { Chosen } from './rule.ts';

/** Steps of the curve; intensities between two of them are interpolated. */
const STEPS = 1024;

/**
 * Bends the intensities between the smallest and the largest of each channel in the window, which
 * both keep their place: share -> share to the power of gamma.
 */
export function gamma(pixels: Pixels, random: RandomStream, { from, to }: Chosen<'gamma'>): void {
  const exponent = factorBetween(random, from, to);
  const curve = Float32Array.from({ length: STEPS + 2 }, (_, step) => (step / STEPS) ** exponent);
  const { values, channels, inside } = pixels;
  for (let channel = 0; channel < channels; channel++) {
    const { least, most } = rangeOfChannel(pixels, channel);
    const range = most - least;
    if (!(range > 0)) continue;
    for (let pixel = 0, at = channel; pixel < inside.length; pixel++, at += channels) {
      if (inside[pixel] === 0) continue;
      const share = ((values[at]! - least) / range) * STEPS;
      const step = Math.floor(share);
      const bent = curve[step]! + (share - step) * (curve[step + 1]! - curve[step]!);
      values[at] = least + range * bent;
    }
  }
}
