import { isRaremaskError } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { ConformanceError, runChecks, scheduleChecks } from '../src/index.ts';
import { faultySchedules, soundFall, soundListener } from './faultySchedules.ts';

describe.each([
  ['a sound schedule', soundFall],
  ['a sound schedule that listens', soundListener],
])('%s', (_, plugin) => {
  test.each(scheduleChecks(plugin))('$name', ({ run }) => run());
});

describe('refuses a schedule that', () => {
  test.each(Object.entries(faultySchedules))('%s', async (_, { plugin, check, says }) => {
    const found = scheduleChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});
