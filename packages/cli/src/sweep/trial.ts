import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { evaluationName, REPORT_NAME, runFolder } from '@raremask/record';
import type { Settings } from './shape.ts';

/** One training of a sweep. */
export interface Trial {
  /** Names it by what it is, so that it is found again in a sweep that has grown. */
  readonly id: string;
  readonly settings: Settings;
  readonly seed: number;
  /** Counted from 1; 0 where the manifest's own division is used. */
  readonly fold: number;
}

/** What one trial is called. */
function trialId({ settings, seed, fold }: Omit<Trial, 'id'>): string {
  const own = Object.keys(settings).length === 0 ? [] : [settingsId(settings)];
  return [...own, `seed${seed}`, ...(fold === 0 ? [] : [`fold${fold}`])].join('-');
}

/** Eight hexadecimal digits that follow from the settings alone. */
export function settingsId(settings: Settings): string {
  const sorted = Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8);
}

/** Trials fold by fold within a seed, seed by seed within the settings. */
export function trialsOf(
  variants: readonly Settings[],
  seeds: readonly number[],
  folds: number | undefined,
): Trial[] {
  const numbers = folds === undefined ? [0] : Array.from({ length: folds }, (_, at) => at + 1);
  return variants.flatMap((settings) =>
    seeds.flatMap((seed) =>
      numbers.map((fold) => ({
        id: trialId({ settings, seed, fold }),
        ...{ settings, seed, fold },
      })),
    ),
  );
}

/** How far a trial is, as its run folder shows. */
export type TrialState = 'finished' | 'interrupted' | 'missing';

/** A run folder without a checkpoint has nothing to go on from. */
export function trialState(path: string): TrialState {
  const { last } = runFolder(path);
  const scored = [evaluationName('validation'), REPORT_NAME];
  if (scored.every((name) => existsSync(join(path, name)))) return 'finished';
  return existsSync(last) ? 'interrupted' : 'missing';
}
