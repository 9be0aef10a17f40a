import { describe, expect, test } from 'vitest';
import { createRandom } from '../src/host/index.ts';
import type { RandomStream } from '../src/index.ts';

const draws = (stream: RandomStream, count: number) =>
  Array.from({ length: count }, () => stream.next());
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('createRandom', () => {
  test('gives the same numbers for the same seed', () => {
    expect(draws(createRandom(7), 5)).toEqual(draws(createRandom(7), 5));
    expect(draws(createRandom('seven'), 5)).toEqual(draws(createRandom('seven'), 5));
  });

  test('gives these numbers, in every version', () => {
    expect(draws(createRandom(7), 3)).toMatchInlineSnapshot(`
      [
        0.4255675203277064,
        0.14333359490561737,
        0.5129999869599673,
      ]
    `);
  });

  test('gives other numbers for another seed, and tells the number 1 from the text 1', () => {
    expect(draws(createRandom(1), 3)).not.toEqual(draws(createRandom(2), 3));
    expect(draws(createRandom(1), 3)).not.toEqual(draws(createRandom('1'), 3));
  });

  test('stays in [0, 1) with mean 1/2 and variance 1/12', () => {
    const values = draws(createRandom(0), 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    // Standard error of the mean: sqrt(1/12/20000) = 0.002; of the variance about 0.0005.
    expect(mean(values)).toBeCloseTo(1 / 2, 2);
    expect(mean(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  });

  test('neighbouring seeds do not correlate', () => {
    const products = Array.from(
      { length: 5000 },
      (_, seed) => (createRandom(seed).next() - 0.5) * (createRandom(seed + 1).next() - 0.5),
    );
    // Each product has deviation 1/12, so their mean has 1/12/sqrt(5000) = 0.0012.
    expect(Math.abs(mean(products))).toBeLessThan(0.005);
  });
});

describe('integer', () => {
  test('reaches both ends of its range equally often', () => {
    const stream = createRandom(3);
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 3000; draw++) counts[stream.integer(-1, 1) + 1]!++;
    // 1000 each, deviation sqrt(3000 * 1/3 * 2/3) = 26.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  test('of one number is that number', () => {
    expect(createRandom(0).integer(4, 4)).toBe(4);
  });

  test.each([
    [2, 1],
    [0, 0.5],
    [0, Number.POSITIVE_INFINITY],
  ])('refuses the range from %d to %d', (from, to) => {
    expect(() => createRandom(0).integer(from, to)).toThrow(
      expect.objectContaining({ code: 'RAREMASK_RANDOM_RANGE' }),
    );
  });
});

test('normal has mean 0, variance 1 and tails', () => {
  const stream = createRandom(5);
  const values = Array.from({ length: 20_000 }, () => stream.normal());
  expect(Math.abs(mean(values))).toBeLessThan(0.03);
  expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.05);
  // 4.6 % of a normal distribution lie beyond two deviations.
  expect(mean(values.map((value) => Number(Math.abs(value) > 2)))).toBeCloseTo(0.0455, 2);
});

test('shuffle keeps every item, works in place, and gives all orders', () => {
  const stream = createRandom(9);
  const items = [1, 2, 3];
  expect(stream.shuffle(items)).toBe(items);
  const orders = new Map<string, number>();
  for (let time = 0; time < 600; time++) {
    const order = stream.shuffle([1, 2, 3]).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  // Six orders, 100 each, deviation sqrt(600 * 1/6 * 5/6) = 9.
  expect([...orders.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
  for (const count of orders.values()) expect(Math.abs(count - 100)).toBeLessThan(50);
});

describe('fork', () => {
  test('is fixed by seed and name, whatever was drawn before', () => {
    const fresh = createRandom(1).fork('a');
    const stream = createRandom(1);
    draws(stream, 10);
    expect(draws(stream.fork('a'), 3)).toEqual(draws(fresh, 3));
  });

  test('draws nothing from its origin', () => {
    const stream = createRandom(1);
    stream.fork('a').next();
    expect(draws(stream, 3)).toEqual(draws(createRandom(1), 3));
  });

  test('of another name, or by another way, is another stream', () => {
    const streams = [
      createRandom(1).fork('a'),
      createRandom(1).fork('b'),
      createRandom(1).fork('a').fork('b'),
      createRandom(1).fork('ab'),
      createRandom(1),
    ];
    expect(new Set(streams.map((stream) => stream.next())).size).toBe(streams.length);
  });
});

describe('state', () => {
  test('goes through JSON and continues where it was', () => {
    const stream = createRandom(2);
    draws(stream, 7);
    stream.normal();
    const state = JSON.parse(JSON.stringify(stream.state()));
    const expected = draws(stream, 5);
    const other = createRandom(99);
    other.restore(state);
    expect(draws(other, 5)).toEqual(expected);
  });

  test.each([[null], [[1, 2, 3]], ['abcd'], [[1, 2, 3, 'x']]])('refuses %j', (state) => {
    expect(() => createRandom(0).restore(state as never)).toThrow(
      expect.objectContaining({ code: 'RAREMASK_RANDOM_STATE' }),
    );
  });
});
