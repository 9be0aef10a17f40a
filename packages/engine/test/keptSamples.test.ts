import type { Sample } from '@raremask/core';
import { expect, test } from 'vitest';
import { asItIs } from '../src/intensities/scale.ts';
import { KeptSamples } from '../src/reading/keptSamples.ts';

const sample: Sample = { id: 'a', size: [1, 2], image: Float32Array.of(1, 2) };

test('what a kept sample is normalised with is counted once, of what is not kept each time', async () => {
  const counted: Sample[] = [];
  const count = async (one: Sample) => {
    counted.push(one);
    return asItIs(counted.length);
  };
  const kept = new KeptSamples(8);
  kept.keep('a', sample, true);
  const beside: Sample = { ...sample, id: 'b' };
  kept.keep('b', beside, true);
  expect(kept.get('b')).toBeUndefined();
  for (const one of [sample, sample, beside, beside]) await kept.scaleOf(one, count);
  expect(counted).toEqual([sample, beside, beside]);
  expect((await kept.scaleOf(sample, count)).mean).toEqual([0]);
});

test('a data set that hands its memory over again has no part in what is kept', async () => {
  const kept = new KeptSamples(8);
  kept.keep('a', sample, false);
  const counts: Sample[] = [];
  const count = async (one: Sample) => {
    counts.push(one);
    return asItIs(1);
  };
  const own = kept.get('a')!;
  for (const one of [sample, own, sample, own]) await kept.scaleOf(one, count);
  expect(counts).toEqual([sample, own, sample]);
});
