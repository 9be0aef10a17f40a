import type { RandomStream } from '@raremask/core';

/** A factor between two others; on a logarithmic scale, every one is as likely as every other. */
export function factorBetween(random: RandomStream, from: number, to: number): number {
  return from * (to / from) ** random.next();
}
