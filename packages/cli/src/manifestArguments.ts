import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type LoadedManifest, loadManifest } from '@raremask/core/manifest';
import { openRunFolder } from '@raremask/engine';
import { noManifest } from './errors.ts';

/** Where optimizers and schedules are found that a manifest calls by a word: beside the command. */
export const STANDARD = import.meta.dirname;

/** The options of commands that take a manifest. */
export interface ManifestOptions {
  readonly file?: readonly string[];
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly precision?: string;
  readonly budget?: string;
}

/** Loads the manifest named on the command line, raremask.yaml where none is named. */
export async function manifestFromArguments(
  manifest: string | undefined,
  options: ManifestOptions,
): Promise<LoadedManifest> {
  const named = [...(manifest === undefined ? [] : [manifest]), ...(options.file ?? [])];
  if (named.length === 0 && !existsSync('raremask.yaml')) throw noManifest();
  return await loadManifest(named.length > 0 ? named : ['raremask.yaml'], {
    set: overrides(options),
    env: process.env,
    standard: STANDARD,
  });
}

/**
 * Loads the manifest that a run was trained with, from the folder that it was written for; of files that are
 * named as well, values win.
 */
export async function manifestOfRun(
  run: string,
  options: ManifestOptions,
): Promise<LoadedManifest> {
  const { folder, environment } = await openRunFolder(run);
  return await loadManifest([folder.manifest, ...(options.file ?? [])], {
    set: overrides(options),
    env: process.env,
    standard: STANDARD,
    folder: resolve(folder.path, environment.manifestFolder),
  });
}

/**
 * The manifest of a run without what is overridden now; undefined where nothing is, or where it no longer
 * loads, which is said.
 */
export async function manifestBefore(
  run: string,
  options: ManifestOptions,
  warn: (text: string) => void,
): Promise<LoadedManifest | undefined> {
  if (overrides(options).length === 0 && !options.file?.length) return undefined;
  try {
    return await manifestOfRun(run, {});
  } catch (error) {
    warn(
      `what has changed since the run stopped is not known, since its own manifest no longer loads: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    );
    return undefined;
  }
}

/** What is said where shares of a split are overridden that a run has dealt already. */
export function keptSplitNote(
  { manifest }: LoadedManifest,
  { set = [] }: Pick<ManifestOptions, 'set'>,
): string | undefined {
  const asked = set.find((override) => override.startsWith('data.split'));
  if (asked === undefined || typeof manifest.data.split.validation !== 'number') return undefined;
  return `${asked} changes nothing for the images of the run, which stay in their splits (splits.json)`;
}

function overrides({
  set = [],
  backend,
  precision,
  budget,
}: Pick<ManifestOptions, 'set' | 'backend' | 'precision' | 'budget'>): string[] {
  return [
    ...set,
    ...(backend === undefined ? [] : [`backend=${backend}`]),
    ...(precision === undefined ? [] : [`precision=${precision}`]),
    ...(budget === undefined ? [] : [`train.budget=${budget === 'none' ? null : budget}`]),
  ];
}
