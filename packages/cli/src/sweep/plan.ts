import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { type LoadedManifest, loadManifest, type Manifest } from '@raremask/core/manifest';
import { dealFolds, type OnEvent, openData, type Splits } from '@raremask/engine';
import { makeFolder, writeAtomically } from '@raremask/record';
import { STANDARD } from '../manifestArguments.ts';
import type { SlurmMap } from '../slurm/settings.ts';
import { settingOfSweep } from './errors.ts';
import { checkHalving, longestOf } from './halving.ts';
import type { Halving, Settings, SettingsRule } from './shape.ts';
import {
  checkSame,
  type PlannedTrial,
  readSweep,
  type SweepFolder,
  type SweepRecord,
  sweepFolder,
  writeSweep,
} from './sweepFolder.ts';
import { type Trial, trialsOf } from './trial.ts';
import { variantsOf } from './variants.ts';

/** What is asked for, from a sweep file or from the command line. */
export interface SweepRequest {
  readonly name: string;
  readonly loaded: LoadedManifest;
  readonly folds?: number | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly settings?: SettingsRule | undefined;
  /** Options of sbatch, where trials run on Slurm. */
  readonly slurm?: SlurmMap | undefined;
  readonly halving?: Halving | undefined;
  /** Of each call, as 90s, 10m or 2h. */
  readonly budget?: string | undefined;
}

/** A sweep that is ready to be trained. */
export interface Sweep {
  readonly folder: SweepFolder;
  readonly record: SweepRecord;
  /** Trials of an earlier plan that this one does not have. */
  readonly dropped: readonly string[];
}

/** What a sweep sets itself in each trial. */
const OWN: readonly { readonly name: string; of(manifest: Manifest): unknown }[] = [
  { name: 'seed', of: ({ seed }) => seed },
  { name: 'name', of: ({ name }) => name },
  { name: 'data.split', of: ({ data }) => data.split },
  { name: 'output', of: ({ output }) => output },
];

/**
 * Plans all trials, checks the manifest of each, and divides the images once for all of them. A sweep that
 * has begun keeps its division.
 *
 * @throws ManifestErrors where settings do not fit the manifest
 * @throws RaremaskError where the manifest or the folds are others than those of the trials that are there
 */
export async function planSweep(request: SweepRequest, onEvent: OnEvent): Promise<Sweep> {
  const { name, loaded, folds, seeds = [loaded.manifest.seed] } = request;
  const variants = variantsOf(request.settings);
  const manifests: Manifest[] = [];
  for (const settings of variants) {
    const { manifest } = await checkVariant(loaded, settings);
    manifests.push(manifest);
    const taken = OWN.find(
      (own) => JSON.stringify(own.of(manifest)) !== JSON.stringify(own.of(loaded.manifest)),
    );
    if (taken) throw settingOfSweep(taken.name, settings);
  }
  const { halving = null } = request;
  if (halving) checkHalving(halving, manifests);
  // Commands are given from the manifest's folder; files are written from anywhere.
  const shown = sweepFolder(join('sweeps', name));
  const folder = sweepFolder(join(loaded.folder, 'sweeps', name));
  const same = { manifestDigest: digestOf(loaded), folds: folds ?? null };
  const before = await readSweep(folder);
  if (before) checkSame(folder, before, same);
  const { test, groups } = before ?? (await divide(loaded, folder, folds, onEvent));
  const trials = trialsOf(variants, seeds, folds).map((trial): PlannedTrial => {
    const command = trialCommand(trial, { loaded, name, shown, test });
    return { ...trial, command };
  });
  const manifest = basename(loaded.files[0]!);
  const record: SweepRecord = {
    ...{ format: 1, name, manifest, ...same, test, groups },
    epochs: longestOf(manifests),
    ...(halving && { halving }),
    trials,
  };
  makeFolder(join(folder.path, 'trials'));
  await writeSweep(folder, record);
  const planned = new Set(trials.map(({ id }) => id));
  const dropped = (before?.trials ?? []).map(({ id }) => id).filter((id) => !planned.has(id));
  return { folder, record, dropped };
}

/** Loads the manifest of a sweep with settings, so that mistakes are found before anything is trained. */
export async function checkVariant(
  { files, folder }: LoadedManifest,
  settings: Settings,
  more: readonly string[] = [],
): Promise<LoadedManifest> {
  const set = [...overridesOf(settings), ...more];
  return await loadManifest([files[0]!], { set, env: process.env, standard: STANDARD, folder });
}

function overridesOf(settings: Settings): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

interface Common {
  readonly loaded: LoadedManifest;
  readonly name: string;
  readonly shown: SweepFolder;
  readonly test: boolean;
}

/** The one command that trains a trial, wherever it runs. */
function trialCommand({ id, settings, seed, fold }: Trial, common: Common): string[] {
  const { loaded, name, shown, test } = common;
  const splits = ['train', 'validation', ...(test ? ['test'] : [])];
  const set = [
    ...overridesOf(settings),
    ...splits.map((split) => `data.split.${split}=${JSON.stringify(shown.list(fold, split))}`),
    `seed=${seed}`,
    `name=${JSON.stringify(`${name}-${id}`)}`,
  ];
  const out = shown.trial(id);
  return [
    'train',
    basename(loaded.files[0]!),
    ...set.flatMap((one) => ['--set', one]),
    '--out',
    out,
  ];
}

function digestOf(loaded: LoadedManifest): string {
  return createHash('sha256').update(JSON.stringify(loaded.toJson())).digest('hex');
}

/** Writes the lists of every fold, or of the manifest's own division: a trial's seed must not move an image. */
async function divide(
  loaded: LoadedManifest,
  folder: SweepFolder,
  folds: number | undefined,
  onEvent: OnEvent,
): Promise<Pick<SweepRecord, 'test' | 'groups'>> {
  const data = await openData(loaded, onEvent);
  try {
    const { splits, dataset } = data;
    const dealt: readonly (readonly [number, Splits])[] =
      folds === undefined
        ? [[0, splits]]
        : (await dealFolds(data, folds, loaded.manifest.seed)).map((own, at) => [at + 1, own]);
    for (const [fold, own] of dealt) {
      for (const split of ['train', 'validation', 'test'] as const) {
        const path = folder.list(fold, split);
        makeFolder(join(path, '..'));
        await writeAtomically(path, own[split].map((id) => `${id}\n`).join(''));
      }
    }
    const groups = [...splits.train, ...splits.validation].flatMap((id): [string, string][] => {
      const group = dataset.group(id);
      return group === undefined ? [] : [[id, group]];
    });
    return { test: splits.test.length > 0, groups: Object.fromEntries(groups) };
  } finally {
    await data.close();
  }
}
