import { mkdir, mkdtemp, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { currentFolder, notWritable } from './errors.ts';

/** Files that desktops leave in any folder and that hold no one's work. */
const STRAY = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

/** The folder to write, absolute, with links followed where it exists. */
export async function targetFolder(out: string): Promise<string> {
  const folder = await realpath(out).catch(() => resolve(out));
  // Renaming a folder over the one that a shell stands in would leave the shell in a removed one.
  if (folder === (await realpath(process.cwd()))) throw currentFolder(out);
  return folder;
}

/** Paths of all files in a folder, with `/`, sorted; none where there is no folder. */
export async function filesIn(out: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !STRAY.has(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw notWritable(out, error);
  }
}

/**
 * Writes a folder beside its place and moves it there when it is complete. Whatever goes wrong, the
 * place holds what it held before.
 */
export async function replaceFolder<T>(
  out: string,
  folder: string,
  fill: (partial: string) => Promise<T>,
): Promise<T> {
  const beside = (word: string) =>
    join(dirname(folder), `.${basename(folder)}.${word}-${process.pid}`);
  const partial = beside('partial');
  const former = beside('former');
  let firstMade: string | undefined;
  try {
    firstMade = await mkdir(dirname(folder), { recursive: true });
    const occupied = await isWritable(folder);
    await mkdir(partial);
    const result = await fill(partial);
    if (occupied) await rename(folder, former);
    try {
      await rename(partial, folder);
    } catch (error) {
      if (occupied) await rename(former, folder);
      throw error;
    }
    await rm(former, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (firstMade !== undefined) await removeEmptyFolders(dirname(folder), firstMade);
    throw notWritable(out, error);
  }
}

/**
 * True where the folder exists and can be written, false where it does not exist. Tries it out:
 * access() asks for the rights of the real user, which need not be those of the effective one.
 */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await rmdir(await mkdtemp(join(folder, '.partial-')));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Removes the folders from `deepest` up to `first`, which this run has made. */
async function removeEmptyFolders(deepest: string, first: string): Promise<void> {
  for (let folder = deepest; folder.startsWith(first); folder = dirname(folder)) {
    await rmdir(folder).catch(() => undefined);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
