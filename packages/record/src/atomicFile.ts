import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cannotWrite } from './errors.ts';

/**
 * Writes a file so that a reader finds the old content or the new one, never a part: under a
 * temporary name in the same folder, flushed to the disk, then renamed. On failure the old file is
 * untouched and the temporary one is gone.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = join(dirname(path), `.${process.pid}.${counter++}.partial`);
  makeFolder(dirname(path));
  try {
    const file = await open(temporary, 'w');
    try {
      const parts = Array.isArray(content) ? content : [content];
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

let counter = 0;

/** Removes what a process that died has left half written in a folder and below; whole files stay. */
export async function removePartials(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const partial = names.filter((name) => /^\.\d+\.\d+\.partial$/.test(basename(name)));
  await Promise.all(partial.map((name) => rm(join(folder, name), { force: true })));
}

/** Adds a line to a file: the whole line, or nothing and an error that says why. */
export function appendLine(path: string, line: string): void {
  const before = statSync(path, { throwIfNoEntry: false })?.size;
  try {
    appendFileSync(path, line);
  } catch (error) {
    // A full disk may have taken a part of the line.
    if (before !== undefined) truncateSync(path, before);
    throw cannotWrite(path, error);
  }
}

/** Ends a last line that a process has left without its end, so that the next one is a line of its own. */
export function endLastLine(path: string): void {
  const text = existsSync(path) ? readFileSync(path) : new Uint8Array();
  if (text.length > 0 && text.at(-1) !== 10) appendLine(path, '\n');
}

/** Makes a folder and those above it, or says why not. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    // One level at a time: on a read-only disk a recursive call reports ENOENT.
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(path, error);
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}
