import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { link, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cannotWrite } from './errors.ts';
import { sealed } from './seal.ts';

/**
 * Writes a file so that a reader finds the old content or the new one, never a part: under a
 * temporary name in the same folder, flushed to the disk, then renamed. On failure the old file is
 * untouched and the temporary one is gone.
 */
export async function writeAtomically(path: string, content: Content): Promise<void> {
  await putWhole(path, content, rename);
}

/**
 * The same, where no such file is there yet. Of several processes that write it at once, one does.
 *
 * @returns whether it was this one
 */
export async function writeIfAbsent(path: string, content: Content): Promise<boolean> {
  let isOurs = true;
  await putWhole(path, content, async (temporary) => {
    try {
      await link(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') isOurs = false;
      // Some network shares have no hard links.
      else await rename(temporary, path);
    }
    await rm(temporary, { force: true });
  });
  return isOurs;
}

/** A text or bytes, or parts of a file that is never whole in memory. */
type Content = string | Uint8Array | readonly Uint8Array[] | AsyncIterable<string>;

async function putWhole(
  path: string,
  content: Content,
  place: (temporary: string, path: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${process.pid}.${counter++}.partial`);
  makeFolder(dirname(path));
  try {
    const file = await open(temporary, 'w');
    try {
      const isOne = typeof content === 'string' || content instanceof Uint8Array;
      for await (const part of isOne ? [content] : content) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

let counter = 0;

/**
 * Removes what a process that died has left half written in a folder; whole files stay.
 *
 * @param recursive whether in the folders below as well
 */
export async function removePartials(folder: string, recursive = true): Promise<void> {
  const names = await readdir(folder, { recursive });
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

/** With a checksum, which readJson looks at. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, sealed(value));
}
