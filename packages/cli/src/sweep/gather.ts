import { join } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { writeAtomically, writeJson } from '@raremask/record';
import type { Console } from '../console.ts';
import { writeBest } from './bestManifest.ts';
import { sweepResults } from './results.ts';
import { resultCsv, resultText } from './resultText.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';

/** Compares what is finished of a sweep, writes its tables and the best manifest, and shows them. */
export async function gather(
  folder: SweepFolder,
  record: SweepRecord,
  loaded: LoadedManifest,
  console: Console,
  { shown, about = {} }: { readonly shown: (path: string) => string; readonly about?: object },
): Promise<void> {
  const results = await sweepResults(folder, record);
  await writeAtomically(folder.table, resultCsv(results));
  await writeJson(join(folder.path, 'results.json'), results);
  const warn = (text: string) => console.note('warn', text);
  const best = await writeBest(record.name, loaded, results.variants, warn);
  if (console.json)
    console.result({ ...results, folder: folder.path, best: best ?? null, ...about });
  console.text(resultText(results, { color: console.color, width: console.width }));
  console.text(`table   ${shown(folder.table)}`);
  if (best !== undefined) console.text(`best    ${shown(best)}`);
}
