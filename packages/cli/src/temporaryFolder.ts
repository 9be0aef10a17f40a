import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noTemporaryFolder } from './errors.ts';

/** Makes an empty folder that its caller takes away. @param purpose a part of its name */
export function temporaryFolder(purpose: string): string {
  try {
    return mkdtempSync(join(tmpdir(), `raremask-${purpose}-`));
  } catch (cause) {
    throw noTemporaryFolder(tmpdir(), cause);
  }
}
