import { isRaremaskError } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConformanceError, optimizerChecks, runChecks } from '../src/index.ts';
import { faultyOptimizers, freeLeaked, soundOptimizer, soundWhole } from './faultyOptimizers.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterEach(freeLeaked);
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

describe('a sound optimizer', () => {
  test.each(optimizerChecks(soundOptimizer))('$name', ({ run }) => run());
});

describe('a sound optimizer that looks at weights as a whole', () => {
  test.each(optimizerChecks(soundWhole))('$name', ({ run }) => run());
});

describe('refuses an optimizer that', () => {
  test.each(Object.entries(faultyOptimizers))('%s', async (_, { plugin, check, says }) => {
    const found = optimizerChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});
