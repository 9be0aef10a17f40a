import type { Facts } from '@raremask/core';

/** Two channels, two foreground classes: enough that axes are not mistaken for each other. */
export const facts = {
  space: 2,
  channels: 2,
  classes: [
    { name: 'background', value: 0 },
    { name: 'lesion', value: 1 },
    { name: 'scar', value: 2 },
  ],
  overlapping: false,
} as const satisfies Facts;

/** Whole numbers that repeat late. */
export const ramp = (length: number) => Float32Array.from({ length }, (_, at) => (at % 37) - 11);
