import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { countPart, inspect, type Part, writeAtomically } from '@raremask/engine';
import {
  drawExample,
  type InspectionExample,
  inspectionPage,
  inspectionTable,
} from '@raremask/report';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { partOfFolder } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { recommended, withLoaded } from '../init/recommended.ts';
import { type ManifestOptions, manifestFromArguments } from '../manifestArguments.ts';
import { withProgress } from '../progress.ts';

export interface InspectionOptions extends ManifestOptions {
  readonly html?: string;
  /** Whether costs are measured. */
  readonly cost?: boolean;
  readonly part?: Part;
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
  const { part } = options;
  if (manifest !== undefined && (await isFolder(manifest))) {
    if (part !== undefined) throw partOfFolder(manifest);
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
  const loaded = await manifestFromArguments(manifest, options);
  return part === undefined
    ? await shown(loaded, options, console)
    : await counted(loaded, part, console);
}

/** Counts a share of the set, and says what came of it. */
async function counted(loaded: LoadedManifest, part: Part, console: Console): Promise<number> {
  const found = await withProgress(console, (onEvent) => countPart(loaded, part, onEvent));
  if (console.json) console.result(found);
  const { samples, counted: images, empty, unreadable } = found;
  const own = images + unreadable.length;
  console.text(
    `part ${part.number} of ${part.of}: ${images} of its ${own} images counted (of ${samples}), ${empty} without foreground`,
  );
  for (const { id, message } of unreadable) console.text(`  ${id}: ${message}`);
  if (unreadable.length > 0) console.text(`${unreadable.length} cannot be read`);
  console.note('info', 'When all parts are counted, inspect without --part puts them together.');
  return EXIT.ok;
}

async function shown(
  loaded: LoadedManifest,
  options: Pick<InspectionOptions, 'html' | 'cost'>,
  console: Console,
): Promise<number> {
  const cost = options.cost === true;
  const compute = cost ? (await prepared(loaded)).compute : undefined;
  const examples: InspectionExample[] = [];
  const inspection = await withProgress(console, (onEvent) =>
    inspect(loaded, {
      onEvent,
      cost,
      compute,
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
