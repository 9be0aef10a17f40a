import type { RaremaskError } from '@raremask/core';
import { expect, test } from 'vitest';
import { requireMemory, withRoom } from '../src/runner/room.ts';

const MIB = 2 ** 20;
/** 900 MiB that grow with a batch of nine windows, and 100 that do not. */
const room = { bytes: 1000 * MIB, fixed: 100 * MIB };

function refusal(available: number): string {
  try {
    requireMemory(room, [9, 64, 64], available);
  } catch (error) {
    expect((error as RaremaskError).code).toBe('RAREMASK_STEP_MEMORY');
    return (error as RaremaskError).message;
  }
  return '';
}

test('a step that may fit is tried, and one that cannot is refused with what fits', () => {
  expect(refusal(700 * MIB)).toBe('');
  // 400 MiB for windows of 100 each.
  expect(refusal(500 * MIB)).toContain('500 MiB are available: about 4 of these windows fit');
  // A quarter of one window: half of each side.
  expect(refusal(125 * MIB)).toContain('one window of about 32 x 32 fits');
  expect(refusal(90 * MIB)).toContain('no window fits');
  expect(refusal(90 * MIB)).toMatch(/estimated to take 1000 MiB.*train\.batch.*window/s);
});

test('memory that ends within a step is told with its estimate; other errors are left alone', async () => {
  const ends = withRoom(room, [9, 64, 64], () =>
    Promise.reject(new Error('Failed to allocate memory for requested buffer of size 9')),
  );
  await expect(ends).rejects.toMatchObject({ code: 'RAREMASK_STEP_MEMORY' });
  await expect(ends).rejects.toThrow(/1000 MiB.*requested buffer of size 9/s);
  const other = new Error('another');
  await expect(withRoom(room, [1, 8, 8], () => Promise.reject(other))).rejects.toBe(other);
});
