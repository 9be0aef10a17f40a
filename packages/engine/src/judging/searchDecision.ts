import type { Facts } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { type DecisionRule, decisionRule } from './decisionRule.ts';
import { DecisionSearch, type FoundClass } from './decisionSearch.ts';
import type { Judged } from './judge.ts';

export interface SearchOptions {
  readonly facts: Facts;
  readonly settings: Manifest['evaluate'];
  /** Size that few structures of each class are below, in the order of the class axis. */
  smallStructures(): Promise<readonly number[]>;
  /** The validation images, judged by a rule. */
  judged(rule: DecisionRule): AsyncIterable<Judged>;
}

/** Looks through the validation images for the rule that the manifest leaves open. */
export async function searchDecision({
  facts,
  settings,
  smallStructures,
  judged,
}: SearchOptions): Promise<Readonly<Record<string, FoundClass>>> {
  const open = decisionRule(settings, facts);
  const search = new DecisionSearch(facts, open, {
    largest: settings.minimumSize === 'auto' ? await smallStructures() : 'fixed',
    peaks: settings.peak === 'auto' ? 'search' : 'fixed',
  });
  const none = facts.classes.map(() => 0);
  for await (const image of judged({ ...open, minimumSizes: none, peaks: none })) search.add(image);
  return search.best();
}

/** What a search found, in a line. */
export function searchedNote(best: Readonly<Record<string, FoundClass>>): string {
  const number = (value: number | null) => (value === null ? 'none' : value.toFixed(3));
  const classes = Object.entries(best).map(
    ([name, { minimumSize, peak, before, after }]) =>
      `${name} from ${Math.max(minimumSize, 1)} ${minimumSize > 1 ? 'pixels' : 'pixel'} and a peak of ${peak} (Dice ${number(before.dice)} to ${number(after.dice)}, alarms ${number(before.alarms)} to ${number(after.alarms)})`,
  );
  return `searched on the validation images which predicted structures count: ${classes.join('; ')}`;
}
