import { flatSettings, type Json } from '@raremask/core';
import { parse } from 'yaml';
import { readText } from './recordedFile.ts';

/** A setting that is not the same everywhere, with its value in each manifest; null where it has none. */
export interface SettingDifference {
  /** By its place: `train.batch`, `loss.0.use`. */
  readonly setting: string;
  readonly values: readonly (string | number | boolean | null)[];
}

/** What differs between manifests, in the order in which settings are written. */
export function manifestDifferences(manifests: readonly Json[]): SettingDifference[] {
  const flat = manifests.map(flatSettings);
  const names = [...new Set(flat.flatMap((settings) => Object.keys(settings)))];
  return names.flatMap((setting) => {
    const values = flat.map((settings) => settings[setting] ?? null);
    return values.every((value) => value === values[0]) ? [] : [{ setting, values }];
  });
}

/** The resolved manifest of a run as plain data; undefined where there is none, or it is no YAML. */
export async function readManifest(path: string): Promise<Json | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return parse(text) as Json;
  } catch {
    return undefined;
  }
}
