import { expect, test } from 'vitest';
import { blocksOf, isOfPart } from '../src/prediction/blocks.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `image${index}`);

const sizes = (...given: Parameters<typeof blocksOf>) =>
  [...blocksOf(...given)].map(({ ids }) => ids.length);

test('a block has sixteen images, and a volume is a block', () => {
  expect(sizes({ ids: names(40) }, false)).toEqual([16, 16, 8]);
  expect(sizes({ ids: names(3) }, true)).toEqual([1, 1, 1]);
  expect(sizes({ ids: [] }, false)).toEqual([]);
});

test('what is written as one file is in one block', () => {
  // Cases of 10 slices: a block ends where a case does, with 16 slices or more.
  const writtenAs = (id: string) => `case${Math.floor(Number(id.slice(5)) / 10)}`;
  expect(sizes({ ids: names(50), writtenAs }, false)).toEqual([20, 20, 10]);
});

test('every block is of one part, and with more parts than blocks some have nothing', () => {
  const blocks = [...blocksOf({ ids: names(100) }, false)];
  for (const of of [1, 3, 16]) {
    const parts = Array.from({ length: of }, (_, index) =>
      blocks.filter((block) => isOfPart(block, { number: index + 1, of })),
    );
    const all = parts.flat().map(({ index }) => index);
    expect(all.toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  }
});
