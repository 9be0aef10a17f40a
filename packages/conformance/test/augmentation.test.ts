import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { augmentationChecks, ConformanceError, runChecks } from '../src/index.ts';
import {
  faultyAugmentations,
  soundArrays,
  soundPlaces,
  soundValues,
} from './faultyAugmentations.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

describe.each(Object.entries({ soundValues, soundArrays, soundPlaces }))('%s', (_, plugin) => {
  test.each(augmentationChecks(plugin))('$name', ({ run }) => run());
});

describe('refuses an augmentation that', () => {
  test.each(Object.entries(faultyAugmentations))('%s', async (_, { plugin, check, says }) => {
    const found = augmentationChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});

test('chance may be left out on purpose', async () => {
  const { plugin } = faultyAugmentations['follows no stream']!;
  const results = await runChecks(augmentationChecks(plugin, { varies: false }));
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});
