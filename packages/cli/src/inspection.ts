import { inspect } from '@raremask/engine';
import { createProgress, inspectionTable } from '@raremask/report';
import type { Console } from './console.ts';
import { EXIT } from './failure.ts';
import { type ManifestOptions, manifestFromArguments } from './manifestArguments.ts';

/** Counts the manifest's data set and prints the tables. */
export async function inspectData(
  manifest: string | undefined,
  options: ManifestOptions,
  console: Console,
): Promise<number> {
  const loaded = await manifestFromArguments(manifest, options);
  const progress = createProgress(process.stderr, {
    terminal: process.stderr.isTTY === true,
    color: console.color,
  });
  try {
    const inspection = await inspect(loaded, (event) => progress.event(event));
    progress.close();
    if (console.json) console.result(inspection);
    console.text(inspectionTable(inspection, { color: console.color, width: console.width }));
  } finally {
    progress.close();
  }
  return EXIT.ok;
}
