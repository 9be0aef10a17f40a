import { samplerChecks } from '@raremask/conformance';
import type { Facts } from '@raremask/core';
import { describe, test } from 'vitest';
import sampler from '../src/index.ts';

const whole = [
  {},
  { length: 5 },
  { foreground: 0.5 },
  { foreground: { from: 1, to: 0.25, epochs: 3 } },
  { atLeast: 1 },
  { emptyImages: 0.3 },
  { emptyImages: { from: 0.2, to: 1, epochs: 2, schedule: 'cosine' } },
  { classBalance: 'repeat-factor' },
  { classBalance: 'inverse-frequency', atLeast: 2 },
  { hardNegatives: {} },
  { hardNegatives: { by: 'loss', share: 0.9, momentum: 0 }, foreground: 0.25, length: 3 },
];

describe('whole images', () => {
  test.each(samplerChecks(sampler, { options: whole }))('$name', ({ run }) => run());
});

describe.each([
  { space: 2 as const, window: [8, 6] },
  { space: 3 as const, window: [4, 8, 20] },
])('windows in $space-D', ({ space, window }) => {
  const facts: Facts = {
    space,
    channels: 1,
    classes: [
      { name: 'background', value: 0 },
      { name: 'lesion', value: 255 },
    ],
    overlapping: false,
  };
  const options = [
    { window },
    { window, centred: 0.5, atLeast: 1 },
    { window, centred: 1, foreground: 0.5, length: 3 },
    { window, centred: { from: 0.2, to: 1, epochs: 3 }, atLeast: 1, hardNegatives: {} },
  ];
  test.each(samplerChecks(sampler, { options, facts, batchSize: 3 }))('$name', ({ run }) => run());
});
