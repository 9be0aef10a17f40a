import { type Facts, isRaremaskError, type ModelPlugin, RaremaskError } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConformanceError, modelChecks, runChecks } from '../src/index.ts';
import { task } from '../src/trial/tasks.ts';
import { faultyModels, freeLeaked, soundModel, soundPlainModel } from './faultyModels.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterEach(freeLeaked);
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

describe('a sound model', () => {
  const expects = { dropout: true, batchStatistics: true };
  test.each(modelChecks(soundModel, { expects }))('$name', ({ run }) => run());
});

describe('a sound model without normalisation and dropout', () => {
  const expects = { dropout: false, batchStatistics: false };
  test.each(modelChecks(soundPlainModel, { expects, facts: task('exclusive', 2, 2, 2) }))(
    '$name',
    ({ run }) => run(),
  );
});

describe('refuses a model that', () => {
  test.each(Object.entries(faultyModels))(
    '%s',
    async (_, { plugin, check, says, expects = {} }) => {
      const found = modelChecks(plugin, { expects }).find(({ name }) => name === check);
      const [result] = await runChecks([found!]);
      expect(result?.error).toBeInstanceOf(ConformanceError);
      expect(isRaremaskError(result?.error)).toBe(true);
      expect(result?.error?.message).toMatch(says);
      expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
    },
  );
});

describe('a model that refuses', () => {
  const refusing = (space: readonly number[]): ModelPlugin => ({
    ...soundModel,
    create(options, services: { readonly facts: Facts }) {
      if (space.includes(services.facts.space)) return soundModel.create(options, services);
      throw new RaremaskError({
        code: 'RAREMASK_TINY_SPACE',
        category: 'manifest',
        where: 'model (faulty)',
        what: `there is no form for ${services.facts.space}-D`,
      });
    },
  });
  const named = (plugin: ModelPlugin) =>
    modelChecks(plugin).filter(({ name }) => name.startsWith('has the same first weights'));

  test('a task is checked in the others', async () => {
    expect(await runChecks(named(refusing([2])))).toEqual([{ name: expect.any(String) }]);
  });

  test('every task is refused with its own words', async () => {
    const [result] = await runChecks(named(refusing([])));
    expect(result?.error?.message).toMatch(/there is no form for 3-D/);
  });
});
