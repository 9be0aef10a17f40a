import type { RandomStream } from '@raremask/core';
import { blur } from './blur.ts';
import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import { gamma } from './gamma.ts';
import { noise } from './noise.ts';
import { coverBeside, type Pixels } from './pixels.ts';
import type { AugmentRule } from './rule.ts';

/** In this order: the scene first, then what a camera does to it, noise last. */
const STEPS = { gamma, contrast, brightness, blur, noise } as const;

/**
 * Changes the intensities of one window in place. Each change has a stream of its own, so that
 * switching one on leaves the others as they were. Beside the image stays 0.
 */
export function changeIntensities(pixels: Pixels, random: RandomStream, rule: AugmentRule): void {
  let changed = false;
  for (const [name, change] of Object.entries(STEPS) as [
    keyof typeof STEPS,
    (pixels: Pixels, random: RandomStream, chosen: never) => void,
  ][]) {
    const chosen = rule[name];
    if (chosen === undefined) continue;
    const own = random.fork(name);
    if (own.next() >= chosen.probability) continue;
    change(pixels, own, chosen as never);
    changed = true;
  }
  if (changed) coverBeside(pixels);
}
