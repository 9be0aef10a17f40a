import { resolve } from 'node:path';
import type { Log, RaremaskError } from '@raremask/core';
import { escapePath } from 'tinyglobby';
import { addTo } from '../lists.ts';
import { some } from '../names.ts';
import { severalMasks } from './errors.ts';
import { filesFitting } from './images.ts';
import { apart, filled, namesIn } from './placeholders.ts';

/** Which files are masks: the pattern of the option, and the classes that have files of their own. */
export interface MaskPattern {
  readonly pattern: string;
  /** Names that stand for {class}, a slot each; one empty name where all classes are in one file. */
  readonly slots: readonly string[];
  /** Whether images are searched with `**`, so that an id may be a path. */
  readonly deep: boolean;
  /** Placeholders of the images' pattern, which an id is made of. */
  readonly names: readonly string[];
}

/** @param images the pattern of the images, of whose placeholders an id is made */
export function maskPattern(
  pattern: string,
  images: string,
  slots: readonly string[] = [''],
): MaskPattern {
  return { pattern, slots, deep: images.includes('**'), names: namesIn(images) };
}

/** What a pattern of masks says of an id. */
type Naming = (pattern: string, id: string) => string;

/** Masks that were found for the images. */
export interface FoundMasks {
  /** Files of each slot of an image; none where there is no such file. */
  of(id: string): readonly (readonly string[])[];
  /** Why it is not known which mask is that of the image, where several have its name. */
  problemOf(id: string, image: string): RaremaskError | undefined;
  /** Where the mask of a slot was looked for. */
  expected(id: string, slot: number): readonly string[];
  /** Files that match the pattern and belong to no image. */
  readonly spare: readonly string[];
  /** Files whose names differ from what the pattern says in the case of letters or in their Unicode form. */
  readonly loose: readonly string[];
}

/**
 * Looks for the masks of all ids. Where a pattern has no `*` an image has one mask a slot; a name that
 * differs in the case of letters or in its Unicode form alone counts, where no other image has it. With
 * `*` an image has all that match, and a file that several ids match belongs to the longest of them.
 */
export function findMasks(
  { pattern, slots, names }: MaskPattern,
  root: string,
  existing: ReadonlySet<string>,
  ids: readonly string[],
): FoundMasks {
  const perSlot = slots.map((slot) =>
    alternativesOf(pattern.replaceAll('{class}', () => slot)).map((one) => resolve(root, one)),
  );
  const find = pattern.includes('*') ? findAll : findOne;
  const naming: Naming = (one, id) => filled(one, names, id);
  const found = perSlot.map((patterns) => find(patterns, existing, ids, naming));
  return {
    of: (id) => found.map((slot) => slot.of(id)),
    problemOf(id, image) {
      if (pattern.includes('*')) return undefined;
      const several = found.map((slot) => slot.of(id)).find(({ length }) => length > 1);
      return several && severalMasks(image, several);
    },
    expected: (id, slot) => perSlot[slot]!.map((one) => naming(one, id)),
    spare: spareOf(existing, found, ids),
    loose: found.flatMap(({ loose }) => loose),
  };
}

function spareOf(
  existing: ReadonlySet<string>,
  found: readonly Found[],
  ids: readonly string[],
): readonly string[] {
  if (found.some(({ all }) => all)) return [];
  const spare = new Set(existing);
  for (const { of } of found) for (const id of ids) for (const file of of(id)) spare.delete(file);
  return [...spare].sort();
}

/** The files of one slot. */
interface Found {
  of(id: string): readonly string[];
  /** Whether every file belongs to an image. */
  readonly all?: boolean;
  readonly loose: readonly string[];
}

/** Says which files are used though their names differ a little, and which belong to no image. */
export function tellNames(
  loose: readonly string[],
  spare: readonly string[],
  what: string,
  log: Log,
): void {
  if (loose.length > 0) {
    log.warn(
      `${loose.length} ${what} are called as their images but for the case of letters or the Unicode form, and are used: ${some(loose)}`,
    );
  }
  if (spare.length > 0) {
    log.warn(
      `${spare.length} ${what} belong to no image and are not used, for example ${spare[0]}`,
    );
  }
}

/** Names that a person takes for the same: in one Unicode form, without the case of letters. */
export function looseName(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function findOne(
  patterns: readonly string[],
  existing: ReadonlySet<string>,
  ids: readonly string[],
  naming: Naming,
): Found {
  const named = (id: string) => patterns.map((one) => naming(one, id));
  if (areAll(patterns, existing, ids, naming)) {
    // Nothing is kept for each image: there may be a million.
    return { of: (id) => named(id).filter((file) => existing.has(file)), all: true, loose: [] };
  }
  const byId = new Map<string, string[]>();
  const exact = new Set<string>();
  for (const id of ids) {
    const files = named(id).filter((file) => existing.has(file));
    if (files.length > 0) byId.set(id, files);
    for (const file of files) exact.add(file);
  }
  const others = new Map<string, string[]>();
  for (const file of existing) {
    if (!exact.has(file)) addTo(others, looseName(file), file);
  }
  const claims = new Map<string, string[]>();
  for (const id of ids) {
    if (byId.has(id)) continue;
    for (const file of new Set(named(id).flatMap((one) => others.get(looseName(one)) ?? []))) {
      addTo(claims, file, id);
    }
  }
  const loose = [...claims].filter(([, claimants]) => claimants.length === 1);
  for (const [file, [id]] of loose) byId.set(id!, [...(byId.get(id!) ?? []), file]);
  return { of: (id) => byId.get(id) ?? [], loose: loose.map(([file]) => file) };
}

/** Whether all files are called as the one pattern says of the ids, to the letter. */
function areAll(
  [pattern = '', ...others]: readonly string[],
  existing: ReadonlySet<string>,
  ids: readonly string[],
  naming: Naming,
): boolean {
  if (others.length > 0 || !pattern.includes('{id}')) return false;
  let count = 0;
  for (const id of ids) if (existing.has(naming(pattern, id))) count++;
  return count === existing.size;
}

function findAll(
  patterns: readonly string[],
  existing: ReadonlySet<string>,
  ids: readonly string[],
  naming: Naming,
): Found {
  /** What files of an id begin with, and how they go on. */
  const beginnings = new Map<string, { readonly id: string; readonly rest: RegExp }[]>();
  const rests = new Map<string, RegExp>();
  let shortest = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    for (const pattern of patterns) {
      const [first = '', ...others] = looseName(naming(pattern, id)).split('*');
      const source = others.map((text) => text.replace(/[\\^$.|+?()[\]{}]/g, '\\$&')).join('[^/]*');
      const rest = rests.get(source) ?? new RegExp(`^[^/]*${source}$`, 's');
      rests.set(source, rest);
      addTo(beginnings, first, { id, rest });
      shortest = Math.min(shortest, first.length);
    }
  }
  const byId = new Map<string, string[]>();
  for (const file of [...existing].sort()) {
    const name = looseName(file);
    for (let to = name.length; to >= shortest; to--) {
      const fitting = beginnings
        .get(name.slice(0, to))
        ?.filter(({ rest }) => rest.test(name.slice(to)));
      if (fitting === undefined || fitting.length === 0) continue;
      for (const id of new Set(fitting.map((one) => one.id))) addTo(byId, id, file);
      break;
    }
  }
  return { of: (id) => byId.get(id) ?? [], loose: [] };
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

/** All files that a pattern of masks fits, whatever the ids are. */
export async function maskFiles(
  { pattern, slots, deep }: MaskPattern,
  root: string,
): Promise<ReadonlySet<string>> {
  const anyId = deep ? '**/*' : '*';
  const patterns = alternativesOf(pattern).flatMap((one) =>
    slots.map((slot) =>
      apart(one)
        .filter((part) => typeof part === 'string')
        .map((part) =>
          part
            .split('*')
            .map((text) => escapePath(text.replaceAll('{class}', () => slot)))
            .join('*'),
        )
        .reduce((before, after) => joinWildcard(before, anyId, after)),
    ),
  );
  const files = await filesFitting(patterns, root);
  const found = new Set<string>();
  for (const file of files) found.add(resolve(root, file));
  return found;
}

/** `**` must fill a whole part of a path, so it is only used where one begins. */
function joinWildcard(before: string, anyId: string, after: string): string {
  const startsPart = before === '' || before.endsWith('/');
  if (anyId === '*' || startsPart) return before + anyId + after;
  return `${before}*/**/*${after}`;
}
