import type { Manifest } from '@raremask/core/manifest';
import { lastScored, readHistory, runFolder } from '@raremask/record';
import type { Stop } from '@raremask/report';
import { halvingCannot } from './errors.ts';
import { grouped } from './grouped.ts';
import type { Halving } from './shape.ts';
import type { PlannedTrial, SweepFolder, SweepRecord } from './sweepFolder.ts';
import { settingsId, trialState } from './trial.ts';

/** How far the halving of a sweep is. */
export interface Ladder {
  /** By the ID of settings. */
  readonly stops: ReadonlyMap<string, Stop>;
  /** What is to be trained next, and the epoch at which it waits; undefined epochs: to the end. */
  readonly next: {
    readonly trials: readonly PlannedTrial[];
    readonly until: number | undefined;
  };
}

/**
 * Successive halving (Jamieson and Talwalkar 2016, Non-stochastic best arm identification and hyperparameter
 * optimization): all settings are trained to a rung's epochs, those with the best validation there go on to the next.
 *
 * What goes on follows from the rows that run folders have for the rungs' epochs, and from nothing else: whichever
 * process trained them, when and in what order. Equal ones keep the order of the plan. Without halving there is one
 * rung, the end.
 *
 * @param lost trials whose training fails: their settings go no further
 */
export async function ladderOf(
  folder: SweepFolder,
  { trials, halving, epochs = 0 }: Pick<SweepRecord, 'trials' | 'halving' | 'epochs'>,
  lost: ReadonlySet<string> = new Set(),
): Promise<Ladder> {
  const stops = new Map<string, Stop>();
  let alive = [...grouped(trials, ({ settings }) => settingsId(settings))];
  for (const [at, until] of (halving ? rungsOf(halving, epochs) : []).entries()) {
    const waiting: PlannedTrial[] = [];
    const means: (number | null)[] = [];
    for (const [, own] of alive) {
      const found = await Promise.all(own.map(({ id }) => valueAt(folder.trial(id), until)));
      waiting.push(...own.filter(({ id }, index) => found[index] === undefined && !lost.has(id)));
      const values = found.filter((value) => typeof value === 'number');
      const failed = own.some(({ id }, index) => found[index] === undefined && lost.has(id));
      means.push(failed || values.length === 0 ? null : mean(values));
    }
    if (waiting.length > 0) return { stops, next: { trials: waiting, until } };
    const ranked = alive
      .map((one, index) => ({ one, index, value: means[index]! }))
      .sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || a.index - b.index);
    const kept = Math.max(1, Math.ceil(alive.length / halving!.factor));
    const out = ranked.filter(({ value }, place) => place >= kept || value === null);
    for (const { one, value } of out) {
      const place = ranked.findIndex((other) => other.one === one) + 1;
      const of = ranked.length;
      stops.set(one[0], { rung: at + 1, epochs: until, balanced: value, place, of });
    }
    alive = alive.filter(([id]) => !stops.has(id));
  }
  const rest = alive.flatMap(([, own]) => own);
  const unfinished = rest.filter(
    ({ id }) => trialState(folder.trial(id)) !== 'finished' && !lost.has(id),
  );
  return { stops, next: { trials: unfinished, until: undefined } };
}

/** Epochs of the rungs, all of them before the end. */
export function rungsOf({ from, factor }: Halving, epochs: number): number[] {
  const rungs: number[] = [];
  for (let at = from; at < epochs; at *= factor) rungs.push(at);
  return rungs;
}

/** Whether a trial waits at a rung, or is further. */
export async function hasReached(run: string, until: number): Promise<boolean> {
  return (await valueAt(run, until)) !== undefined;
}

/**
 * The balance of a trial at an epoch, or at the last one before it that was validated; null where that has none.
 *
 * @returns undefined where the trial has not come so far, and has not ended before
 */
async function valueAt(run: string, until: number): Promise<number | null | undefined> {
  const rows = await readHistory(runFolder(run).metrics);
  const isThere = (rows.at(-1)?.epoch ?? 0) >= until || trialState(run) === 'finished';
  if (!isThere) return undefined;
  return lastScored(rows.filter(({ epoch }) => epoch <= until))?.validation?.balanced ?? null;
}

/** @throws RaremaskError where halving would do nothing, or has nothing to go by */
export function checkHalving(halving: Halving, manifests: readonly Manifest[]): void {
  const longest = longestOf(manifests);
  if (manifests.length < 2) {
    throw halvingCannot(
      'there is one combination of settings, and nothing that could be stopped for another',
      'settings with two values or more',
      'name settings that vary, or leave halving out',
    );
  }
  if (halving.from >= longest) {
    throw halvingCannot(
      `from is ${halving.from}, and no training has more than ${longest} epochs`,
      'a first rung before the end',
      'make from smaller, or leave halving out',
    );
  }
  if (manifests.some(({ train }) => train.budget !== null)) {
    throw halvingCannot(
      'train.budget ends trainings by the clock, so that an epoch is another part of each',
      'trainings of so many epochs',
      'set train.budget to null in the manifest, or leave halving out',
    );
  }
  const every = Math.max(
    ...manifests.map(({ train }) => (train.validateEvery === 'auto' ? 1 : train.validateEvery)),
  );
  if (halving.from < every) {
    throw halvingCannot(
      `the first rung is at epoch ${halving.from}, and the first validation at epoch ${every}`,
      'a validation at the first rung or before',
      'make from larger, or train.validateEvery smaller',
    );
  }
}

export function longestOf(manifests: readonly Manifest[]): number {
  return Math.max(...manifests.map(({ train }) => train.epochs));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
