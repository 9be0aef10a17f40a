import {
  manifestDifferences,
  readManifest,
  runFolder,
  type SettingDifference,
} from '@raremask/record';
import { type RunSummary, type SummarizedRun, summarizeRun } from '../record/runSummary.ts';
import { type Pairing, paired } from './pairs.ts';

/** Several runs side by side; the first is the one that the others are held against. */
export interface Comparison {
  readonly split: string;
  readonly runs: readonly RunSummary[];
  /** Of each run but the first; null where one of the two has not scored the split. */
  readonly pairs: readonly (Pairing | null)[];
  /** Settings that are not the same in all manifests. */
  readonly settings: readonly SettingDifference[];
}

/** @param split whose images are paired */
export async function compareRuns(
  folders: readonly string[],
  split: string,
): Promise<{ readonly comparison: Comparison; readonly runs: readonly SummarizedRun[] }> {
  const runs: SummarizedRun[] = [];
  for (const folder of folders) runs.push(await summarizeRun(folder));
  const manifests = await Promise.all(
    folders.map(async (folder) => (await readManifest(runFolder(folder).manifest)) ?? {}),
  );
  const scored = runs.map(({ evaluations }) => evaluations.find((one) => one.split === split));
  const [first, ...others] = scored;
  return {
    runs,
    comparison: {
      split,
      runs: named(runs.map(({ summary }) => summary)),
      pairs: others.map((other) => (first && other ? paired(first, other) : null)),
      settings: manifestDifferences(manifests).filter(({ setting }) => setting !== 'name'),
    },
  };
}

/** Runs of one name are told apart by their folders. */
function named(runs: readonly RunSummary[]): RunSummary[] {
  const twice = (name: string) => runs.filter((run) => run.name === name).length > 1;
  return runs.map((run) => (twice(run.name) ? { ...run, name: run.folder } : run));
}
