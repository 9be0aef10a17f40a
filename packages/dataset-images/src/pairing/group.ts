import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cannotRead } from '../decoding/errors.ts';
import type { Options } from '../options/options.ts';
import { parseCsv } from './csv.ts';
import { groupColumnMissing, groupRowMissing, noGroup } from './errors.ts';

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
  return new Map(ids.map((id) => [id, listed.get(id)!]));
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
  const [columns = [], ...rows] = tableOf(file, text);
  const column = (name: string) => {
    const index = columns.indexOf(name);
    if (index < 0) throw groupColumnMissing(file, name, columns);
    return index;
  };
  const idColumn = column(group.id);
  const groupColumn = column(group.column);
  return new Map(rows.map((row) => [row[idColumn] ?? '', row[groupColumn] ?? '']));
}

function tableOf(file: string, text: string): string[][] {
  try {
    return parseCsv(text);
  } catch (error) {
    throw cannotRead(file, error);
  }
}
