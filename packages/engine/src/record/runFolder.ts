import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { notARun } from '../errors.ts';
import type { BackendFact } from '../events.ts';
import { makeFolder, writeAtomically } from './atomicFile.ts';

/** What a run was made with; environment.json. */
export interface Environment {
  readonly raremask: string;
  readonly node: string;
  readonly platform: string;
  readonly backend: BackendFact;
  readonly seed: number;
  readonly workers: number;
  /** The plugins as `use` names them, with the version of the package they came from. */
  readonly plugins: Readonly<Record<string, string>>;
  /** The manifest's folder, relative to the run folder. */
  readonly manifestFolder: string;
  readonly startedAt: string;
  /** What the data set says about itself, for example that it is synthetic. */
  readonly remark?: string;
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
  };
}

/** Makes a new run folder: the wished name, or the first of name-2, name-3, ... that is free. */
export function createRunFolder(wished: string): RunFolder {
  for (let number = 1; ; number++) {
    const path = number === 1 ? wished : `${wished}-${number}`;
    const isFolder = existsSync(path) && statSync(path).isDirectory();
    if (isFolder && readdirSync(path).length > 0) continue;
    const folder = runFolder(path);
    makeFolder(join(folder.path, 'checkpoints'));
    return folder;
  }
}

/** Opens a run folder that train has made; throws a clear error where something is missing. */
export async function openRunFolder(
  path: string,
): Promise<{ readonly folder: RunFolder; readonly environment: Environment }> {
  const folder = runFolder(path);
  for (const [name, file] of [
    ['manifest.resolved.yaml', folder.manifest],
    ['environment.json', folder.environment],
  ] as const) {
    if (!existsSync(file)) throw notARun(path, name);
  }
  const environment = JSON.parse(await readFile(folder.environment, 'utf8')) as Environment;
  return { folder, environment };
}

/** The checkpoints that a run keeps. */
export type Which = 'best' | 'last';

/** The checkpoint to use: the wished one, or the best where there is one, else the last. */
export function chooseCheckpoint(
  folder: RunFolder,
  wish: Which | undefined,
): { readonly which: Which; readonly path: string } {
  const candidates: readonly Which[] = wish === undefined ? ['best', 'last'] : [wish];
  const which = candidates.find((name) => existsSync(folder[name]));
  if (which === undefined) throw notARun(folder.path, `checkpoints/${wish ?? 'last'}.safetensors`);
  return { which, path: folder[which] };
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}
