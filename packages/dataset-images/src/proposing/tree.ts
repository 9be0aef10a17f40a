import { join } from 'node:path';
import { entriesOf } from './entries.ts';

/** A folder below another one, by the names that lead to it, with its files. */
export interface Folder {
  readonly parts: readonly string[];
  readonly files: readonly string[];
}

/** Folders below each other that are looked into, and files that are looked at, at most. */
const DEEPEST = 5;
const MOST_FILES = 1_000_000;

/** The folder and all below it that have files of a kind; those of installed packages and hidden ones are left out. */
export async function foldersBelow(root: string, wanted: RegExp): Promise<Folder[]> {
  const found: Folder[] = [];
  const waiting: (readonly string[])[] = [[]];
  let count = 0;
  for (let at = 0; at < waiting.length && count < MOST_FILES; at++) {
    const parts = waiting[at]!;
    const { files, folders } = await entriesOf(join(root, ...parts));
    const own = files.filter((file) => wanted.test(file));
    if (own.length > 0) found.push({ parts, files: own });
    count += files.length;
    if (parts.length === DEEPEST) continue;
    for (const name of folders) {
      if (name !== 'node_modules' && !name.startsWith('.')) waiting.push([...parts, name]);
    }
  }
  return found;
}
