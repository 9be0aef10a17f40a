import { expect, test } from 'vitest';
import { flatSettings } from '../src/index.ts';

test('settings of a manifest are named by their place, as --set names them', () => {
  expect(
    flatSettings({
      name: 'run',
      train: { batch: 4, optimizer: { use: 'adam' } },
      loss: [
        { use: 'a', with: { window: [64, 64], soft: true } },
        { use: 'b', with: {} },
      ],
      sampler: null,
      none: [],
    }),
  ).toEqual({
    name: 'run',
    'train.batch': 4,
    'train.optimizer.use': 'adam',
    'loss.0.use': 'a',
    'loss.0.with.window': '[64, 64]',
    'loss.0.with.soft': true,
    'loss.1.use': 'b',
    'loss.1.with': '{}',
    sampler: 'null',
    none: '[]',
  });
  expect(flatSettings({})).toEqual({});
});
