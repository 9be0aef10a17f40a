import { expect, test } from 'vitest';
import { changesOf, changeText, refusals, shaping } from '../src/training/manifestChanges.ts';

const BEFORE = {
  seed: 7,
  data: { normalize: 'set', with: { root: 'data' } },
  model: { use: 'unet', with: { filters: 8 } },
  loss: [{ use: 'dice', weight: 1 }],
  train: { epochs: 6, average: null, batch: 4 },
};

test('what differs is named as a manifest is written, a list of another length as a whole', () => {
  const after = {
    ...BEFORE,
    loss: [{ use: 'dice', weight: 0.5 }],
    train: { ...BEFORE.train, epochs: 12, clip: 1 },
  };
  expect(changesOf(BEFORE, after).map(changeText)).toEqual([
    'loss[0].weight: 1 -> 0.5',
    'train.epochs: 6 -> 12',
    'train.clip: nothing -> 1',
  ]);
  const more = { ...BEFORE, loss: [...BEFORE.loss, { use: 'ce', weight: 1 }] };
  expect(changesOf(BEFORE, more).map(({ path }) => path)).toEqual(['loss']);
  expect(changesOf(BEFORE, structuredClone(BEFORE))).toEqual([]);
});

test('what would do nothing is refused, and within an epoch what its batches follow from', () => {
  const changed = (path: string) => [{ path, before: 1, after: 2 }];
  expect(refusals(changed('data.normalize'), false)).toHaveLength(1);
  expect(refusals(changed('train.epochs'), true)).toEqual([]);
  for (const path of ['seed', 'train.batch', 'sampler.with.foreground', 'data.split.validation']) {
    expect(refusals(changed(path), false), path).toEqual([]);
    expect(refusals(changed(path), true), path).toHaveLength(1);
  }
});

test('what decides the shapes of a checkpoint is told from the rest', () => {
  const paths = ['model.with.filters', 'train.average', 'train.epochs', 'train.optimizer.use'];
  const changes = paths.map((path) => ({ path, before: 1, after: 2 }));
  expect(shaping(changes).map(({ path }) => path)).toEqual([
    'model.with.filters',
    'train.average',
    'train.optimizer.use',
  ]);
});
