import type { BackendFact } from '@raremask/core';
import { readJson } from './recordedFile.ts';

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

/** Empty where the folder has no such file. */
export async function readEnvironment(path: string): Promise<RecordedEnvironment> {
  return (await readJson<RecordedEnvironment>(path)) ?? {};
}
