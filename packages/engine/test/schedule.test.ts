import type { Schedule } from '@raremask/core';
import { expect, test } from 'vitest';
import { rampValue } from '../src/step/ramp.ts';
import { scheduleFactor } from '../src/step/schedule.ts';

const down: Schedule = { factor: ({ done }) => 1 - done };

test('a schedule sees the share of the run that is done', () => {
  expect([0, 5, 10].map((epoch) => scheduleFactor(down, 0, epoch, 10))).toEqual([1, 0.5, 0]);
});

test('a warm-up rises to 1 before the schedule begins, which has the rest of the run', () => {
  expect(scheduleFactor(down, 2, 0, 10)).toBeLessThan(0.01);
  expect(scheduleFactor(down, 2, 1, 10)).toBeCloseTo(0.5, 2);
  expect(scheduleFactor(down, 2, 2, 10)).toBe(1);
  expect(scheduleFactor(down, 2, 6, 10)).toBe(0.5);
});

test('a warm-up does not rise above where the schedule begins', () => {
  const up: Schedule = { factor: ({ done }) => 0.1 + 0.9 * done };
  expect(scheduleFactor(up, 2, 1, 10)).toBeCloseTo(0.05, 3);
  expect(scheduleFactor(up, 2, 2, 10)).toBeCloseTo(0.1);
});

test('a ramp goes straight from one weight to the other and stays there', () => {
  const ramp = { from: 1, to: 0, epochs: 4, after: 0 };
  expect([0, 1, 4, 9].map((epoch) => rampValue(ramp, epoch))).toEqual([1, 0.75, 0, 0]);
  const later = { ...ramp, after: 2 };
  expect([0, 2, 3, 6, 9].map((epoch) => rampValue(later, epoch))).toEqual([1, 1, 0.75, 0, 0]);
  expect(rampValue(2, 9)).toBe(2);
});
