import { expect, test } from 'vitest';
import { isOutOfMemory, RaremaskError } from '../src/index.ts';

const coded = (code: string) => Object.assign(new Error('it ended'), { code });

test.each([
  new RangeError('Array buffer allocation failed'),
  new RangeError('Invalid typed array length: 8589934592'),
  new Error('std::bad_alloc'),
  new Error('Failed to allocate memory for requested buffer of size 7077888000'),
  new Error('Aborted(OOM). Build with -sASSERTIONS for more info.'),
  new Error('OOM when allocating tensor with shape[8,4096,4096,64]'),
  new RangeError('WebAssembly.Memory.grow(): out of memory'),
  coded('ERR_WORKER_OUT_OF_MEMORY'),
  coded('ENOMEM'),
  'std::bad_alloc',
  new RaremaskError(
    { code: 'RAREMASK_X', category: 'plugin', where: 'loss[0]', what: 'the loss threw' },
    { cause: new Error('outer', { cause: new RangeError('Array buffer allocation failed') }) },
  ),
])('%s is out of memory', (error) => {
  expect(isOutOfMemory(error)).toBe(true);
});

test.each([
  new TypeError('x is not a function'),
  new RangeError('Maximum call stack size exceeded'),
  new Error('the room is full'),
  undefined,
  null,
  7,
])('%s is not', (error) => {
  expect(isOutOfMemory(error)).toBe(false);
});
