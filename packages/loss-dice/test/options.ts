import type { Facts, LossPlugin } from '@raremask/core';
import { uniform } from './batch.ts';

/** Options that a manifest can write for a loss, by option. */
export type Choices = Readonly<Record<string, readonly unknown[]>>;

export interface Subject {
  readonly plugin: LossPlugin;
  readonly choices: Choices;
  /** Only for classes of this kind. */
  readonly kind?: 'exclusive' | 'overlapping' | undefined;
  /** A pixel counts by its place, so that a copy or a gap beside it is another image. */
  readonly spatial?: boolean;
  /** Its value bends or jumps where pixels change places. */
  readonly kinks?: boolean;
  /** Options that have an effect in the task, out of those that were drawn. */
  effective(drawn: Written, facts: Facts): Written;
}

/** Whether the loss is defined for the classes of a task. */
export function suits({ kind }: Pick<Subject, 'kind'>, facts: Facts): boolean {
  return kind === undefined || facts.overlapping === (kind === 'overlapping');
}

export type Written = Readonly<Record<string, unknown>>;

/** Written options by chance, the same for the same seed. */
export function randomOptions(
  { choices, effective }: Subject,
  facts: Facts,
  seed: number,
): Written {
  const next = uniform(seed);
  const drawn = Object.entries(choices).map(
    ([name, values]) => [name, values[Math.floor(next() * values.length)]] as const,
  );
  return effective(Object.fromEntries(drawn.filter(([, value]) => value !== undefined)), facts);
}
