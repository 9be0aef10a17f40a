import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { type EpochRow, readHistory, runFolder } from '@raremask/record';
import { type SweepResults, writeSweepPage } from '@raremask/report';
import type { SweepFolder } from './sweepFolder.ts';

/** Writes results.html, from what the trials have recorded. */
export async function writePage(
  path: string,
  {
    folder,
    results,
    best,
    base,
  }: {
    readonly folder: SweepFolder;
    readonly results: SweepResults;
    /** Path of the manifest of the best; undefined where there is none. */
    readonly best: string | undefined;
    /** Of the manifest: its path is shown from here. */
    readonly base: string;
  },
): Promise<void> {
  const histories = new Map<string, readonly EpochRow[]>();
  for (const { id } of results.trials) {
    histories.set(id, await readHistory(runFolder(folder.trial(id)).metrics));
  }
  await writeSweepPage(path, {
    ...{ results, histories },
    best:
      best === undefined
        ? null
        : { path: relative(base, best), text: await readFile(best, 'utf8') },
  });
}
