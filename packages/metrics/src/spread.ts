/** How one score of several trainings lies: over folds, seeds, or both. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** With count - 1; null of one value. */
  readonly deviation: number | null;
  /** 95 % interval of the mean by Student's t; null of one value. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** Mean, deviation and interval; null where there is no value. */
export function spreadOf(values: readonly number[]): Spread | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, deviation: null, interval: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const half = (studentT(count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, deviation, interval: [mean - half, mean + half] };
}

/** The 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom. */
const QUANTILES = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** The same for any number; above the table by its expansion (Abramowitz and Stegun 1964, 26.7.5). */
export function studentT(freedom: number): number {
  const listed = QUANTILES[freedom - 1];
  if (listed !== undefined) return listed;
  const z = 1.959964;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
