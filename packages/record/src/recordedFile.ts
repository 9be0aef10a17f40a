import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { damagedFile } from './errors.ts';
import { unsealed } from './seal.ts';

/** Undefined where there is no such file. */
export async function readText(path: string): Promise<string | undefined> {
  return existsSync(path) ? await readFile(path, 'utf8') : undefined;
}

/** Undefined where there is no such file; one that is no JSON, or not what its checksum is of, gives an error that names it, and the remedy. */
export async function readJson<T>(path: string, remedy?: string): Promise<T | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return unsealed(text) as T;
  } catch (error) {
    throw damagedFile(path, error, remedy);
  }
}
