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
    const pattern = new RegExp(group);
    return new Map(
      ids.map((id) => {
        const captured = pattern.exec(id)?.[1];
        if (captured === undefined) throw noGroup(id, group);
        return [id, captured];
      }),
    );
  }
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
  const listed = new Map(rows.map((row) => [row[idColumn] ?? '', row[groupColumn] ?? '']));
  const without = ids.filter((id) => !listed.get(id));
  if (without.length > 0) throw groupRowMissing(file, without);
  return new Map(ids.map((id) => [id, listed.get(id)!]));
}

function tableOf(file: string, text: string): string[][] {
  try {
    return parseCsv(text);
  } catch (error) {
    throw cannotRead(file, error);
  }
}
