import { expect, test } from 'vitest';
import { imageLevel } from '../src/probability/imageLevel.ts';

const FILLED = [0.6, 0.2, 0.8, 0.3, 0.9, 0.5, 0.1, 0.7];
const EMPTY = [0.2, 0.5, 0, 0.3, 0.5, 0.1, 0.3, 0.6, 0.1, 0.4, 0.6, 0.2, 0.4];

function ranked(filled: readonly number[], empty: readonly number[]) {
  return [...filled, ...empty].map((probability, at) => ({
    ...{ id: `${at}`, group: `${at}`, isFilled: at < filled.length, probability },
  }));
}

test('the area is that of scipy, with ties', () => {
  // scipy 1.17.1: stats.mannwhitneyu(filled, empty).statistic / (8 * 13).
  const { auc, interval } = imageLevel(ranked(FILLED, EMPTY));
  expect(auc).toBeCloseTo(0.7019230769230769, 12);
  expect(interval![0]).toBeLessThan(auc!);
  expect(interval![1]).toBeGreaterThan(auc!);
  expect(interval![1]).toBeLessThanOrEqual(1);
});

test('the area under the curve is the area', () => {
  const { auc, curve } = imageLevel(ranked(FILLED, EMPTY));
  // By trapezoids, from the corner in which nothing is called filled.
  const points = [{ sensitivity: 0, specificity: 1 }, ...curve];
  const area = points.slice(1).reduce((sum, now, at) => {
    const before = points[at]!;
    const width = before.specificity - now.specificity;
    return sum + (width * (before.sensitivity + now.sensitivity)) / 2;
  }, 0);
  expect(area).toBeCloseTo(auc!, 12);
  expect(curve.at(-1)).toEqual({ threshold: 0, sensitivity: 1, specificity: 0 });
  expect(curve.find(({ threshold }) => threshold === 0.6)).toEqual({
    threshold: 0.6,
    sensitivity: 4 / 8,
    specificity: 11 / 13,
  });
});

test('images that are told apart have 1, those that all look the same a half, and one kind alone none', () => {
  expect(imageLevel(ranked([0.9, 0.8], [0.1, 0.2])).auc).toBe(1);
  expect(imageLevel(ranked([0.5, 0.5], [0.5, 0.5, 0.5])).auc).toBe(0.5);
  expect(imageLevel(ranked([0.5], []))).toEqual({ auc: null, interval: null, curve: [] });
});
