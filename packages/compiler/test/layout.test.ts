import { describe, expect, it } from 'vitest';
import {
  channelsFirst,
  type Layout,
  movesNothing,
  permutation,
  physicalAxis,
  physicalShape,
  reshaped,
  rowMajor,
  transposed,
  withLeading,
  withoutAxes,
} from '../src/layout.ts';
import { permuted, straightened } from '../src/lower.ts';
import { seeded } from './random.ts';

/** 0, 1, 2, ... of a shape, as they lie in memory. */
function memory(shape: readonly number[], layout: Layout): number[] {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const elements = Float32Array.from({ length: size }, (_, at) => at);
  return [...permuted(elements, shape, layout, 'float32')];
}

function shuffled(count: number, random: () => number): number[] {
  return rowMajor(count)
    .map((axis) => [random(), axis] as const)
    .sort(([a], [b]) => a - b)
    .map(([, axis]) => axis);
}

describe('layouts', () => {
  it('put channels behind the batch', () => {
    expect(channelsFirst(4)).toEqual([0, 3, 1, 2]);
    expect(physicalShape([2, 5, 7, 3], channelsFirst(4))).toEqual([2, 3, 5, 7]);
    expect(physicalAxis(channelsFirst(4), 3)).toBe(1);
  });

  it('lay elements out as their axes say, and back again', () => {
    // [[0, 1, 2], [3, 4, 5]] column by column.
    expect(memory([2, 3], [1, 0])).toEqual([0, 3, 1, 4, 2, 5]);
    const turned = Float32Array.from([0, 3, 1, 4, 2, 5]);
    expect([...straightened(turned, [2, 3], [1, 0], 'float32')]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are brought into each other by a permutation of the memory', () => {
    const [from, to] = [
      [0, 3, 1, 2],
      [1, 0, 2, 3],
    ];
    // Of memory [axis 0, axis 3, axis 1, axis 2] the third comes first.
    expect(permutation(from, to)).toEqual([2, 0, 3, 1]);
  });

  it('know when only axes of extent 1 change places', () => {
    expect(movesNothing([1, 5, 1, 7], [1, 0, 2, 3])).toBe(true);
    expect(movesNothing([2, 5, 1, 7], [1, 0, 2, 3])).toBe(false);
  });

  it('lose axes and number the others anew', () => {
    expect(withoutAxes([0, 3, 1, 2], [1])).toEqual([0, 2, 1]);
  });

  it('gain axes before the others', () => {
    expect(withLeading([1, 0], 2)).toEqual([0, 1, 3, 2]);
  });

  it('follow a transposition without moving anything', () => {
    // [2, 5, 7, 3] row by row, seen as [2, 3, 5, 7]: the new axis 1 lies last.
    expect(transposed(rowMajor(4), [0, 3, 1, 2])).toEqual([0, 2, 3, 1]);
  });

  it('stay where a reshape joins axes that lie in order', () => {
    expect(reshaped([2, 4, 6, 3], channelsFirst(4), [2, 24, 3])).toEqual([0, 2, 1]);
    expect(reshaped([2, 24, 3], [0, 2, 1], [2, 4, 6, 3])).toEqual([0, 3, 1, 2]);
  });

  it('are lost where a reshape joins axes that lie apart', () => {
    expect(reshaped([2, 4, 6, 3], channelsFirst(4), [48, 3])).toBeUndefined();
  });

  it('after any reshape describe the memory that was there before', () => {
    const random = seeded(5);
    let kept = 0;
    for (let round = 0; round < 300; round++) {
      const extents = Array.from(
        { length: 2 + Math.floor(4 * random()) },
        () => [1, 2, 3, 4][Math.floor(4 * random())]!,
      );
      const layout = shuffled(extents.length, random);
      const to: number[] = [];
      for (const extent of extents) {
        const join = to.length > 0 && random() < 0.4;
        if (join) to[to.length - 1]! *= extent;
        else if (extent === 4 && random() < 0.5) to.push(2, 2);
        else to.push(extent);
      }
      const after = reshaped(extents, layout, to);
      if (after === undefined) continue;
      kept++;
      expect(after.toSorted()).toEqual(rowMajor(to.length));
      expect(memory(to, after)).toEqual(memory(extents, layout));
    }
    expect(kept).toBeGreaterThan(50);
  });
});
