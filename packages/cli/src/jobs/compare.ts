import { relative } from 'node:path';
import { openRunFolder } from '@raremask/engine';
import { compareRuns, comparisonTable, writeComparison } from '@raremask/report';
import type { Console } from '../console.ts';
import { oneRunOnly } from '../errors.ts';
import { EXIT } from '../failure.ts';

export interface ComparisonOptions {
  readonly split: string;
  readonly html?: string;
}

/** Shows runs side by side. */
export async function compareRunFolders(
  runs: readonly string[],
  { split, html }: ComparisonOptions,
  console: Console,
): Promise<number> {
  if (runs.length < 2) throw oneRunOnly(runs[0]!);
  for (const run of runs) await openRunFolder(run);
  const found = await compareRuns(runs, split);
  if (html !== undefined) await writeComparison(html, found);
  const { comparison } = found;
  if (console.json) {
    const curves = found.runs.map(({ history }) => history);
    console.result({ ...comparison, curves, ...(html !== undefined && { html }) });
  }
  console.text(comparisonTable(comparison, { color: console.color, width: console.width }));
  if (html !== undefined) console.text(`page  ${relative(process.cwd(), html) || '.'}`);
  return EXIT.ok;
}
