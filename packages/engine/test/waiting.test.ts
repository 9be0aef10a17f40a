import { expect, test, vi } from 'vitest';
import { hasStoppedWaiting } from '../src/guard/errors.ts';
import { Waiting } from '../src/guard/waiting.ts';

/** Of a timer of milliseconds on a busy machine. */
const PATIENT = { timeout: 10_000, interval: 5 };

const never = () => new Promise<never>(() => {});
/** A process of its own would end: what waits keeps none alive. */
const kept = setInterval(() => {}, 1000);

function opened(signal?: AbortSignal) {
  const said: string[] = [];
  const waiting = new Waiting((what, seconds) => said.push(`${seconds} ${what}`), {
    patience: [0.02, 0.05, 0.03],
    signal,
  });
  return { said, waiting };
}

test('what answers in time is handed over, and nothing is said', async () => {
  const { said, waiting } = opened();
  expect(await waiting.for('a', 1)).toBe(1);
  expect(await waiting.for('a', Promise.resolve(2))).toBe(2);
  await expect(waiting.for('a', Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(said).toEqual([]);
});

test('what is late is said again and again, one at a time, until it answers', async () => {
  const { said, waiting } = opened();
  let answer = (_: string) => {};
  const first = waiting.for('read of a', new Promise<string>((resolve) => (answer = resolve)));
  void waiting.for('read of b', never());
  await vi.waitUntil(() => said.length >= 3, PATIENT);
  expect(said.slice(0, 3)).toEqual(['0.02 read of a', '0.05 read of a', '0.08 read of a']);
  expect(said.some((line) => line.includes('read of b'))).toBe(false);
  answer('done');
  expect(await first).toBe('done');
  said.splice(0);
  await vi.waitUntil(() => said.length > 0, PATIENT);
  expect(new Set(said.map((line) => line.split(' ').slice(1).join(' ')))).toEqual(
    new Set(['read of b']),
  );
});

test('what has answered while this thread computed is not late', async () => {
  const { said, waiting } = opened();
  const answer = waiting.for('read of a', new Promise((resolve) => setImmediate(resolve, 'a')));
  const start = performance.now();
  while (performance.now() - start < 50) Math.sqrt(2);
  expect(await answer).toBe('a');
  expect(said).toEqual([]);
});

test('a signal ends the wait for what is late, or becomes late after it, and for nothing else', async () => {
  const stop = new AbortController();
  const { said, waiting } = opened(stop.signal);
  const late = waiting.for('read of a', never());
  await vi.waitUntil(() => said.length > 0, PATIENT);
  expect(said[0]).toBe('0.02 read of a');
  const slow = waiting.for('read of b', new Promise((resolve) => setTimeout(resolve, 10, 'b')));
  stop.abort();
  const error = await late.catch((reason: unknown) => reason);
  expect(hasStoppedWaiting(error)).toBe(true);
  expect(error).toMatchObject({
    category: 'interrupted',
    message: expect.stringContaining('read of a: it has not answered'),
  });
  expect(await slow).toBe('b');
  await expect(waiting.for('read of c', never())).rejects.toThrow('read of c');
  clearInterval(kept);
});
