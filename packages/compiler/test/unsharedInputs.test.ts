import { expect, test } from 'vitest';
import type { Operand } from '../src/providers/device.ts';
import { UnsharedInputs } from '../src/unsharedInputs.ts';

function shared(...values: readonly number[]): Float32Array {
  const array = new Float32Array(new SharedArrayBuffer(4 * values.length));
  array.set(values);
  return array;
}

test('what threads share is copied, into the same memory again; the rest is handed on', async () => {
  const inputs = new UnsharedInputs();
  const own = Float32Array.of(5);
  const seen: (readonly Operand[])[] = [];
  const look = async (given: readonly Operand[]) => {
    seen.push(given);
    return [...(given[0] as Float32Array)];
  };
  expect(await inputs.during([shared(1, 2), own], look)).toEqual([1, 2]);
  expect(await inputs.during([shared(3, 4), own], look)).toEqual([3, 4]);
  expect((seen[0]![0] as Float32Array).buffer).toBeInstanceOf(ArrayBuffer);
  expect(seen[1]![0]).toBe(seen[0]![0]);
  expect(seen.map((given) => given[1])).toEqual([own, own]);
  expect(seen[0]![1]).toBe(own);
  expect(await inputs.during([shared(6), own], look)).toEqual([6]);
});

test('runs that are under way at once have memory of their own, also after one has failed', async () => {
  const inputs = new UnsharedInputs();
  await expect(inputs.during([shared(0)], () => Promise.reject(new Error('lost')))).rejects.toThrow(
    'lost',
  );
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const read = (until: Promise<void>) => async (given: readonly Operand[]) => {
    await until;
    return [...(given[0] as Float32Array)];
  };
  const first = inputs.during([shared(1)], read(finished));
  expect(await inputs.during([shared(2)], read(Promise.resolve()))).toEqual([2]);
  finish();
  expect(await first).toEqual([1]);
});
