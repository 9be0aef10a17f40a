import { expect, test } from 'vitest';
import { causesOf } from '../src/host/index.ts';
import { RaremaskError } from '../src/index.ts';

test('the causes of an error are told in their order, what the error says itself but once', () => {
  const refused = new AggregateError([new Error('connect ECONNREFUSED ::1:80')]);
  const failed = new TypeError('fetch failed', { cause: refused });
  expect(causesOf(failed)).toBe(', because of connect ECONNREFUSED ::1:80');
  expect(causesOf(new Error('nothing is sent', { cause: failed }))).toBe(
    ', because of fetch failed, because of connect ECONNREFUSED ::1:80',
  );
  expect(causesOf(new Error('not sent: fetch failed', { cause: failed }))).toBe(
    ', because of connect ECONNREFUSED ::1:80',
  );
});

test('an error without a cause, one of ours, and causes in a circle have an end', () => {
  expect(causesOf(new Error('alone'))).toBe('');
  expect(causesOf('a text')).toBe('');
  const [one, two] = [new Error('one'), new Error('two')];
  Object.assign(one, { cause: two });
  Object.assign(two, { cause: one });
  expect(causesOf(one)).toBe(', because of two, because of one');
  const parts = { code: 'RAREMASK_EXAMPLE', category: 'data', where: 'a.png', what: 'too small' };
  expect(causesOf(new RaremaskError(parts as never, { cause: one }))).toBe('');
});
