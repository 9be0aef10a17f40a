import { expect, test } from 'vitest';
import { type PairedImage, pairedDifferences } from '../src/paired.ts';

const counts = (hits: number, misses: number, alarms: number) => ({
  ...{ pixels: 64, hits, misses, alarms },
  ...{ structures: Number(hits + misses > 0), structuresFound: Number(hits > 0) },
  falseStructures: Number(hits === 0 && alarms > 0),
});

/** Images with foreground: the left one finds `left` of ten pixels, the right one two more. */
const filled = (left: number, index: number): PairedImage => ({
  ...{ id: `f${index}`, group: `f${index}`, isFilled: true },
  ...{ left: counts(left, 10 - left, 0), right: counts(left + 2, 8 - left, 0) },
});
const empty = (index: number, left: number, right: number): PairedImage => ({
  ...{ id: `e${index}`, group: `e${index}`, isFilled: false },
  ...{ left: counts(0, 0, left), right: counts(0, 0, right) },
});

test('a difference by image is surer than the two scores are', () => {
  // Recall is 0.1 to 0.8 on the left and two tenths more on every image on the right.
  const images = [1, 8, 2, 7, 3, 6, 4, 5].map(filled);
  const recall = pairedDifferences(images).find(({ key }) => key === 'recall')!;
  expect(recall).toMatchObject({ left: 36 / 80, right: 52 / 80 });
  expect(recall.difference).toBeCloseTo(0.2, 12);
  // Of every draw the difference is two tenths: no interval, and no doubt.
  const [low, high] = recall.interval ?? [recall.difference!, recall.difference!];
  expect(low).toBeCloseTo(0.2, 9);
  expect(high).toBeCloseTo(0.2, 9);
});

test('the share of alarms differs by what each image says, with an interval around it', () => {
  // Of ten empty images four are alarmed on the left, one of them on the right as well.
  const images = Array.from({ length: 10 }, (_, at) => empty(at, Number(at < 4), Number(at < 1)));
  const alarms = pairedDifferences(images).find(({ key }) => key === 'alarmShare')!;
  expect(alarms).toMatchObject({ left: 0.4, right: 0.1 });
  expect(alarms.difference).toBeCloseTo(-0.3, 12);
  // By hand: three of ten differ; 95 % of binomial(10, 0.3) lie within 0 to 6.
  const [low, high] = alarms.interval!;
  expect(low).toBeGreaterThanOrEqual(-0.7);
  expect(low).toBeLessThan(-0.4);
  expect(high).toBeGreaterThan(-0.2);
  expect(high).toBeLessThanOrEqual(0);
});

test('a network compared with itself differs by nothing', () => {
  const same = [1, 2, 3].map(filled).map(({ left, ...image }) => ({ ...image, left, right: left }));
  for (const { difference, interval } of pairedDifferences(same)) {
    expect(difference ?? 0).toBe(0);
    expect(interval).toBeNull();
  }
});
