import { isRaremaskError, RaremaskError, type SamplerPlugin, type Survey } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ConformanceError,
  runChecks,
  type SamplerCheckOptions,
  samplerChecks,
} from '../src/index.ts';
import {
  faultySamplers,
  soundMining,
  soundSampler,
  soundSequence,
  soundWindows,
} from './faultySamplers.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

const sound: Record<string, [SamplerPlugin, SamplerCheckOptions?]> = {
  'of whole images': [soundSampler],
  'of windows': [soundWindows],
  'that hears of outcomes': [soundMining, { batchSize: 3 }],
  'without chance': [soundSequence, { varies: false }],
};

describe.each(Object.entries(sound))('a sound sampler %s', (_, [plugin, options]) => {
  test.each(samplerChecks(plugin, options))('$name', ({ run }) => run());
});

describe('refuses a sampler that', () => {
  test.each(Object.entries(faultySamplers))('%s', async (_, { plugin, check, says }) => {
    const found = samplerChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});

describe('a sampler that says what the images do not allow', () => {
  const refusing = (allowed: (images: number) => boolean): SamplerPlugin => ({
    ...soundSampler,
    async create(options, services: { readonly survey: () => Promise<Survey> }) {
      const { train } = await services.survey();
      if (allowed(train.length)) return soundSampler.create(options, services);
      throw new RaremaskError({
        code: 'RAREMASK_FAULTY_IMAGES',
        category: 'data',
        where: 'sampler',
        what: `${train.length} images are too few`,
      });
    },
  });

  test('passes without those images', async () => {
    const results = await runChecks(samplerChecks(refusing((images) => images > 1)));
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('is refused where it draws from none', async () => {
    const results = await runChecks(samplerChecks(refusing(() => false)).slice(-1));
    expect(results[0]?.error?.message).toMatch(/images are too few/);
  });
});

test('Math.random is itself again after a check', async () => {
  const { random } = Math;
  await runChecks(samplerChecks(faultySamplers['calls Math.random']!.plugin));
  expect(Math.random).toBe(random);
});
