import type { RandomStream } from '@raremask/core';
import type { Affine } from './affine.ts';
import { factorBetween } from './between.ts';
import type { Chosen } from './rule.ts';

/** Everything larger or smaller by one factor around the middle of the window. */
export function scale(random: RandomStream, { from, to }: Chosen<'scale'>): Affine {
  const factor = factorBetween(random, from, to);
  return [1 / factor, 0, 0, 1 / factor];
}
