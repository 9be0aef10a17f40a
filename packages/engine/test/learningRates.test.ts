import type { Parameter } from '@raremask/core';
import { expect, test } from 'vitest';
import { learningRateFactors } from '../src/training/learningRates.ts';

const weights: Parameter[] = [
  'encoder.0.kernel',
  'encoder.0.bias',
  'decoder.0.kernel',
  'head.kernel',
].map((name) => ({ name, shape: [1], initial: Float32Array.of(0), decay: false }));

const factors = (...groups: { match: string; learningRate: number }[]) =>
  learningRateFactors({ learningRate: 0.1, groups }, weights);

test('weights without a group have the full learning rate', () => {
  expect(factors()).toEqual([1, 1, 1, 1]);
});

test('the first group that matches a part of a name gives its learning rate', () => {
  expect(
    factors({ match: 'coder*kernel', learningRate: 0.2 }, { match: 'encoder', learningRate: 0.05 }),
  ).toEqual([2, 0.5, 2, 1]);
});

test('a group that matches nothing is refused with what is nearest', () => {
  expect(() => factors({ match: 'encodr', learningRate: 0.2 })).toThrow(/write encoder/);
  expect(() => factors({ match: 'head*bias', learningRate: 0.2 })).toThrow(
    /train\.optimizer\.groups\[0\]\.match/,
  );
});

test('a dot is a dot', () => {
  expect(() => factors({ match: 'head.k.rnel', learningRate: 0.2 })).toThrow(/no weight/);
});

test('a group that comes after one with the same weights is refused', () => {
  expect(() =>
    factors({ match: 'encoder', learningRate: 0.2 }, { match: 'encoder.0', learningRate: 0.3 }),
  ).toThrow(/groups\[1\]/);
});
