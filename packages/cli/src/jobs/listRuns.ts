import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import { runFolder } from '@raremask/record';
import { type RunSummary, runsTable, summarizeRun } from '@raremask/report';
import type { Console } from '../console.ts';
import { noRuns } from '../errors.ts';
import { EXIT } from '../failure.ts';

/** Lists the runs of a folder, the newest last; one that cannot be read is named, and the others are listed. */
export async function listRuns(folder: string, console: Console): Promise<number> {
  const isRun = (path: string) => existsSync(runFolder(path).manifest);
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const inside = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => join(folder, name))
    .filter(isRun);
  const found = isRun(folder) ? [folder] : inside;
  if (found.length === 0) throw noRuns(folder);
  const runs: RunSummary[] = [];
  const broken: string[] = [];
  for (const path of found) {
    try {
      runs.push((await summarizeRun(path)).summary);
    } catch (error) {
      if (!isRaremaskError(error)) throw error;
      broken.push(`${path}: ${error.message} [${error.code}]`);
    }
  }
  runs.sort((left, right) => ((left.startedAt ?? '') < (right.startedAt ?? '') ? -1 : 1));
  if (console.json) console.result({ runs, broken });
  if (runs.length > 0) {
    console.text(runsTable(runs, { color: console.color, width: console.width }));
  }
  for (const text of broken) console.note('warn', text);
  return broken.length > 0 ? EXIT.data : EXIT.ok;
}
