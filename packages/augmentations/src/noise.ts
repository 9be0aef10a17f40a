import { API, defineAugmentation, type RandomStream } from '@raremask/core';
import { z } from 'zod';
import { probability } from './options.ts';

/** Adds independent normal numbers, of a deviation up to `strength`, to all intensities. */
export default defineAugmentation({
  name: 'noise',
  api: API,
  summary: 'Adds normal noise',
  options: z.strictObject({
    probability: probability(0.2),
    strength: z.number().gt(0).default(0.1).describe('Largest deviation, in normalised units'),
  }),
  create: ({ probability, strength }) => ({
    window({ image }, draw) {
      if (draw.next() < probability) addNoise(image, draw.next() * strength, draw);
    },
  }),
});

function addNoise(image: Float32Array, deviation: number, draw: RandomStream): void {
  const next = uniformSource(draw);
  for (let at = 0; at < image.length; at += 2) {
    // Two normal numbers from a point in the unit disc (Marsaglia and Bray 1964), without sine and cosine.
    let across: number;
    let along: number;
    let square: number;
    do {
      across = 2 * next() - 1;
      along = 2 * next() - 1;
      square = across * across + along * along;
    } while (square >= 1 || square === 0);
    const radius = deviation * Math.sqrt((-2 * Math.log(square)) / square);
    image[at]! += radius * across;
    if (at + 1 < image.length) image[at + 1]! += radius * along;
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
