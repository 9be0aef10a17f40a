import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { folderTaken, unknownKind, unusableName } from './errors.ts';
import { folderOf, isPackageName, wordOf } from './names.ts';
import { templates } from './templates.ts';

export interface Scaffolded {
  /** Absolute. */
  readonly folder: string;
  /** Below the folder, with `/`, in alphabetical order. */
  readonly files: readonly string[];
  /** The plugin's word in curves and messages. */
  readonly word: string;
}

/** The kinds of plugins that there is a template for, as `defineLoss` and its like call them. */
export function scaffoldKinds(): readonly string[] {
  return Object.keys(templates());
}

/**
 * Writes the package of a new plugin: source, test, README, build, lint, changesets and a CI file.
 *
 * @param kind for example `loss`
 * @param name of the npm package; a manifest writes it after `use`
 * @param out the folder; left out, one of the package's name in the working directory
 * @throws ScaffoldError for a kind or a name that does not exist, and for a folder that has something in it
 */
export async function scaffold(kind: string, name: string, out?: string): Promise<Scaffolded> {
  const template = Object.hasOwn(templates(), kind) ? templates()[kind] : undefined;
  if (template === undefined) throw unknownKind(kind, scaffoldKinds());
  if (!isPackageName(name)) throw unusableName(name);
  const folder = resolve(out ?? folderOf(name));
  if (!(await isFree(folder))) throw folderTaken(folder);
  const word = wordOf(name, kind);
  const files = Object.keys(template).sort();
  for (const file of files) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, named(template[file]!, kind, name, word));
  }
  return { folder, files, word };
}

async function isFree(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

/** The templates call their packages raremask-template-KIND and their plugins template. */
function named(text: string, kind: string, name: string, word: string): string {
  return text
    .replaceAll(`raremask-template-${kind}`, name)
    .replaceAll('raremask-template', name)
    .replaceAll("name: 'template'", `name: '${word}'`)
    .replaceAll('"name": "template"', `"name": "${word}"`)
    .replace(/RAREMASK_TEMPLATE/g, `RAREMASK_${word.replaceAll('-', '_').toUpperCase()}`);
}
