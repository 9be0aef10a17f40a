import { type Spread, type Summary, spreadOf, summarize } from '@raremask/metrics';
import { type Evaluation, readEvaluations } from '@raremask/record';
import type { Settings } from './shape.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';
import { type Trial, type TrialState, trialState } from './trial.ts';

/** The scores of a trial that are compared, on any foreground of its validation images. */
export const COMPARED = ['diceForeground', 'missed', 'alarmShare', 'balanced'] as const;
type Compared = (typeof COMPARED)[number];
type Scores = Readonly<Record<Compared, number | null>>;

/** A trial and what it has scored. */
interface TrialResult extends Trial {
  readonly state: TrialState;
  /** Null until it is finished. */
  readonly scores: Scores | null;
}

/** All trials of the same settings. */
export interface VariantResult {
  readonly settings: Settings;
  readonly trials: number;
  readonly finished: number;
  readonly scores: Readonly<Record<Compared, Spread | null>>;
  /** Every validation image of all folds together, for each seed of which all folds are finished. */
  readonly outOfFold: readonly { readonly seed: number; readonly summary: Summary }[];
}

/** Trials in which a setting has one value. */
interface Effect {
  readonly setting: string;
  readonly value: Settings[string];
  readonly balanced: Spread | null;
}

export interface SweepResults {
  readonly name: string;
  readonly trials: readonly TrialResult[];
  /** The best first: by the mean of `balanced`, those with missing trials last. */
  readonly variants: readonly VariantResult[];
  readonly effects: readonly Effect[];
}

/** What the trials of a sweep have scored so far, read from their run folders. */
export async function sweepResults(
  folder: SweepFolder,
  {
    name,
    trials: planned,
    groups,
    folds,
  }: Pick<SweepRecord, 'name' | 'trials' | 'groups' | 'folds'>,
): Promise<SweepResults> {
  const scored = await Promise.all(
    planned.map(async ({ id, settings, seed, fold }) => {
      const state = trialState(folder.trial(id));
      const evaluation = state === 'finished' ? await validationOf(folder.trial(id)) : undefined;
      const trial: TrialResult = {
        ...{ id, settings, seed, fold, state },
        scores: evaluation === undefined ? null : scoresOf(evaluation.summary.foreground),
      };
      return { trial, evaluation };
    }),
  );
  const variants = grouped(scored, ({ trial }) => JSON.stringify(trial.settings));
  return {
    name,
    trials: scored.map(({ trial }) => trial),
    variants: [...variants.values()]
      .map((own) => variantOf(own, folds, (id) => groups[id] ?? id))
      .sort(better),
    effects: effectsOf(scored.map(({ trial }) => trial)),
  };
}

interface Scored {
  readonly trial: TrialResult;
  readonly evaluation: Evaluation | undefined;
}

async function validationOf(run: string): Promise<Evaluation | undefined> {
  return (await readEvaluations(run)).find(({ split }) => split === 'validation');
}

function scoresOf(summary: Summary): Scores {
  return Object.fromEntries(COMPARED.map((key) => [key, summary[key]])) as Scores;
}

function variantOf(
  scored: readonly Scored[],
  folds: number | null,
  groupOf: (id: string) => string,
): VariantResult {
  const trials = scored.map(({ trial }) => trial);
  const bySeed = [...grouped(scored, ({ trial }) => trial.seed)];
  return {
    settings: trials[0]!.settings,
    trials: trials.length,
    finished: trials.filter(({ scores }) => scores !== null).length,
    scores: Object.fromEntries(
      COMPARED.map((key) => [key, spreadOf(valuesOf(trials, key))]),
    ) as VariantResult['scores'],
    outOfFold: bySeed.flatMap(([seed, own]) => {
      const evaluations = own.flatMap(({ evaluation }) => evaluation ?? []);
      if (folds === null || evaluations.length < folds) return [];
      return [{ seed, summary: pooled(evaluations, groupOf) }];
    }),
  };
}

/** Images of several evaluations scored as one set, with intervals by the bootstrap over groups. */
function pooled(evaluations: readonly Evaluation[], groupOf: (id: string) => string): Summary {
  const images = evaluations.flatMap((evaluation) => evaluation.images);
  return summarize(
    images.map(({ id, hits, misses, alarms, structures, structuresFound, falseStructures }) => {
      // How many pixels are scored is not recorded; a summary asks only whether there is one.
      const pixels = 1;
      const counts = { pixels, hits, misses, alarms, structures, structuresFound, falseStructures };
      return { id, pixels, classes: [], foreground: counts };
    }),
    { groupOf },
  ).foreground;
}

function valuesOf(trials: readonly TrialResult[], key: Compared): number[] {
  return trials.flatMap(({ scores }) => scores?.[key] ?? []);
}

function better(one: VariantResult, other: VariantResult): number {
  const isWhole = ({ finished, trials }: VariantResult) => Number(finished === trials);
  const mean = ({ scores }: VariantResult) => scores.balanced?.mean ?? -1;
  return isWhole(other) - isWhole(one) || mean(other) - mean(one);
}

/** For each setting of which a value comes up in several trials: the mean over all that have it. */
function effectsOf(trials: readonly TrialResult[]): Effect[] {
  const names = [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))];
  return names.flatMap((setting) => {
    const having = trials.filter(({ settings }) => setting in settings);
    const values = grouped(having, ({ settings }) => JSON.stringify(settings[setting]));
    return [...values.values()].map((own) => ({
      setting,
      value: own[0]!.settings[setting]!,
      balanced: spreadOf(valuesOf(own, 'balanced')),
    }));
  });
}

/** Items by what they have in common, in the order of their first. */
function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [item]);
    else own.push(item);
  }
  return groups;
}
