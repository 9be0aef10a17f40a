import type { RandomStream } from '@raremask/core';
import type { Affine } from './affine.ts';
import type { Chosen } from './rule.ts';

/** A rotation of the plane by any angle up to `degrees` in either direction. */
export function turn(random: RandomStream, { degrees }: Chosen<'turn'>): Affine {
  const angle = ((2 * random.next() - 1) * degrees * Math.PI) / 180;
  return rotation(angle);
}

/** Where a pixel comes from, relative to the middle, in a picture turned counter-clockwise. */
export function rotation(angle: number): Affine {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [cosine, sine, -sine, cosine];
}
