import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { cannotRead, noCases } from './errors.ts';
import type { Options } from './options.ts';

export interface Case {
  readonly id: string;
  readonly images: readonly string[];
  readonly mask: string;
}

/** The cases of a folder by the first pattern of images, in the order of their characters. */
export async function listCases(given: Options, root: string): Promise<readonly Case[]> {
  const patterns = [given.images].flat();
  const first = resolve(root, patterns[0]!);
  const folder = dirname(first.slice(0, first.indexOf('{id}') + 1));
  const [before, after] = first.slice(join(folder, '/').length).split('{id}') as [string, string];
  const rest = after.split('/');
  const names = await readdir(folder).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  const ids = names
    .filter((name) => name.startsWith(before) && name.endsWith(rest[0]!))
    .map((name) => name.slice(before.length, name.length - rest[0]!.length))
    .filter((id) => id !== '' && !id.startsWith('.'))
    .sort((a, b) => (a < b ? -1 : 1));
  if (ids.length === 0) throw noCases(first);
  const place = (pattern: string, id: string) => resolve(root, pattern.replaceAll('{id}', id));
  return ids.map((id) => ({
    id,
    images: patterns.map((pattern) => place(pattern, id)),
    mask: place(given.masks, id),
  }));
}
