import { relative, resolve } from 'node:path';
import { inspect, writeAtomically } from '@raremask/engine';
import {
  createProgress,
  drawExample,
  type InspectionExample,
  inspectionPage,
  inspectionTable,
} from '@raremask/report';
import type { Console } from './console.ts';
import { EXIT } from './failure.ts';
import { type ManifestOptions, manifestFromArguments } from './manifestArguments.ts';

/** Counts the manifest's data set and what its sampler makes of it, and prints the tables. */
export async function inspectData(
  manifest: string | undefined,
  options: ManifestOptions & { readonly html?: string },
  console: Console,
): Promise<number> {
  const loaded = await manifestFromArguments(manifest, options);
  const progress = createProgress(process.stderr, {
    terminal: process.stderr.isTTY === true,
    color: console.color,
  });
  const examples: InspectionExample[] = [];
  try {
    const inspection = await inspect(loaded, {
      onEvent: (event) => progress.event(event),
      ...(options.html !== undefined && {
        onExample: (example) => {
          examples.push(drawExample(example));
        },
      }),
    });
    progress.close();
    if (options.html !== undefined) {
      await writeAtomically(resolve(options.html), await inspectionPage(inspection, examples));
      console.note('info', `page  ${relative(process.cwd(), resolve(options.html))}`);
    }
    if (console.json) console.result(inspection);
    console.text(inspectionTable(inspection, { color: console.color, width: console.width }));
  } finally {
    progress.close();
  }
  return EXIT.ok;
}
