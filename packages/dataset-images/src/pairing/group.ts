import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cannotRead } from '../decoding/errors.ts';
import type { Options } from '../options/options.ts';
import { eachRow } from './csv.ts';
import { columnMissing, groupRowMissing, noGroup } from './errors.ts';

/** The group of every id, checked before anything is read. */
export async function groupsOf(
  group: Options['group'],
  root: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (group === undefined) return new Map();
  if (typeof group === 'string') {
    const groups = captured(group, ids);
    const without = ids.find((id) => !groups.has(id));
    if (without !== undefined) throw noGroup(without, group);
    return groups;
  }
  const listed = await listedGroups(group, root);
  const without = ids.filter((id) => !listed.get(id));
  if (without.length > 0) throw groupRowMissing(resolve(root, group.file), without);
  const groups = new Map<string, string>();
  for (const id of ids) groups.set(id, listed.get(id)!);
  return groups;
}

/** The groups of images that are no part of the set, as far as the option tells them. */
export async function knownGroups(
  group: Options['group'],
  root: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (group === undefined) return new Map();
  if (typeof group === 'string') return captured(group, ids);
  // The table may be gone with the images of the training.
  return listedGroups(group, root).catch(() => new Map<string, string>());
}

/** What a pattern captures of each id that it fits. */
function captured(group: string, ids: readonly string[]): Map<string, string> {
  const pattern = new RegExp(group);
  return new Map(
    ids.flatMap((id): [string, string][] => {
      const found = pattern.exec(id)?.[1];
      return found === undefined ? [] : [[id, found]];
    }),
  );
}

async function listedGroups(
  group: Exclude<Options['group'], string | undefined>,
  root: string,
): Promise<ReadonlyMap<string, string>> {
  const file = resolve(root, group.file);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  const groups = new Map<string, string>();
  /** Each name once in memory, however many images have it. */
  const names = new Map<string, string>();
  let columns: readonly string[] | undefined;
  const take = (row: readonly string[]) => {
    if (columns === undefined) {
      columns = row;
      return;
    }
    const name = row[columns.indexOf(group.column)] ?? '';
    if (!names.has(name)) names.set(name, name);
    groups.set(row[columns.indexOf(group.id)] ?? '', names.get(name)!);
  };
  try {
    eachRow(text, take);
  } catch (error) {
    throw cannotRead(file, error);
  }
  for (const name of [group.id, group.column]) {
    if (!columns?.includes(name)) throw columnMissing(file, name, columns ?? [], 'group');
  }
  return groups;
}
