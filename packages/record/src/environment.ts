import type { BackendFact } from '@raremask/core';
import { environmentDamaged } from './errors.ts';
import { readText } from './recordedFile.ts';
import { unsealed } from './seal.ts';

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

/** The same as any version wrote it: every entry may be missing. */
export type RecordedEnvironment = Partial<Omit<Environment, 'backend'>> & {
  readonly backend?: Pick<BackendFact, 'name'> & Partial<BackendFact>;
};

/**
 * Empty where the folder has no such file.
 *
 * @throws RaremaskError where it is cut off, or no JSON object
 */
export async function readEnvironment(path: string): Promise<RecordedEnvironment> {
  const text = await readText(path);
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = unsealed(text);
  } catch (error) {
    throw environmentDamaged(path, error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw environmentDamaged(path, text.slice(0, 40));
  }
  return value as RecordedEnvironment;
}
