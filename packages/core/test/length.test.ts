import { expect, test } from 'vitest';
import { lengthText, millimetresOf } from '../src/index.ts';

test.each([
  ['0.5um', 0.0005],
  ['.5 um', 0.0005],
  ['0.5\u00b5m', 0.0005],
  ['0.5\u03bcm', 0.0005],
  ['250nm', 0.00025],
  ['1.25mm', 1.25],
  ['2cm', 20],
  ['0.3m', 300],
])('%s is %d mm', (text, millimetres) => {
  expect(millimetresOf(text)).toBeCloseTo(millimetres, 12);
});

test.each(['0.5', '0um', '-1um', '1 in', 'um', '1e-3mm', '', 'Infinitymm'])(
  '"%s" is no length',
  (text) => {
    expect(millimetresOf(text)).toBeUndefined();
  },
);

test.each([
  [0.00005, '50nm'],
  [0.00025, '0.25um'],
  [0.0846667, '84.67um'],
  [0.35278, '0.3528mm'],
  [1500, '1.5m'],
])('%d mm is written as %s', (millimetres, text) => {
  expect(lengthText(millimetres)).toBe(text);
  expect(millimetresOf(text)! / millimetres).toBeCloseTo(1, 3);
});
