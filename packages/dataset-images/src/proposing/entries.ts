import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies in a folder, by name; links are what they lead to. */
export interface Entries {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Nothing of a folder that is not there. Hidden files are left out, and links that lead nowhere. */
export async function entriesOf(folder: string): Promise<Entries> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    const found = entry.isSymbolicLink()
      ? await stat(join(folder, name)).catch(() => undefined)
      : entry;
    if (found?.isDirectory()) folders.push(name);
    else if (found?.isFile() && !name.startsWith('.')) files.push(name);
  }
  return { files: files.sort(), folders: folders.sort() };
}
