import { stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import type { RaremaskError } from '@raremask/core';
import { escapePath, glob } from 'tinyglobby';
import { addTo } from '../lists.ts';
import { duplicateIds } from './errors.ts';
import { apart, namesIn, replaced } from './placeholders.ts';

const INSTALLED = 'node_modules';

/**
 * Files that one of the patterns fits; the case of letters in a name does not count. Pictures of installed
 * packages are no data, unless a pattern says so.
 *
 * @param patterns relative to the folder
 * @param deep how many folders down
 * @returns paths relative to the folder
 */
export function filesFitting(
  patterns: string | readonly string[],
  folder: string,
  deep?: number,
): Promise<string[]> {
  const meant = [patterns].flat().some((pattern) => pattern.includes(INSTALLED));
  return glob(patterns, {
    cwd: folder,
    onlyFiles: true,
    dot: false,
    expandDirectories: false,
    caseSensitiveMatch: false,
    ...(!meant && { ignore: `**/${INSTALLED}/**` }),
    ...(deep !== undefined && { deep }),
  });
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

export function withoutExtension(path: string): string {
  return path.replace(/\.[^./\\]+$/, '');
}

/** Files that match a pattern, by id. */
export async function listImages(pattern: string, root: string): Promise<Map<string, string[]>> {
  const wanted = replaced(pattern, ({ choices }) => oneOf(choices) ?? '*');
  const files = await filesFitting(wanted, root);
  const idOf = pattern.includes('{id}') ? idByPattern(pattern) : idByName(pattern);
  return collect(named(files, idOf, root));
}

/** Files by what they are called. */
function* named(
  files: readonly string[],
  idOf: (file: string) => string | undefined,
  root: string,
): Generator<readonly [string, string]> {
  for (const file of files) {
    const id = idOf(file);
    if (id !== undefined) yield [id, resolve(root, file)];
  }
}

export function collect(files: Iterable<readonly [string, string]>): Map<string, string[]> {
  const byId = new Map<string, string[]>();
  for (const [id, file] of files) addTo(byId, id, file);
  return byId;
}

/** A glob of one of these texts; undefined where there are none. */
function oneOf(choices: readonly string[]): string | undefined {
  const texts = choices.map((choice) => escapePath(choice));
  return texts.length > 1 ? `{${texts.join(',')}}` : texts[0];
}

/** A placeholder that stands there several times must be the same text each time. */
function idByPattern(pattern: string): (file: string) => string | undefined {
  const names = namesIn(pattern);
  const seen = new Set<string>();
  const source = apart(pattern).map((part) => {
    if (typeof part === 'string') return globToExpression(part);
    if (seen.has(part.name)) return `\\k<${part.name}>`;
    seen.add(part.name);
    const choices = part.choices.map((choice) => choice.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
    return `(?<${part.name}>${choices.length > 0 ? choices.join('|') : '[^/]+'})`;
  });
  const expression = new RegExp(`^${source.join('')}$`, 'i');
  return (file) => {
    const found = expression.exec(file)?.groups;
    return found && names.map((name) => found[name]).join('/');
  };
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

/** An image by its id; of one of several files it is not known which counts. */
export interface Listed {
  readonly id: string;
  /** Absolute path. */
  readonly image: string;
  readonly problem?: RaremaskError;
}

/** An image for each id, in the order of the ids. Throws where every id has several files. */
export function withoutDuplicates(byId: ReadonlyMap<string, readonly string[]>): Listed[] {
  const repeated: { readonly id: string; readonly files: [string, string] }[] = [];
  for (const [id, files] of byId) {
    if (files.length > 1) repeated.push({ id, files: files.toSorted() as [string, string] });
  }
  if (repeated.length === byId.size) throw duplicateIds(repeated);
  const problems = new Map(repeated.map((pair) => [pair.id, duplicateIds([pair])]));
  return Array.from(byId, ([id, files]): Listed => {
    const problem = problems.get(id);
    return { id, image: files[0]!, ...(problem && { problem }) };
  }).sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** What is in a folder, for messages. */
export async function anyFiles(folder: string): Promise<string[]> {
  const files = await filesFitting('**/*', folder, 3);
  return files.map((file) => relative(folder, resolve(folder, file)).split(sep).join('/')).sort();
}
