import type { RandomStream } from '@raremask/core';
import { factorBetween } from './between.ts';
import { type Pixels, rangeOfChannel } from './pixels.ts';
import type { Chosen } from './rule.ts';

/** Stretches each channel around its mean in the window by one factor. */
export function contrast(
  pixels: Pixels,
  random: RandomStream,
  { from, to }: Chosen<'contrast'>,
): void {
  const factor = factorBetween(random, from, to);
  const { values, channels } = pixels;
  for (let channel = 0; channel < channels; channel++) {
    const { mean } = rangeOfChannel(pixels, channel);
    for (let at = channel; at < values.length; at += channels) {
      values[at] = mean + factor * (values[at]! - mean);
    }
  }
}
