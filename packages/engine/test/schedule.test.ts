import { expect, test } from 'vitest';
import { rampValue } from '../src/step/ramp.ts';
import { scheduleFactor } from '../src/step/schedule.ts';

const base = { warmup: 0, final: 0, power: 0.9 };

test('a constant schedule stays at 1', () => {
  expect(scheduleFactor({ ...base, use: 'constant' }, 7, 10)).toBe(1);
});

test('a cosine goes from 1 over a half to the final share', () => {
  const schedule = { ...base, use: 'cosine' as const };
  expect(scheduleFactor(schedule, 0, 10)).toBe(1);
  expect(scheduleFactor(schedule, 5, 10)).toBeCloseTo(0.5, 12);
  expect(scheduleFactor(schedule, 10, 10)).toBeCloseTo(0, 12);
  expect(scheduleFactor({ ...schedule, final: 0.1 }, 10, 10)).toBeCloseTo(0.1, 12);
});

test('a polynomial falls with its power', () => {
  const schedule = { ...base, use: 'poly' as const };
  expect(scheduleFactor(schedule, 5, 10)).toBeCloseTo(0.5 ** 0.9, 12);
});

test('a warm-up rises to 1 before the schedule begins', () => {
  const schedule = { ...base, use: 'cosine' as const, warmup: 2 };
  expect(scheduleFactor(schedule, 0, 10)).toBeLessThan(0.01);
  expect(scheduleFactor(schedule, 1, 10)).toBeCloseTo(0.5, 2);
  expect(scheduleFactor(schedule, 2, 10)).toBe(1);
});

test('a ramp goes straight from one weight to the other and stays there', () => {
  const ramp = { from: 1, to: 0, epochs: 4 };
  expect([0, 1, 4, 9].map((epoch) => rampValue(ramp, epoch))).toEqual([1, 0.75, 0, 0]);
  expect(rampValue(2, 9)).toBe(2);
});
