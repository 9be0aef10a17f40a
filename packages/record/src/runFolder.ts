import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import { makeFolder } from './atomicFile.ts';
import { type Environment, type RecordedEnvironment, readEnvironment } from './environment.ts';
import { environmentDamaged, notARun } from './errors.ts';
import { lockRun, type RunLock } from './runLock.ts';

/** Splits that are scored, in the order in which a report shows them. */
export const SCORED_SPLITS = ['validation', 'test', 'train'] as const;

/** The page that a person reads. */
export const REPORT_NAME = 'report.html';

/** The name of the file that holds the scores of a split. */
export function evaluationName(split: string): string {
  return split === 'validation' ? 'evaluation.json' : `evaluation-${split}.json`;
}

/** The name of the folder that holds the overlays of a split. */
export function overlaysName(split: string): string {
  return split === 'validation' ? 'overlays' : `overlays-${split}`;
}

/** The files of a run folder. */
export interface RunFolder {
  readonly path: string;
  readonly manifest: string;
  readonly environment: string;
  readonly metrics: string;
  readonly events: string;
  readonly last: string;
  readonly best: string;
  readonly decision: string;
  readonly inspection: string;
  /** How the samples were divided. */
  readonly splits: string;
  /** Where a training stands within its epoch, while it goes on. */
  readonly live: string;
  /** Folder of pictures of the last validation, while it goes on. */
  readonly latest: string;
  /** What the network began with, where it was a file. */
  readonly weights: string;
}

export function runFolder(path: string): RunFolder {
  const folder = resolve(path);
  return {
    path: folder,
    manifest: join(folder, 'manifest.resolved.yaml'),
    environment: join(folder, 'environment.json'),
    metrics: join(folder, 'metrics.csv'),
    events: join(folder, 'events.ndjson'),
    last: join(folder, 'checkpoints', 'last.safetensors'),
    best: join(folder, 'checkpoints', 'best.safetensors'),
    decision: join(folder, 'decision.json'),
    inspection: join(folder, 'inspection.json'),
    splits: join(folder, 'splits.json'),
    live: join(folder, 'live.json'),
    latest: join(folder, 'latest'),
    weights: join(folder, 'weights.json'),
  };
}

/**
 * Makes a new run folder and takes it for this process: the wished name, or the first of name-2, name-3, ...
 * that is free.
 */
export function createRunFolder(wished: string): {
  readonly folder: RunFolder;
  readonly lock: RunLock;
} {
  for (let number = 1; ; number++) {
    const path = number === 1 ? wished : `${wished}-${number}`;
    const isFolder = existsSync(path) && statSync(path).isDirectory();
    if (isFolder && readdirSync(path).length > 0) continue;
    const folder = runFolder(path);
    makeFolder(join(folder.path, 'checkpoints'));
    try {
      return { folder, lock: lockRun(folder.path) };
    } catch (error) {
      // Another process has found the name free in the same moment.
      if (!isRaremaskError(error) || error.code !== 'RAREMASK_RUN_LOCKED') throw error;
    }
  }
}

interface OpenedRun {
  readonly folder: RunFolder;
  readonly environment: RecordedEnvironment & Pick<Environment, 'manifestFolder'>;
}

/** Opens a run folder that train has made; throws a clear error where something is missing. */
export async function openRunFolder(path: string): Promise<OpenedRun> {
  const folder = runFolder(path);
  if (!existsSync(folder.manifest)) throw notARun(path, 'manifest.resolved.yaml');
  if (!existsSync(folder.environment)) throw notARun(path, 'environment.json');
  const environment = await readEnvironment(folder.environment);
  const { manifestFolder } = environment;
  if (typeof manifestFolder !== 'string') {
    throw environmentDamaged(
      folder.environment,
      `manifestFolder ${JSON.stringify(manifestFolder)}`,
    );
  }
  return { folder, environment: { ...environment, manifestFolder } };
}

/** The checkpoints that a run keeps. */
type Which = 'best' | 'last';

/**
 * The checkpoint to use: the wished one, or the preferred one where there is one, else the other.
 *
 * @param preferred `evaluate.checkpoint` of the run
 */
export function chooseCheckpoint(
  folder: RunFolder,
  wish: Which | undefined,
  preferred: Which = 'best',
): { readonly which: Which; readonly path: string } {
  const other = preferred === 'best' ? 'last' : 'best';
  const candidates: readonly Which[] = wish === undefined ? [preferred, other] : [wish];
  const which = candidates.find((name) => existsSync(folder[name]));
  if (which === undefined) throw notARun(folder.path, `checkpoints/${wish ?? 'last'}.safetensors`);
  return { which, path: folder[which] };
}
