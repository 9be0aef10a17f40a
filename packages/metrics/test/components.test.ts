import { describe, expect, test } from 'vitest';
import { type Connectivity, components, eachPixelOf } from '../src/components.ts';

/** Numbers in [0, 1) from a seed (a linear congruence, Numerical Recipes 1992). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomMask(seed: number, size: readonly number[], share: number): Uint8Array {
  const next = uniform(seed);
  return Uint8Array.from({ length: size.reduce((a, b) => a * b, 1) }, () =>
    next() < share ? 1 : 0,
  );
}

/** Components by flooding from every pixel in raster order. */
function flood(mask: Uint8Array, size: readonly number[], connectivity: Connectivity): Int32Array {
  const [depth, height, width] = [...(size.length === 2 ? [1] : []), ...size] as [
    number,
    number,
    number,
  ];
  const labels = new Int32Array(mask.length);
  let count = 0;
  const steps: [number, number, number][] = [];
  for (const dz of [-1, 0, 1])
    for (const dy of [-1, 0, 1])
      for (const dx of [-1, 0, 1]) {
        const axes = Math.abs(dz) + Math.abs(dy) + Math.abs(dx);
        if (axes > 0 && (connectivity === 'full' || axes === 1)) steps.push([dz, dy, dx]);
      }
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    labels[start] = ++count;
    const open = [start];
    while (open.length > 0) {
      const pixel = open.pop()!;
      const x = pixel % width;
      const y = Math.floor(pixel / width) % height;
      const z = Math.floor(pixel / (width * height));
      for (const [dz, dy, dx] of steps) {
        const inside =
          z + dz >= 0 &&
          z + dz < depth &&
          y + dy >= 0 &&
          y + dy < height &&
          x + dx >= 0 &&
          x + dx < width;
        const other = ((z + dz) * height + y + dy) * width + x + dx;
        if (!inside || mask[other] === 0 || labels[other] !== 0) continue;
        labels[other] = count;
        open.push(other);
      }
    }
  }
  return labels;
}

describe('components', () => {
  test('a diagonal pair is one component by corners and two by faces', () => {
    const mask = Uint8Array.of(1, 0, 0, 1);
    expect(components(mask, [2, 2]).count).toBe(1);
    expect(components(mask, [2, 2], 'face').count).toBe(2);
  });

  test('a U is one component although its arms start apart', () => {
    const mask = Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1, 1);
    const found = components(mask, [3, 3], 'face');
    expect([...found.labels]).toEqual([1, 0, 1, 1, 0, 1, 1, 1, 1]);
    expect([...found.pixels]).toEqual([7]);
    expect(found.boxes).toEqual([{ origin: [0, 0], size: [3, 3] }]);
  });

  test('boxes and pixels stand in the order of the labels, which is that of first pixels', () => {
    // 0 0 2 2      the second component begins later in the first row
    // 1 0 0 0  ->  so the one at the top right is number 1
    // 1 0 0 0
    const mask = Uint8Array.of(0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0);
    const found = components(mask, [3, 4]);
    expect([...found.labels]).toEqual([0, 0, 1, 1, 2, 0, 0, 0, 2, 0, 0, 0]);
    expect([...found.pixels]).toEqual([2, 2]);
    expect(found.boxes).toEqual([
      { origin: [0, 2], size: [1, 2] },
      { origin: [1, 0], size: [2, 1] },
    ]);
  });

  test('the end of a row does not touch the start of the next one', () => {
    expect(components(Uint8Array.of(0, 0, 1, 1, 0, 0), [2, 3]).count).toBe(2);
  });

  test('the last row of a slice does not touch the first row of the next one', () => {
    // Slice 0 has its bottom row, slice 1 its top row; three rows apart in y.
    const mask = Uint8Array.of(0, 0, 1, 1, 0, 0);
    expect(components(mask, [2, 3, 1]).count).toBe(2);
  });

  test('opposite corners of a cube touch by corners only', () => {
    const mask = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1);
    expect(components(mask, [2, 2, 2]).count).toBe(1);
    expect(components(mask, [2, 2, 2], 'face').count).toBe(2);
    expect(components(mask, [2, 2, 2]).boxes).toEqual([{ origin: [0, 0, 0], size: [2, 2, 2] }]);
  });

  test('an empty mask has none and a full mask has one', () => {
    expect(components(new Uint8Array(12), [3, 4]).count).toBe(0);
    const full = components(new Uint8Array(24).fill(1), [2, 3, 4]);
    expect([...full.pixels]).toEqual([24]);
  });

  for (const connectivity of ['face', 'full'] as const) {
    for (const size of [
      [17, 23],
      [1, 40],
      [40, 1],
      [5, 9, 11],
      [7, 1, 6],
    ]) {
      test(`agrees with flooding on random masks of ${size.join(' x ')} by ${connectivity}`, () => {
        for (let seed = 1; seed <= 24; seed++) {
          const mask = randomMask(seed, size, 0.1 + 0.035 * seed);
          const found = components(mask, size, connectivity);
          const expected = flood(mask, size, connectivity);
          expect([...found.labels]).toEqual([...expected]);
          const pixels = new Array<number>(found.count).fill(0);
          for (const label of expected) if (label > 0) pixels[label - 1]!++;
          expect([...found.pixels]).toEqual(pixels);
          expect(found.boxes).toEqual(boxes(expected, size, found.count));
        }
      });
    }
  }

  test.each([
    [3, 8],
    [7, 13],
    [2, 5, 9],
  ])('nearly empty masks are the same wherever they lie in memory: %i, %i', (...size) => {
    for (let seed = 0; seed < 50; seed++) {
      const mask = randomMask(seed, size, 0.04);
      const expected = flood(mask, size, 'full');
      for (const shift of [0, 1, 4]) {
        const moved = new Uint8Array(mask.length + shift).subarray(shift);
        moved.set(mask);
        expect(components(moved, size).labels).toEqual(expected);
      }
    }
  });

  test('each pixel of a component is visited in their order', () => {
    for (const size of [
      [9, 7],
      [3, 6, 5],
    ]) {
      const found = components(randomMask(5, size, 0.3), size);
      for (let one = 0; one < found.count; one++) {
        const visited: number[] = [];
        eachPixelOf(found, one, size, (pixel) => visited.push(pixel));
        const all = [...found.labels.keys()].filter((pixel) => found.labels[pixel] === one + 1);
        expect(visited).toEqual(all);
      }
    }
  });

  test('a size that is not 2-D or 3-D is refused with its code', () => {
    for (const size of [[4], [1, 1, 2, 2], [0, 4], [2.5, 2]]) {
      expect(() => components(new Uint8Array(4), size)).toThrow(
        expect.objectContaining({ code: 'RAREMASK_SCORE_SIZE' }),
      );
    }
  });

  test('a mask that does not fit its size is refused with both numbers', () => {
    expect(() => components(new Uint8Array(5), [2, 3])).toThrow('Expected: 6 values. Got: 5.');
  });
});

function boxes(labels: Int32Array, size: readonly number[], count: number) {
  const lower = Array.from({ length: count }, () => size.map(() => Number.POSITIVE_INFINITY));
  const upper = Array.from({ length: count }, () => size.map(() => -1));
  labels.forEach((label, pixel) => {
    if (label === 0) return;
    let rest = pixel;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      const at = rest % size[axis]!;
      rest = Math.floor(rest / size[axis]!);
      lower[label - 1]![axis] = Math.min(lower[label - 1]![axis]!, at);
      upper[label - 1]![axis] = Math.max(upper[label - 1]![axis]!, at);
    }
  });
  return lower.map((origin, index) => ({
    origin,
    size: origin.map((low, axis) => upper[index]![axis]! - low + 1),
  }));
}
