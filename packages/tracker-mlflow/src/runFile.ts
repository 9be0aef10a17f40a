import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { cannotKeep } from './errors.ts';

/** In the run folder: by it a resumed run finds its own run on the server. */
export const RUN_FILE = 'mlflow.json';

const keptRun = z.object({ trackingUri: z.string(), experiment: z.string(), runId: z.string() });

/** A run folder may be sent to several servers, or experiments: a run for each. */
const kept = z.object({ runs: z.array(keptRun) });

export type KeptRun = z.output<typeof keptRun>;

/** Every run of the folder that a server has. */
export function readRuns(folder: string): readonly KeptRun[] {
  const path = join(folder, RUN_FILE);
  try {
    return kept.parse(JSON.parse(readFileSync(path, 'utf8'))).runs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cannotKeep(path, error);
  }
}

export function isSameRun(one: Omit<KeptRun, 'runId'>, other: Omit<KeptRun, 'runId'>): boolean {
  return one.trackingUri === other.trackingUri && one.experiment === other.experiment;
}

/** Keeps a run beside those of other servers and experiments. */
export function keepRun(folder: string, run: KeptRun): void {
  const path = join(folder, RUN_FILE);
  const others = readRuns(folder).filter((other) => !isSameRun(other, run));
  try {
    const text = `${JSON.stringify({ runs: [...others, run] }, null, 2)}\n`;
    writeFileSync(`${path}.partial`, text);
    renameSync(`${path}.partial`, path);
  } catch (error) {
    throw cannotKeep(path, error);
  }
}
