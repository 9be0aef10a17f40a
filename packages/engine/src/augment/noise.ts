import type { RandomStream } from '@raremask/core';
import type { Pixels } from './pixels.ts';
import type { Chosen } from './rule.ts';

/** Adds independent normal numbers, of a deviation up to `strength`, to all intensities. */
export function noise(
  { values }: Pixels,
  random: RandomStream,
  { strength }: Chosen<'noise'>,
): void {
  const deviation = random.next() * strength;
  const next = uniformSource(random);
  for (let at = 0; at < values.length; at += 2) {
    // Both numbers of the pair that Box and Muller (1958) make of two uniform ones.
    const radius = deviation * Math.sqrt(-2 * Math.log(next()));
    const angle = 2 * Math.PI * next();
    values[at]! += radius * Math.cos(angle);
    if (at + 1 < values.length) values[at + 1]! += radius * Math.sin(angle);
  }
}

/**
 * Numbers in (0, 1], many of them and quickly: a shift register of 32 bits (Marsaglia 2003), started
 * from the window's stream.
 */
function uniformSource(random: RandomStream): () => number {
  let state = random.integer(1, 0x7fffffff);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 1) / 4294967297;
  };
}
