import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Dataset, RaremaskError } from '@raremask/core';
import { nearest } from '@raremask/core/loss';
import type { ListSource } from '@raremask/core/manifest';
import { parse } from 'csv-parse/sync';
import {
  listEmpty,
  listNoBeginning,
  listNoColumn,
  listNoRow,
  listNoTable,
  listOfSomethingElse,
  listRepeatedId,
  listUnknownIds,
  listUnreadable,
} from './errors.ts';
import { NamedIds } from './namedIds.ts';

/** Reads the lists of a split. A table that several of them name is read once. */
export class IdLists {
  readonly #folders: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  readonly #named: NamedIds;
  /** By path as it is named. */
  readonly #tables = new Map<string, Table>();

  /**
   * @param folders where a relative path is looked for, in this order
   * @param groups ids that the name of a group stands for
   */
  constructor(
    folders: readonly string[],
    known: ReadonlySet<string>,
    groups: ReadonlyMap<string, readonly string[]>,
  ) {
    this.#folders = folders;
    this.#known = known;
    this.#groups = groups;
    this.#named = new NamedIds(known, groups);
  }

  /**
   * Reads a list of ids: a file of one a line, or the rows of a CSV file of which a column says so. Blank
   * lines are left out, in a file of ids also lines that begin with #; so are spaces around an id. The
   * name of a group stands for all of its ids, and that of an image's file for its id (`NamedIds`). Or the ids
   * that begin with a text, as those of a folder do.
   *
   * @param onUnknown hears of ids that the data set does not have, where it has some of the list
   * @returns each id with its place, `file:line`, for messages
   */
  async read(
    source: ListSource,
    onUnknown?: (id: string, reason: RaremaskError) => void,
  ): Promise<ReadonlyMap<string, string>> {
    if (isBeginning(source)) return this.#beginning(source.begins);
    const { file, lines } = await this.#open(source);
    const places = new Map<string, string>();
    const unknown: { place: string; id: string }[] = [];
    for (const { line, name } of lines) {
      const place = `${file}:${line}`;
      const ids = this.#named.of(name);
      if (ids.length === 0) unknown.push({ place, id: name });
      for (const id of ids) {
        const first = places.get(id);
        if (first !== undefined) throw listRepeatedId(id, place, first);
        places.set(id, place);
      }
    }
    if (unknown.length > 0 && (onUnknown === undefined || places.size === 0)) {
      const names = [...this.#known, ...this.#groups.keys()];
      const near = nearest(unknown[0]!.id, names);
      // Where nothing is known or near, it is a list of something else, which is nobody's to read here.
      if (places.size === 0 && near === undefined) throw listOfSomethingElse(file, unknown.length);
      throw listUnknownIds(unknown, near);
    }
    for (const { place, id } of unknown) {
      onUnknown?.(id, listUnknownIds([{ place, id }], undefined));
      places.set(id, place);
    }
    if (places.size === 0) throw listEmpty(file);
    return places;
  }

  #beginning(begins: string): ReadonlyMap<string, string> {
    const ids = [...this.#known].filter((id) => id.startsWith(begins));
    if (ids.length === 0) throw listNoBeginning(begins, [...this.#known]);
    return new Map(ids.map((id) => [id, `begins: ${begins}`]));
  }

  async #open(source: FileSource): Promise<{ file: string; lines: readonly Line[] }> {
    if (typeof source === 'string') {
      const { file, text } = await firstReadable(source, this.#folders);
      return { file, lines: linesOf(text) };
    }
    let table = this.#tables.get(source.file);
    if (table === undefined) {
      const { file, text } = await firstReadable(source.file, this.#folders);
      table = tableOf(file, text);
      this.#tables.set(source.file, table);
    }
    return { file: table.file, lines: rowsOf(table, source) };
  }
}

/** Ids by their group. */
export function idsOfGroups(
  dataset: Pick<Dataset, 'ids' | 'group'>,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const id of dataset.ids) {
    const group = dataset.group(id);
    if (group === undefined) continue;
    const own = groups.get(group);
    if (own === undefined) groups.set(group, [id]);
    else own.push(id);
  }
  return groups;
}

type Beginning = Extract<ListSource, { readonly begins: string }>;
type FileSource = Exclude<ListSource, Beginning>;

function isBeginning(source: ListSource): source is Beginning {
  return typeof source !== 'string' && 'begins' in source;
}

/** A name, and the line that it stands in, counted from 1. */
interface Line {
  readonly line: number;
  readonly name: string;
}

function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ line: index + 1, name: content.trim() }))
    .filter(({ name }) => name !== '' && !name.startsWith('#'));
}

/** With `info`, whose type the parser's own declarations leave out. */
interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** A CSV file with a header line. */
interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

function tableOf(file: string, text: string): Table {
  try {
    const [header, ...rows] = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Row[];
    return { file, columns: header?.record ?? [], rows };
  } catch (error) {
    throw listNoTable(file, error);
  }
}

function rowsOf(
  { file, columns, rows }: Table,
  { column, value, id }: Exclude<FileSource, string>,
): Line[] {
  const [split, name] = [columns.indexOf(column), columns.indexOf(id)];
  if (split < 0) throw listNoColumn(file, column, columns);
  if (name < 0) throw listNoColumn(file, id, columns);
  const wanted = rows.filter(({ record }) => record[split] === value);
  if (wanted.length === 0) {
    throw listNoRow(file, column, value, [
      ...new Set(rows.map(({ record }) => record[split] ?? '')),
    ]);
  }
  return wanted.map(({ record, info }) => ({ line: info.lines, name: record[name] ?? '' }));
}

async function firstReadable(
  path: string,
  folders: readonly string[],
): Promise<{ file: string; text: string }> {
  const tried = isAbsolute(path) ? [path] : folders.map((folder) => resolve(folder, path));
  let failure: unknown;
  for (const file of tried) {
    try {
      return { file, text: await readFile(file, 'utf8') };
    } catch (error) {
      failure ??= error;
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw listUnreadable(file, tried, error);
    }
  }
  throw listUnreadable(tried[0]!, tried, failure);
}
