import { expect, test } from 'vitest';
import { lookedAt, stepsApart } from '../src/training/looks.ts';

test('four looks are within 200 steps of any epoch that is long enough to be looked into', () => {
  expect(stepsApart(48)).toBeUndefined();
  expect(stepsApart(49)).toBe(25);
  expect(stepsApart(1000)).toBe(48);
  for (let steps = 49; steps < 3000; steps++) expect(4 * stepsApart(steps)!).toBeLessThan(200);
});

const IDS = Array.from({ length: 40 }, (_, index) => `${index}`);
/** Every fifth image shows foreground, and each has 100 pixels. */
const CHOICE = {
  ids: IDS,
  hasForeground: (id: string) => Number(id) % 5 === 0,
  pixels: () => 100,
};

test('eight images of each kind, spread over the split', () => {
  const ids = lookedAt({ ...CHOICE, trained: 20 * 1600 });
  expect(ids.slice(0, 8)).toEqual(['0', '5', '10', '15', '20', '25', '30', '35']);
  // Of 32 without foreground every fourth.
  expect(ids.slice(8)).toEqual(['1', '6', '11', '16', '21', '26', '31', '36']);
});

test('fewer where they would cost more than a twentieth of the pixels, and none where two would', () => {
  expect(lookedAt({ ...CHOICE, trained: 20 * 1599 })).toHaveLength(14);
  expect(lookedAt({ ...CHOICE, trained: 20 * 200 })).toHaveLength(2);
  expect(lookedAt({ ...CHOICE, trained: 20 * 199 })).toEqual([]);
});
