import { mkdirSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  try {
    await mkdir(dirname(path), { recursive: true });
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

/** Makes a folder that can be written into, or says why not. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
