import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { cannotKeep } from './errors.ts';

/** In the run folder: by it a resumed run finds its own run on the server. */
export const RUN_FILE = 'mlflow.json';

const kept = z.object({
  /** For the reader; the server is that of the settings. */
  trackingUri: z.string(),
  runId: z.string(),
});

export type KeptRun = z.output<typeof kept>;

export function readRun(folder: string): KeptRun | undefined {
  const path = join(folder, RUN_FILE);
  try {
    return kept.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotKeep(path, error);
  }
}

export function keepRun(folder: string, run: KeptRun): void {
  const path = join(folder, RUN_FILE);
  try {
    writeFileSync(`${path}.partial`, `${JSON.stringify(run, null, 2)}\n`);
    renameSync(`${path}.partial`, path);
  } catch (error) {
    throw cannotKeep(path, error);
  }
}
