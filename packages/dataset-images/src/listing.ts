import { stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import type { Log, RaremaskError } from '@raremask/core';
import { escapePath, glob } from 'tinyglobby';
import {
  duplicateIds,
  maskIsImage,
  missingMasks,
  noFolder,
  noImages,
  noSuchPath,
  severalMasks,
} from './errors.ts';
import type { Options } from './options.ts';

/** One image and the masks that belong to it. */
export interface Entry {
  readonly id: string;
  /** Absolute path. */
  readonly image: string;
  /** Absolute path of each mask: one, or one a class; undefined where there is no such file. */
  readonly masks: readonly (string | undefined)[];
  /** Why it cannot be used, where that is known before its files are opened. */
  readonly problem?: RaremaskError;
}

const READABLE = 'png,jpg,jpeg,tif,tiff';
const GLOB = { onlyFiles: true, dot: false, expandDirectories: false } as const;

/** All images of a data set with their masks, in the order of their ids. */
export async function listEntries(
  options: Options,
  root: string,
  log: Log,
): Promise<readonly Entry[]> {
  if (!(await isFolder(root))) throw noFolder(root);
  const masksOf = maskPaths(options, root);
  const images = await listImages(options.images, root);
  const maskNames = new Set([...images.keys()].flatMap((id) => masksOf(id).flat()));
  for (const [id, [file]] of images) {
    if (masksOf(id).flat().includes(file!)) throw maskIsImage(file!);
    const others = images.get(id)!.filter((name) => !maskNames.has(name));
    if (others.length === 0) images.delete(id);
    else images.set(id, others);
  }
  if (images.size === 0) throw noImages(root, options.images, await anyFiles(root));
  const unique = withoutDuplicates(images);
  const existing = new Set(await listMasks(options, root));
  const missing: { readonly image: string; readonly mask: string }[] = [];
  const entries = unique.map((entry): Entry => {
    const { id, image } = entry;
    let { problem } = entry;
    const masks = masksOf(id).map((candidates) => {
      const there = candidates.filter((mask) => existing.has(mask));
      if (there.length > 1) problem ??= severalMasks(image, there);
      return there[0];
    });
    const at = masks.indexOf(undefined);
    if (options.missingMask === 'error' && at >= 0) {
      missing.push({ image, mask: masksOf(id)[at]!.join(' or ') });
      problem ??= missingMasks(missing.slice(-1), 1);
    }
    return { id, image, masks, ...(problem && { problem }) };
  });
  if (missing.length === entries.length) throw missingMasks(missing, entries.length);
  warnOfSpareMasks(entries, existing, log);
  return entries;
}

/** All images of a data set whose truth stands in a file of annotations, in the order of their ids. */
export async function listAnnotatedImages(
  options: Options,
  root: string,
): Promise<readonly Entry[]> {
  if (!(await isFolder(root))) throw noFolder(root);
  const images = await listImages(options.images, root);
  if (images.size === 0) throw noImages(root, options.images, await anyFiles(root));
  return withoutDuplicates(images);
}

/** Images without truth: all readable files below a folder, or one file. */
export async function listImagesAt(path: string): Promise<readonly Entry[]> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) throw noSuchPath(path);
  if (kind.isFile()) return [{ id: withoutExtension(basename(path)), image: path, masks: [] }];
  const pattern = `**/*.{${READABLE}}`;
  const files = await glob(pattern, { ...GLOB, cwd: path, caseSensitiveMatch: false });
  if (files.length === 0) throw noImages(path, pattern, await anyFiles(path));
  const byId = collect(files.map((file) => [withoutExtension(file), resolve(path, file)]));
  return withoutDuplicates(byId);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function withoutExtension(path: string): string {
  return path.replace(/\.[^./\\]+$/, '');
}

/** Files by id. */
async function listImages(pattern: string, root: string): Promise<Map<string, string[]>> {
  const wanted = pattern.replaceAll('{id}', '*');
  const files = await glob(wanted, { ...GLOB, cwd: root });
  const idOf = pattern.includes('{id}') ? idByPattern(pattern) : idByName(pattern);
  return collect(
    files.flatMap((file): [string, string][] => {
      const id = idOf(file);
      return id === undefined ? [] : [[id, resolve(root, file)]];
    }),
  );
}

function collect(files: readonly (readonly [string, string])[]): Map<string, string[]> {
  const byId = new Map<string, string[]>();
  for (const [id, file] of files) {
    const known = byId.get(id);
    if (known === undefined) byId.set(id, [file]);
    else known.push(file);
  }
  return byId;
}

/** Several {id} in one pattern must stand for the same text. */
function idByPattern(pattern: string): (file: string) => string | undefined {
  const [head = '', ...rest] = pattern.split('{id}').map(globToExpression);
  const [next = '', ...others] = rest;
  const source = [`${head}([^/]+)${next}`, ...others].join('\\1');
  const expression = new RegExp(`^${source}$`);
  return (file) => expression.exec(file)?.[1];
}

function globToExpression(part: string): string {
  return part.replace(/\*\*\/?|\*|\?|\{[^}]*\}|[\\^$.|+()[\]]/g, (match) => {
    if (match.startsWith('**')) return '.*';
    if (match === '*') return '[^/]*';
    if (match === '?') return '[^/]';
    if (match.startsWith('{')) {
      return `(?:${match.slice(1, -1).split(',').map(globToExpression).join('|')})`;
    }
    return `\\${match}`;
  });
}

/** The file name; or, with `**`, the path below the part of the pattern that stands firm. */
function idByName(pattern: string): (file: string) => string {
  if (!pattern.includes('**')) return (file) => withoutExtension(basename(file));
  const firm = /^((?:[^*?{}[\]()!]+\/)*)/.exec(pattern)![1]!;
  return (file) => withoutExtension(file.startsWith(firm) ? file.slice(firm.length) : file);
}

/** Files that the mask of an id may be, for each class that has files of its own. */
function maskPaths(options: Options, root: string): (id: string) => readonly (readonly string[])[] {
  const patterns = options.masks.includes('{class}')
    ? Object.keys(options.classes).map((name) => options.masks.replaceAll('{class}', () => name))
    : [options.masks];
  return (id) =>
    patterns.map((pattern) =>
      alternativesOf(pattern).map((one) =>
        resolve(
          root,
          one.replaceAll('{id}', () => id),
        ),
      ),
    );
}

/** `{png,tif}` stands for either. */
function alternativesOf(pattern: string): string[] {
  const found = /\{[^{},]*(?:,[^{},]*)+\}/.exec(pattern);
  if (found === null) return [pattern];
  const [head, tail] = [
    pattern.slice(0, found.index),
    pattern.slice(found.index + found[0].length),
  ];
  return found[0]
    .slice(1, -1)
    .split(',')
    .flatMap((one) => alternativesOf(`${head}${one}${tail}`));
}

async function listMasks({ masks, classes, images }: Options, root: string): Promise<string[]> {
  const anyId = images.includes('**') ? '**/*' : '*';
  const names = masks.includes('{class}') ? Object.keys(classes) : [''];
  const patterns = alternativesOf(masks).flatMap((one) =>
    names.map((name) =>
      one
        .split('{id}')
        .map((part) => escapePath(part.replaceAll('{class}', () => name)))
        .reduce((before, after) => joinWildcard(before, anyId, after)),
    ),
  );
  const files = await glob(patterns, { ...GLOB, cwd: root });
  return files.map((file) => resolve(root, file));
}

/** `**` must fill a whole part of a path, so it is only used where one begins. */
function joinWildcard(before: string, anyId: string, after: string): string {
  const startsPart = before === '' || before.endsWith('/');
  if (anyId === '*' || startsPart) return before + anyId + after;
  return `${before}*/**/*${after}`;
}

/** An entry for each id, in their order; one of several files has a problem. Throws where all have. */
function withoutDuplicates(byId: ReadonlyMap<string, readonly string[]>): Entry[] {
  const repeated = [...byId].flatMap(([id, files]) =>
    files.length < 2 ? [] : [{ id, files: files.toSorted() as unknown as [string, string] }],
  );
  if (repeated.length === byId.size) throw duplicateIds(repeated);
  const problems = new Map(repeated.map((pair) => [pair.id, duplicateIds([pair])]));
  return [...byId]
    .map(([id, files]): Entry => {
      const problem = problems.get(id);
      return { id, image: files[0]!, masks: [], ...(problem && { problem }) };
    })
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

function warnOfSpareMasks(
  entries: readonly Entry[],
  existing: ReadonlySet<string>,
  log: Log,
): void {
  const used = new Set(entries.flatMap(({ masks }) => masks));
  const images = new Set(entries.map(({ image }) => image));
  const spare = [...existing].filter((file) => !used.has(file) && !images.has(file)).sort();
  if (spare.length === 0) return;
  log.warn(`${spare.length} masks belong to no image and are not used, for example ${spare[0]}`);
}

async function anyFiles(folder: string): Promise<string[]> {
  const files = await glob('**/*', { ...GLOB, cwd: folder, deep: 3 });
  return files.map((file) => relative(folder, resolve(folder, file)).split(sep).join('/')).sort();
}
