import type { Facts, Model } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { NEVER_PREDICTED } from '@raremask/record';
import { type DecisionRule, decisionRule, isGateSearched } from './decisionRule.ts';
import { DecisionSearch, type SearchedRule } from './decisionSearch.ts';
import type { Judged } from './judge.ts';

export interface SearchOptions {
  readonly facts: Facts;
  readonly settings: Manifest['evaluate'];
  readonly model: Pick<Model, 'judgesImages'>;
  /** Size that few structures of each class are below, in the order of the class axis. */
  smallStructures(): Promise<readonly number[]>;
  /** What an image is drawn with, as a patient. */
  groupOf(id: string): string;
  /** The validation images, judged by a rule. */
  judged(rule: DecisionRule): AsyncIterable<Judged>;
}

/** Looks through the validation images for the rule that the manifest leaves open. */
export async function searchDecision({
  facts,
  settings,
  model,
  smallStructures,
  groupOf,
  judged,
}: SearchOptions): Promise<SearchedRule> {
  const open = decisionRule(settings, facts);
  const search = new DecisionSearch(facts, open, {
    largest: settings.minimumSize === 'auto' ? await smallStructures() : 'fixed',
    peaks: settings.peak === 'auto' ? 'search' : 'fixed',
    gates: isGateSearched(settings, model) ? 'search' : 'fixed',
    thresholds: settings.threshold === 'auto' ? 'search' : 'fixed',
    cost: settings.cost,
  });
  const none = facts.classes.map(() => 0);
  const everything = { threshold: open.threshold, minimumSizes: none, peaks: none };
  for await (const image of judged(everything)) search.add(image, groupOf(image.sample.id));
  return search.best();
}

/** What a search found, in a line. */
export function searchedNote({ classes: found, gate, threshold, cost }: SearchedRule): string {
  const number = (value: number | null | undefined) => value?.toFixed(3) ?? 'none';
  const classes = Object.entries(found).map(
    ([name, { minimumSize, peak, before, after, crossFitted }]) => {
      const errors = (['dice', 'missed', 'alarms'] as const).map((key) => {
        const unseen = crossFitted === null ? '' : ` (unseen ${number(crossFitted[key])})`;
        return `${NAMES[key]} ${number(before[key])} to ${number(after[key])}${unseen}`;
      });
      const rule =
        minimumSize === NEVER_PREDICTED
          ? 'never, its alarms would outweigh what is found of it'
          : `from ${Math.max(minimumSize, 1)} ${minimumSize > 1 ? 'pixels' : 'pixel'} and a peak of ${peak}`;
      return `${name} ${rule} (${errors.join(', ')})`;
    },
  );
  const images =
    gate === undefined
      ? ''
      : `; in images ${gate > 0 ? `that have any with a probability from ${gate} on` : 'of any probability to have some'}`;
  const pixels = threshold === undefined ? '' : `; pixels from a probability of ${threshold} on`;
  const unseen = cost?.crossFitted == null ? '' : `, unseen ${number(cost.crossFitted)}`;
  const price = cost
    ? `; mean cost of an image ${number(cost.before)} to ${number(cost.after)}${unseen}${worse(cost)}`
    : '';
  return `searched on the validation images which predicted structures count: ${classes.join('; ')}${images}${pixels}${price}`;
}

/** A search over few images finds what holds for them alone. */
function worse({ before, crossFitted }: NonNullable<SearchedRule['cost']>): string {
  if (crossFitted === null || crossFitted <= before) return '';
  return ' (more than without a search: these images are too few to choose by, or the groups differ; threshold 0.5, minimumSize 0 and peak 0 are safer)';
}

const NAMES = { dice: 'Dice', missed: 'missed', alarms: 'alarms' };
