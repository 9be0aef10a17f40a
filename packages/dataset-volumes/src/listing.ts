import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { cannotRead, cannotTell, noCases, noSuchCase } from './errors.ts';
import type { Options } from './options.ts';

export interface Case {
  readonly id: string;
  readonly images: readonly string[];
  /** Absent where the truth is not known. */
  readonly mask?: string;
}

/** The cases of a folder by the first pattern of images, in the order of their characters. */
export async function listCases(given: Options, root: string): Promise<readonly Case[]> {
  const patterns = [given.images].flat();
  const ids = await idsOf(resolve(root, patterns[0]!));
  if (ids.length === 0) throw noCases(resolve(root, patterns[0]!));
  return ids.map((id) => ({
    id,
    images: patterns.map((pattern) => fileOf(root, pattern, id)),
    mask: fileOf(root, given.masks, id),
  }));
}

/**
 * Cases without truth: those of a folder that is laid out as the data set's root, or that holds the
 * images themselves, under the names that the patterns give them; or the case of one image. Where a
 * case is one file, its name does not matter.
 */
export async function listImagesAt(given: Options, path: string): Promise<readonly Case[]> {
  const patterns = [given.images].flat();
  const kind = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const names = patterns.map(tailOf);
  const distinct = new Set(names).size === names.length;
  const caseOf = (root: string, own: readonly string[], id: string): Case => ({
    id,
    images: own.map((pattern) => fileOf(root, pattern, id)),
  });
  if (kind.isFile()) {
    if (patterns.length === 1) return [{ id: stemOf(path), images: [path] }];
    const deep = names[0]!.includes('/');
    const folder = deep ? dirname(dirname(path)) : dirname(path);
    const ids = distinct ? await idsOf(join(folder, names[0]!)) : [];
    const id = ids.find((one) => fileOf(folder, names[0]!, one) === path);
    if (id === undefined) throw noSuchCase(path, names);
    return [caseOf(folder, names, id)];
  }
  for (const own of distinct ? [patterns, names] : [patterns]) {
    const ids = await idsOf(join(path, own[0]!)).catch(() => []);
    if (ids.length > 0) return ids.map((id) => caseOf(path, own, id));
  }
  if (patterns.length > 1) throw cannotTell(path, patterns);
  const files = (await namesIn(path)).filter((name) => READABLE.test(name)).sort();
  if (files.length === 0) throw noCases(join(path, '*.nii.gz'));
  return files.map((name) => ({ id: stemOf(name), images: [join(path, name)] }));
}

const READABLE = /\.nii(\.gz)?$/i;

/** What {id} stands for in the files of a pattern. */
async function idsOf(pattern: string): Promise<string[]> {
  const folder = dirname(pattern.slice(0, pattern.indexOf('{id}') + 1));
  const [before, after] = pattern.slice(join(folder, '/').length).split('{id}') as [string, string];
  const rest = after.split('/')[0]!;
  return (await namesIn(folder))
    .filter((name) => name.startsWith(before) && name.endsWith(rest))
    .map((name) => name.slice(before.length, name.length - rest.length))
    .filter((id) => id !== '' && !id.startsWith('.'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Files and folders, without those that are hidden. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  return names.filter((name) => !name.startsWith('.'));
}

function fileOf(root: string, pattern: string, id: string): string {
  return resolve(
    root,
    pattern.replaceAll('{id}', () => id),
  );
}

/** A pattern from the part on that {id} stands in. */
function tailOf(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('/', pattern.indexOf('{id}')) + 1);
}

function stemOf(path: string): string {
  return basename(path).replace(READABLE, '');
}
