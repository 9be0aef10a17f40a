import { test } from 'vitest';

const full = process.env.RAREMASK_FULL === '1';

/**
 * Cases beyond the first of their kind, which take long and seldom say more than the first: they run
 * with `npm run test:full`. Otherwise a skipped line says what waits.
 *
 * @param what the cases, for that line
 */
export function further<T>(what: string, cases: readonly T[]): readonly T[] {
  if (full) return cases;
  test.skip(waiting(what), () => undefined);
  return [];
}

/** A whole run whose parts shorter tests have checked: their conjunction waits, as further cases do. */
export function furtherTest(name: string, run: () => Promise<void> | void): void {
  if (full) test(name, run);
  else test.skip(waiting(name), () => undefined);
}

/**
 * About so many of the numbers from 0 on, evenly spread; all of them with `npm run test:full`. The stride is odd, so that
 * numbers of bits come to every place in a byte.
 */
export function someOf(count: number, some: number): readonly number[] {
  const stride = full ? 1 : Math.ceil(count / some) | 1;
  return Array.from({ length: Math.ceil(count / stride) }, (_, index) => index * stride);
}

function waiting(what: string): string {
  return `${what} (with npm run test:full)`;
}
