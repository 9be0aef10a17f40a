import { defineScore, facts, isRaremaskError, RaremaskError, type Score } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { ConformanceError, runChecks, scoreChecks } from '../src/index.ts';
import { task } from '../src/trial/tasks.ts';
import { faultyScores, soundDistance, soundScore } from './faultyScores.ts';

describe('a sound score', () => {
  test.each(scoreChecks(soundScore))('$name', ({ run }) => run());
});

describe('a sound score of masks, in millimetres', () => {
  test.each(scoreChecks(soundDistance))('$name', ({ run }) => run());
});

describe('refuses a score that', () => {
  test.each(Object.entries(faultyScores))('%s', async (_, { plugin, check, says }) => {
    const found = scoreChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});

test('a score that refuses volumes with a clear error is tried on images', async () => {
  const flat = defineScore({
    name: 'flat',
    api: 1,
    needs: { facts },
    create(_, services) {
      if (services.facts.space === 2) return soundDistance.create({}, {}) as Score;
      throw new RaremaskError({
        code: 'RAREMASK_FLAT',
        category: 'manifest',
        where: 'score (flat)',
        what: 'there is no form for volumes',
      });
    },
  });
  expect((await runChecks(scoreChecks(flat))).filter(({ error }) => error)).toEqual([]);
  const inVolumes = await runChecks(scoreChecks(flat, { facts: task('exclusive', 2, 3) }));
  expect(inVolumes.some(({ error }) => error?.message.includes('no form for volumes'))).toBe(true);
});
