import type { AugmentedWindow } from '@raremask/core';

/** Mean, smallest and largest value of one channel, over the pixels of the image. */
export function rangeOfChannel(
  { image, channels, inside }: AugmentedWindow,
  channel: number,
): { mean: number; least: number; most: number } {
  let sum = 0;
  let count = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let pixel = 0, at = channel; pixel < inside.length; pixel++, at += channels) {
    if (inside[pixel] === 0) continue;
    const value = image[at]!;
    sum += value;
    count++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { mean: count === 0 ? 0 : sum / count, least, most };
}
