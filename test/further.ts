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
  test.skip(`${what} (with npm run test:full)`, () => undefined);
  return [];
}
