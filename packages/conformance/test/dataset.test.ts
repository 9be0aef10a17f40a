import { isRaremaskError } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// Built, as a check starts a thread with one of its files.
import { ConformanceError, datasetChecks, runChecks } from '../dist/index.js';
import { faultyDatasets } from './faultyDatasets.ts';
import memoryDataset from './memoryDataset.ts';
import threadDataset from './threadDataset.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

const moduleOf = (file: string) => new URL(file, import.meta.url).href;

describe('a sound data set', () => {
  const known = { module: moduleOf('./memoryDataset.ts'), images: 'new', samples: 3 };
  test.each(datasetChecks(memoryDataset, known))('$name', ({ run }) => run());
});

describe('refuses a data set that', () => {
  test.each(Object.entries(faultyDatasets))('%s', async (_, { plugin, check, says }) => {
    const found = datasetChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });

  test('reads something else in another thread', async () => {
    const checks = datasetChecks(threadDataset, { module: moduleOf('./threadDataset.ts') });
    const failed = (await runChecks(checks)).filter(({ error }) => error !== undefined);
    expect(failed.map(({ name }) => name)).toEqual(['reads the same in another thread']);
    expect(failed[0]!.error!.message).toMatch(
      /read\("p1\/a"\): the sample differs in another thread, in image\. Expected: .* at index 5/,
    );
  });

  test.each([
    [
      'is not where it says',
      './nothing.ts',
      {},
      /cannot be opened or read in another thread.*nothing\.ts/s,
    ],
    [
      'has options that no thread can be handed',
      './memoryDataset.ts',
      { decode: () => {} },
      /could not be cloned/,
    ],
  ])('%s', async (_, file, written, says) => {
    const checks = datasetChecks(memoryDataset, { module: moduleOf(file), options: [written] });
    const found = checks.find(({ name }) => name === 'reads the same in another thread');
    const [result] = await runChecks([found!]);
    expect(result?.error?.message).toMatch(says);
  });
});
