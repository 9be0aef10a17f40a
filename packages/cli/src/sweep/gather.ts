import { join } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { writeAtomically, writeJson } from '@raremask/record';
import type { Console } from '../console.ts';
import { writeBest } from './bestManifest.ts';
import { writePage } from './resultPage.ts';
import { sweepResults } from './results.ts';
import { resultCsv, resultText } from './resultText.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';

interface Gathering {
  readonly shown: (path: string) => string;
  /** What else is said as JSON. */
  readonly about?: object;
  /** Of a call that has trained: the trials that have failed, and those of them whose training itself did. */
  readonly failed?: ReadonlySet<string>;
  readonly lost?: ReadonlySet<string>;
  /** The budget of that call, as it was written, where it is used up before all is trained. */
  readonly usedUp?: string | undefined;
}

/**
 * Compares what is finished of a sweep, writes its tables, its page and the best manifest, and shows them.
 *
 * @returns the budget that has ended it, if one has
 */
export async function gather(
  folder: SweepFolder,
  record: SweepRecord,
  loaded: LoadedManifest,
  console: Console,
  { shown, about = {}, failed = new Set(), lost = new Set(), usedUp }: Gathering,
): Promise<string | null> {
  const compared = await sweepResults(folder, record, { all: failed, lost });
  const isLeft = compared.trials.some(
    ({ state }) => state === 'interrupted' || state === 'missing',
  );
  const endedByBudget = isLeft ? (usedUp ?? null) : null;
  const results = { ...compared, endedByBudget };
  await writeAtomically(folder.table, resultCsv(results));
  await writeJson(join(folder.path, 'results.json'), results);
  const warn = (text: string) => console.note('warn', text);
  const best = await writeBest(record.name, loaded, results.variants, warn);
  const page = join(folder.path, 'results.html');
  await writePage(page, { folder, results, best, base: loaded.folder });
  if (console.json) {
    console.result({ ...results, folder: folder.path, page, best: best ?? null, ...about });
  }
  console.text(resultText(results, { color: console.color, width: console.width }));
  console.text(`table   ${shown(folder.table)}`);
  console.text(`page    ${shown(page)}`);
  if (best !== undefined) console.text(`best    ${shown(best)}`);
  return endedByBudget;
}
