import type { RandomStream } from '@raremask/core';
import type { Pixels } from './pixels.ts';
import type { Chosen } from './rule.ts';

/** Adds one number to all intensities, up to `strength` in either direction. */
export function brightness(
  { values }: Pixels,
  random: RandomStream,
  { strength }: Chosen<'brightness'>,
): void {
  const shift = (2 * random.next() - 1) * strength;
  for (let at = 0; at < values.length; at++) values[at]! += shift;
}
