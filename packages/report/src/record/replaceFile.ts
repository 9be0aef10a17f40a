import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cannotWriteReport } from '../errors.ts';

let counter = 0;

/**
 * Writes a file so that a reader finds the old content or the new one, never a part: under a
 * temporary name beside it, then renamed.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.report-${process.pid}-${counter++}.partial`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotWriteReport(path, error);
  }
}
