import { expect, test } from 'vitest';
import { spreadOf, studentT } from '../src/spread.ts';

test('the interval of a mean is by Student (values of his table)', () => {
  expect(studentT(1)).toBeCloseTo(12.706, 3);
  expect(studentT(11)).toBeCloseTo(2.201, 3);
  expect(studentT(30)).toBeCloseTo(2.042, 3);
  expect(spreadOf([])).toBe(null);
  expect(spreadOf([1])).toEqual({ count: 1, mean: 1, deviation: null, interval: null });
  const { mean, deviation, interval } = spreadOf([1, 2, 3])!;
  expect([mean, deviation]).toEqual([2, 1]);
  expect(interval![1]).toBeCloseTo(2 + 4.3027 / Math.sqrt(3), 4);
});
