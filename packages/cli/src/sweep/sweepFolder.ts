import { join } from 'node:path';
import { readJson, writeJson } from '@raremask/record';
import { sweepChanged, sweepDamaged } from './errors.ts';
import type { Halving } from './shape.ts';
import type { Trial } from './trial.ts';

/** The files of a sweep. */
export interface SweepFolder {
  readonly path: string;
  readonly record: string;
  readonly table: string;
  /** Run folder of a trial. */
  trial(id: string): string;
  /** What a trial's process writes. */
  log(id: string): string;
  /** Is there where a task of Slurm has failed by itself, and the trial was not begun again since. */
  failed(id: string): string;
  /** List file of a split; fold 0 is the manifest's own division. */
  list(fold: number, split: string): string;
}

/** @param path as it is to be written in commands: relative to the manifest's folder, or absolute */
export function sweepFolder(path: string): SweepFolder {
  return {
    path,
    record: join(path, 'sweep.json'),
    table: join(path, 'sweep.csv'),
    trial: (id) => join(path, 'trials', id),
    log: (id) => join(path, 'trials', `${id}.log`),
    failed: (id) => join(path, 'trials', `${id}.failed`),
    list: (fold, split) => join(path, 'splits', fold === 0 ? 'all' : `fold${fold}`, `${split}.txt`),
  };
}

/** A trial with the command line that trains it, from the folder of the manifest. */
export interface PlannedTrial extends Trial {
  readonly command: readonly string[];
}

/** sweep.json: what a sweep is made of. Written before its first trial, when all lists are. */
export interface SweepRecord {
  readonly format: 1;
  readonly name: string;
  /** From the folder of the manifest. */
  readonly manifest: string;
  /** SHA-256 of the manifest with everything that it leaves out. */
  readonly manifestDigest: string;
  /** Null: the division of the manifest. */
  readonly folds: number | null;
  /** How trials are stopped early; null or left out, none is. */
  readonly halving?: Halving | null;
  /** Of the longest training. */
  readonly epochs?: number;
  /** Whether there are test images. */
  readonly test: boolean;
  /** The group of each image that has one. */
  readonly groups: Readonly<Record<string, string>>;
  readonly trials: readonly PlannedTrial[];
}

/** Undefined of a folder in which no sweep has begun. */
export async function readSweep({ record }: SweepFolder): Promise<SweepRecord | undefined> {
  const found = await readJson<Partial<SweepRecord> | null>(record);
  if (found === undefined) return undefined;
  if (found?.format !== 1 || !Array.isArray(found.trials)) throw sweepDamaged(record);
  return found as SweepRecord;
}

export async function writeSweep(folder: SweepFolder, record: SweepRecord): Promise<void> {
  await writeJson(folder.record, record);
}

/** Throws where trials that are there and trials to come could not be compared. */
export function checkSame(
  { record }: SweepFolder,
  before: SweepRecord,
  now: Pick<SweepRecord, 'manifestDigest' | 'folds'>,
): void {
  if (before.folds !== now.folds) {
    throw sweepChanged(record, 'the folds', foldsText(before.folds), foldsText(now.folds));
  }
  if (before.manifestDigest !== now.manifestDigest) {
    throw sweepChanged(record, 'the manifest', before.manifestDigest, now.manifestDigest);
  }
}

function foldsText(folds: number | null): string {
  return folds === null ? 'no folds' : `${folds} folds`;
}
