import type { Parameter } from '@raremask/core';
import { expect, test } from 'vitest';
import { frozenWeights } from '../src/training/frozen.ts';

const weights: Parameter[] = ['encoder.0.kernel', 'encoder.0.bias', 'head.kernel'].map((name) => ({
  name,
  shape: [1],
  initial: Float32Array.of(0),
  decay: false,
}));

test('weights whose names contain a pattern are frozen', () => {
  expect(frozenWeights([], weights)).toEqual([false, false, false]);
  expect(frozenWeights(['encoder*kernel'], weights)).toEqual([true, false, false]);
  expect(frozenWeights(['encoder', 'bias'], weights)).toEqual([true, true, false]);
});

test('a pattern that matches nothing is refused with what is nearest, and so are all weights', () => {
  expect(() => frozenWeights(['encoder', 'hed'], weights)).toThrow(
    /model\.freeze\[1\].*write head/s,
  );
  expect(() => frozenWeights(['kernel', 'bias'], weights)).toThrow(/all 3 weights/);
});
