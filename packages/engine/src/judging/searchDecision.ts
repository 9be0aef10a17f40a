import type { Facts, Model } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { type DecisionRule, decisionRule, isGateSearched } from './decisionRule.ts';
import { DecisionSearch } from './decisionSearch.ts';
import type { Judged } from './judge.ts';

export interface SearchOptions {
  readonly facts: Facts;
  readonly settings: Manifest['evaluate'];
  readonly model: Pick<Model, 'judgesImages'>;
  /** Size that few structures of each class are below, in the order of the class axis. */
  smallStructures(): Promise<readonly number[]>;
  /** The validation images, judged by a rule. */
  judged(rule: DecisionRule): AsyncIterable<Judged>;
}

/** What a search found, with both errors before and after. */
type SearchedRule = ReturnType<DecisionSearch['best']>;

/** Looks through the validation images for the rule that the manifest leaves open. */
export async function searchDecision({
  facts,
  settings,
  model,
  smallStructures,
  judged,
}: SearchOptions): Promise<SearchedRule> {
  const open = decisionRule(settings, facts);
  const search = new DecisionSearch(facts, open, {
    largest: settings.minimumSize === 'auto' ? await smallStructures() : 'fixed',
    peaks: settings.peak === 'auto' ? 'search' : 'fixed',
    gates: isGateSearched(settings, model) ? 'search' : 'fixed',
  });
  const none = facts.classes.map(() => 0);
  const everything = { threshold: open.threshold, minimumSizes: none, peaks: none };
  for await (const image of judged(everything)) search.add(image);
  return search.best();
}

/** What a search found, in a line. */
export function searchedNote({ classes: found, gate }: SearchedRule): string {
  const number = (value: number | null) => (value === null ? 'none' : value.toFixed(3));
  const classes = Object.entries(found).map(
    ([name, { minimumSize, peak, before, after }]) =>
      `${name} from ${Math.max(minimumSize, 1)} ${minimumSize > 1 ? 'pixels' : 'pixel'} and a peak of ${peak} (Dice ${number(before.dice)} to ${number(after.dice)}, alarms ${number(before.alarms)} to ${number(after.alarms)})`,
  );
  const images =
    gate === undefined
      ? ''
      : `; in images ${gate > 0 ? `that have any with a probability from ${gate} on` : 'of any probability to have some'}`;
  return `searched on the validation images which predicted structures count: ${classes.join('; ')}${images}`;
}
