import type { Sample } from '@raremask/core';
import { expect, test } from 'vitest';
import { KeptSamples } from '../src/reading/keptSamples.ts';

const sample: Sample = { id: 'a', size: [1, 2], image: Float32Array.of(1, 2) };

test('what follows from a kept sample is found once, of what is not kept each time', () => {
  const counted: Sample[] = [];
  const count = (one: Sample) => counted.push(one);
  const known = new WeakMap<Sample, number>();
  const kept = new KeptSamples(8);
  kept.keep('a', sample, true);
  const beside: Sample = { ...sample, id: 'b' };
  kept.keep('b', beside, true);
  expect(kept.get('b')).toBeUndefined();
  for (const one of [sample, sample, beside, beside]) kept.once(known, one, count);
  expect(counted).toEqual([sample, beside, beside]);
  expect(kept.once(known, sample, count)).toBe(1);
});

test('a data set that hands its memory over again has no part in what is kept', () => {
  const kept = new KeptSamples(8);
  kept.keep('a', sample, false);
  const counts: Sample[] = [];
  const count = (one: Sample) => counts.push(one);
  const known = new WeakMap<Sample, number>();
  const own = kept.get('a')!;
  for (const one of [sample, own, sample, own]) kept.once(known, one, count);
  expect(counts).toEqual([sample, own, sample]);
});
