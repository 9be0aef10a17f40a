import type { Facts, Model } from '@raremask/core';
import { numbersByClass } from '@raremask/core/loss';
import type { Manifest } from '@raremask/core/manifest';
import { gateWithoutHead } from './errors.ts';

/** How probabilities become labels; numbers by class are in the order of the class axis. */
export interface DecisionRule {
  /** Probability from which a pixel belongs to a class; see `labelled`. */
  readonly threshold: number;
  /** Fewest pixels of a structure of each class. */
  readonly minimumSizes: readonly number[];
  /** Least probability of a structure's most probable pixel. */
  readonly peaks: readonly number[];
  /** Probability of any structure in an image below which nothing is predicted in it. */
  readonly gate?: number;
}

/**
 * The rule that a manifest's `evaluate` states.
 *
 * @param found stands for what the manifest leaves to a search; without it every structure is kept
 */
export function decisionRule(
  { threshold, minimumSize, peak, gate }: EvaluateSettings,
  facts: Facts,
  found?: FoundRule,
): DecisionRule {
  type Given = number | 'auto' | Readonly<Record<string, number>>;
  const byClass = (name: keyof FoundRule['classes'][string], given: Given) => {
    if (given === 'auto') return facts.classes.map((own) => found?.classes[own.name]?.[name] ?? 0);
    if (typeof given === 'number') return facts.classes.map(() => given);
    const names = facts.classes.map((own) => own.name);
    return numbersByClass(given, names, 0, `evaluate.${name}`);
  };
  const least = typeof gate === 'number' ? gate : (found?.gate ?? 0);
  return {
    threshold: threshold === 'auto' ? (found?.threshold ?? USUAL_THRESHOLD) : threshold,
    minimumSizes: byClass('minimumSize', minimumSize),
    peaks: byClass('peak', peak),
    ...(least > 0 && { gate: least }),
  };
}

const USUAL_THRESHOLD = 0.5;

/** What a search found: by the names of classes, and for all of them what else was searched. */
export interface FoundRule {
  readonly classes: Readonly<
    Record<string, { readonly minimumSize: number; readonly peak: number }>
  >;
  readonly gate?: number;
  readonly threshold?: number;
}

type EvaluateSettings = Pick<Manifest['evaluate'], 'threshold' | 'minimumSize' | 'peak'> &
  Partial<Pick<Manifest['evaluate'], 'gate'>>;

/** Whether the manifest leaves a part of the rule to a search on the validation split. */
export function isSearched(
  settings: EvaluateSettings,
  model: Pick<Model, 'judgesImages'>,
): boolean {
  return (
    settings.threshold === 'auto' ||
    settings.minimumSize === 'auto' ||
    settings.peak === 'auto' ||
    isGateSearched(settings, model)
  );
}

/**
 * Whether the gate is searched: of a model that judges images, unless it is a number.
 *
 * @throws RaremaskError where a gate is asked for, and the model does not judge images
 */
export function isGateSearched(
  { gate }: Pick<EvaluateSettings, 'gate'>,
  { judgesImages = false }: Pick<Model, 'judgesImages'>,
): boolean {
  if (gate !== undefined && !judgesImages) throw gateWithoutHead(gate);
  return judgesImages && (gate === undefined || gate === 'auto');
}
