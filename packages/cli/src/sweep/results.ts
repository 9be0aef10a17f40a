import { type Summary, spreadOf, summarize } from '@raremask/metrics';
import { type Evaluation, readEvaluations } from '@raremask/record';
import {
  COMPARED,
  type Compared,
  type Effect,
  type Stop,
  type SweepResults,
  type TrialResult,
  type VariantResult,
} from '@raremask/report';
import { grouped } from './grouped.ts';
import { ladderOf } from './halving.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';
import { settingsId, trialState } from './trial.ts';

/**
 * What the trials of a sweep have scored so far, read from their run folders.
 *
 * @param failed trials that have failed in this call, and those of them whose training itself did
 */
export async function sweepResults(
  folder: SweepFolder,
  record: Pick<SweepRecord, 'name' | 'trials' | 'groups' | 'folds' | 'halving' | 'epochs'>,
  failed: { readonly all?: ReadonlySet<string>; readonly lost?: ReadonlySet<string> } = {},
): Promise<Omit<SweepResults, 'endedByBudget'>> {
  const { name, trials: planned, groups, folds } = record;
  const { stops } = await ladderOf(folder, record, failed.lost);
  const scored = await Promise.all(
    planned.map(async ({ id, settings, seed, fold }) => {
      const found = trialState(folder.trial(id));
      const isStopped = found !== 'finished' && stops.has(settingsId(settings));
      const state = failed.all?.has(id) ? 'failed' : isStopped ? 'stopped' : found;
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
      .map((own) => variantOf(own, folds, stops, (id) => groups[id] ?? id))
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

function scoresOf(summary: Summary): NonNullable<TrialResult['scores']> {
  return Object.fromEntries(COMPARED.map((key) => [key, summary[key]])) as Readonly<
    Record<Compared, number | null>
  >;
}

function variantOf(
  scored: readonly Scored[],
  folds: number | null,
  stops: ReadonlyMap<string, Stop>,
  groupOf: (id: string) => string,
): VariantResult {
  const trials = scored.map(({ trial }) => trial);
  const bySeed = [...grouped(scored, ({ trial }) => trial.seed)];
  return {
    settings: trials[0]!.settings,
    trials: trials.length,
    finished: trials.filter(({ scores }) => scores !== null).length,
    stopped: stops.get(settingsId(trials[0]!.settings)) ?? null,
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
  // Of those that were stopped, the one that came further, and there the better one.
  const rung = ({ stopped }: VariantResult) => stopped?.rung ?? Number.POSITIVE_INFINITY;
  const place = ({ stopped }: VariantResult) => stopped?.place ?? 0;
  return (
    isWhole(other) - isWhole(one) ||
    (rung(one) === rung(other) ? 0 : rung(other) - rung(one)) ||
    mean(other) - mean(one) ||
    place(one) - place(other)
  );
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
