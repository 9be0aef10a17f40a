import type { Facts } from '@raremask/core';

/** One channel, one structure: the least there is. */
export const twoClasses: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'structure', value: 1 },
  ],
  overlapping: false,
};
