import type { Draw, EpochPosition, Sampler } from '@raremask/core';
import { expect, test } from 'vitest';
import { DrawnEpochs } from '../src/training/drawnEpochs.ts';

test('the sampler hears where each epoch began, and is asked once', () => {
  const { sampler, asked } = heard();
  const drawn = new DrawnEpochs(sampler);
  const first = drawn.batches(0, 0);
  expect(drawn.batches(0, 0.7)).toBe(first);
  drawn.batches(1, 2.5);
  drawn.batches(2, 5);
  expect(asked).toEqual([[0], [0, 2.5], [0, 2.5, 5]]);
});

test('an epoch that is begun again, after a resume, has the position that it had', () => {
  const before = new DrawnEpochs(heard().sampler);
  before.batches(1, 1.23456);
  const saved = JSON.parse(JSON.stringify(before.positions)) as typeof before.positions;
  const { sampler, asked } = heard();
  const resumed = new DrawnEpochs(sampler, saved);
  // Time has gone on since.
  resumed.batches(1, 1.9);
  resumed.batches(2, 4);
  expect(asked).toEqual([
    [0, 1.235],
    [0, 1.235, 4],
  ]);
});

test('an epoch that began at its own position keeps it in its middle, as the first one does', () => {
  const before = new DrawnEpochs(heard().sampler);
  before.batches(0, 0);
  const { sampler, asked } = heard();
  const resumed = new DrawnEpochs(sampler, before.positions, 0);
  resumed.batches(0, 0.4);
  resumed.batches(1, 2.5);
  expect(asked).toEqual([[0], [0, 2.5]]);
});

test('without a budget nothing is kept', () => {
  const drawn = new DrawnEpochs(heard().sampler);
  for (let epoch = 0; epoch < 3; epoch++) drawn.batches(epoch, epoch);
  expect(drawn.positions).toEqual([]);
});

/** A sampler that remembers the positions of all epochs up to the one it was asked for. */
function heard(): { sampler: Sampler; asked: number[][] } {
  const asked: number[][] = [];
  const batches = (epoch: number, positionOf?: EpochPosition): Draw[][] => {
    asked.push(Array.from({ length: epoch + 1 }, (_, one) => positionOf!(one)));
    return [[{ id: 'a' }]];
  };
  return { sampler: { batches }, asked };
}
