import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { inspect, writeAtomically } from '@raremask/engine';
import {
  drawExample,
  type InspectionExample,
  inspectionPage,
  inspectionTable,
} from '@raremask/report';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { recommended, withLoaded } from '../init/recommended.ts';
import { type ManifestOptions, manifestFromArguments } from '../manifestArguments.ts';
import { withProgress } from '../progress.ts';

export interface InspectionOptions extends ManifestOptions {
  readonly html?: string;
}

/**
 * Counts the manifest's data set and what its sampler makes of it, and prints the tables. In place of
 * a manifest, a folder of data is taken with the manifest that `raremask init` would write for it.
 */
export async function inspectData(
  manifest: string | undefined,
  options: InspectionOptions,
  console: Console,
): Promise<number> {
  if (manifest !== undefined && (await isFolder(manifest))) {
    const { text } = await recommended(manifest, process.cwd(), undefined, console);
    const { file: files = [], set = [] } = options;
    const code = await withLoaded(
      text,
      process.cwd(),
      (loaded) => shown(loaded, options, console),
      {
        files,
        set,
      },
    );
    console.text(text);
    console.note('info', `Write this manifest with: raremask init ${manifest}`);
    return code;
  }
  return await shown(await manifestFromArguments(manifest, options), options, console);
}

async function shown(
  loaded: LoadedManifest,
  options: { readonly html?: string },
  console: Console,
): Promise<number> {
  const examples: InspectionExample[] = [];
  const inspection = await withProgress(console, (onEvent) =>
    inspect(loaded, {
      onEvent,
      ...(options.html !== undefined && {
        onExample: (example) => {
          examples.push(drawExample(example));
        },
      }),
    }),
  );
  if (options.html !== undefined) {
    await writeAtomically(resolve(options.html), await inspectionPage(inspection, examples));
    console.note('info', `page  ${relative(process.cwd(), resolve(options.html))}`);
  }
  if (console.json) console.result(inspection);
  console.text(inspectionTable(inspection, { color: console.color, width: console.width }));
  return EXIT.ok;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
