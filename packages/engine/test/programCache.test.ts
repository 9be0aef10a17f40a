import { expect, test } from 'vitest';
import { ProgramCache } from '../src/runner/programCache.ts';

test('the program that was not used for longest makes room, and a larger one than all room is kept alone', async () => {
  const gone: string[] = [];
  const cache = new ProgramCache<string>(async (name) => {
    gone.push(name);
  }, 100);
  await cache.add([1, 5, 10], 'a');
  expect(cache.hasRoom([2, 5, 5])).toBe(true);
  await cache.add([2, 5, 5], 'b');
  expect(cache.hasRoom([1, 1, 1])).toBe(false);
  expect(cache.get([1, 5, 10])).toBe('a');
  await cache.add([1, 2, 2], 'c');
  expect(gone).toEqual(['b']);
  expect(cache.get([2, 5, 5])).toBeUndefined();
  await cache.add([1, 11, 10], 'd');
  expect(gone).toEqual(['b', 'a', 'c']);
  expect(cache.get([1, 11, 10])).toBe('d');
  await cache.clear();
  expect(gone).toEqual(['b', 'a', 'c', 'd']);
});
