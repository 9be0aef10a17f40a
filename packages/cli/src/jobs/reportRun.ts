import { openRunFolder } from '@raremask/engine';
import { writeReport } from '@raremask/report';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';

/** Writes the report of a run that is there. */
export async function reportRun(run: string, console: Console): Promise<number> {
  const { folder } = await openRunFolder(run);
  const report = await writeReport(folder.path);
  if (console.json) console.result({ report });
  console.text(report);
  return EXIT.ok;
}
