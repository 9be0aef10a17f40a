import { isRaremaskError } from '@raremask/core';
import { afterEach, describe, expect, test } from 'vitest';
import { ConformanceError, runChecks, trackerChecks } from '../src/index.ts';
import { faultyTrackers, freeStray, soundEnd, soundTracker } from './faultyTrackers.ts';

afterEach(freeStray);

describe.each([
  ['a sound tracker', soundTracker],
  ['a sound tracker of the end alone', soundEnd],
])('%s', (_, plugin) => {
  test.each(trackerChecks(plugin))('$name', ({ run }) => run());
});

describe('refuses a tracker that', () => {
  test.each(Object.entries(faultyTrackers))('%s', async (_, { plugin, check, says }) => {
    const found = trackerChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});
