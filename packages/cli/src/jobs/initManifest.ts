import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { secondsOf } from '@raremask/core/manifest';
import { writeAtomically } from '@raremask/engine';
import type { Console } from '../console.ts';
import { manifestExists, noTime } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { recommended, withLoaded } from '../init/recommended.ts';
import { leftOutText } from '../leftOut.ts';

export interface InitOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly use?: readonly string[];
  readonly budget?: string;
  readonly weights?: string;
}

/** Looks at a folder, counts what is in it, and writes the manifest that comes of it. */
export async function initManifest(
  data: string,
  options: InitOptions,
  console: Console,
): Promise<number> {
  const file = resolve(options.out);
  if (existsSync(file) && options.force !== true) throw manifestExists(options.out);
  const budget = options.budget === 'none' ? undefined : options.budget;
  if (budget !== undefined && secondsOf(budget) === undefined) throw noTime(budget);
  const folder = dirname(file);
  const { text, proposal, settings, unreadable } = await recommended(
    data,
    folder,
    options.use,
    console,
    { budget, weights: options.weights },
  );
  // What is written has been loaded: every setting is known and every plugin is there.
  await withLoaded(text, folder, async () => undefined);
  await writeAtomically(file, text);
  const shown = relative(process.cwd(), file) || file;
  if (console.json) console.result({ manifest: file, proposal, settings, unreadable });
  console.text(text);
  if (unreadable.length > 0) console.note('warn', leftOutText(unreadable));
  console.note('info', `Written to ${shown}. Train with: raremask train ${shown}`);
  return EXIT.ok;
}
