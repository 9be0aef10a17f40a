import type { Facts } from '@raremask/core';
import { numbersByClass } from '@raremask/core/loss';
import type { Manifest } from '@raremask/core/manifest';

/** How probabilities become labels; numbers by class are in the order of the class axis. */
export interface DecisionRule {
  /** Probability from which a pixel belongs to an overlapping class. */
  readonly threshold: number;
  /** Fewest pixels of a structure of each class. */
  readonly minimumSizes: readonly number[];
  /** Least probability of a structure's most probable pixel. */
  readonly peaks: readonly number[];
}

/**
 * The rule that a manifest's `evaluate` states.
 *
 * @param found stands for what the manifest leaves to a search; without it every structure is kept
 */
export function decisionRule(
  { threshold, minimumSize, peak }: EvaluateSettings,
  facts: Facts,
  found?: FoundRule,
): DecisionRule {
  type Given = number | 'auto' | Readonly<Record<string, number>>;
  const byClass = (name: keyof FoundRule[string], given: Given) => {
    if (given === 'auto') return facts.classes.map((own) => found?.[own.name]?.[name] ?? 0);
    if (typeof given === 'number') return facts.classes.map(() => given);
    const names = facts.classes.map((own) => own.name);
    return numbersByClass(given, names, 0, `evaluate.${name}`);
  };
  return {
    threshold,
    minimumSizes: byClass('minimumSize', minimumSize),
    peaks: byClass('peak', peak),
  };
}

/** What a search found, by the names of classes. */
export type FoundRule = Readonly<
  Record<string, { readonly minimumSize: number; readonly peak: number }>
>;

type EvaluateSettings = Pick<Manifest['evaluate'], 'threshold' | 'minimumSize' | 'peak'>;

/** Whether the manifest leaves a part of the rule to a search on the validation split. */
export function isSearched({ minimumSize, peak }: EvaluateSettings): boolean {
  return minimumSize === 'auto' || peak === 'auto';
}
