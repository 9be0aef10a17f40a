import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, type DatasetProposal, isRaremaskError } from '@raremask/core';
import type { ListSource } from '@raremask/core/manifest';
import { parse } from 'csv-parse/sync';
import { IdLists, idsOfGroups } from './listFile.ts';
import { NamedIds } from './namedIds.ts';
import { BrokenSamples, tolerantGroup } from './tolerant.ts';

/** Where lists lie below the root folder, as published sets have them; the first is the root itself. */
const FOLDERS = ['', 'ImageSets/Segmentation', 'ImageSets', 'splits', 'split', 'lists'];

/** What is wrong with lists that are not of these images. */
const OTHERS = ['RAREMASK_LIST_OF_SOMETHING_ELSE', 'RAREMASK_LIST_UNKNOWN_ID'];

const LISTS = {
  train: ['train.txt', 'training.txt'],
  validation: ['val.txt', 'valid.txt', 'validation.txt'],
  test: ['test.txt', 'testing.txt'],
} as const;
/** What a column of splits calls them. */
const SPLITS = {
  train: ['train', 'training'],
  validation: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing'],
} as const;
const TABLES = ['split.csv', 'groups.csv', 'metadata.csv', 'index.csv'];
const COLUMN = 'split';
const ID_COLUMNS = [
  ...['id', 'image_id', 'image', 'name', 'filename'],
  ...['case', 'case_id', 'patient', 'patient_id', 'subject', 'subject_id'],
];

/** Lists that were found, if any, and what is to be said of them. */
export interface ProposedSplit {
  readonly split?: DatasetProposal['split'];
  readonly remark: string;
  /** Ids of each split, where there is one. */
  readonly ids?: Readonly<Partial<Record<Name, ReadonlySet<string>>>>;
}

type Name = keyof typeof LISTS;

/** Looks in the folder of a data set for lists of its splits, or for a table with a column of them. */
export async function proposedSplit(
  given: Pick<Dataset, 'root' | 'ids' | 'group'>,
): Promise<ProposedSplit> {
  const share = 'a fifth of the images validates, as many of them empty as in the rest';
  const { root, ids } = given;
  if (root === undefined) return { remark: share };
  const known = new Set(ids);
  const groups = idsOfGroups({ ids, group: tolerantGroup(given, new BrokenSamples()) });
  const remarks = [share];
  const read = async (split: NonNullable<ProposedSplit['split']>) => {
    try {
      return await idsOf(split, new IdLists([root], known, groups));
    } catch (error) {
      // One that is of these images, and wrong, is to be mended.
      if (!isRaremaskError(error) || !OTHERS.includes(error.code)) throw error;
      return error;
    }
  };
  const whole = async (split: NonNullable<ProposedSplit['split']>, remark: string) => {
    const found = await read(split);
    if (!isRaremaskError(found)) return { split, remark, ids: found };
    // Of published sets, the images to test are often somewhere else.
    const { test, ...others } = split;
    const rest = test === undefined ? found : await read(others);
    if (!isRaremaskError(rest)) {
      const without = `${remark}; without that of test images: ${found.message}`;
      return { split: others, remark: without, ids: rest };
    }
    remarks.push(`${remark} are not used: ${found.message}`);
    return undefined;
  };
  for (const folder of FOLDERS) {
    const files = new Set(await readdir(join(root, folder)).catch(() => []));
    const find = (names: readonly string[]) => {
      const name = names.find((one) => files.has(one));
      return name === undefined ? undefined : [folder, name].filter(Boolean).join('/');
    };
    const [train, validation, test] = [find(LISTS.train), find(LISTS.validation), find(LISTS.test)];
    if (train !== undefined && validation !== undefined) {
      const split = { train, validation, ...(test !== undefined && { test }) };
      const lie = `the lists that lie in ${folder === '' ? 'the folder' : folder}`;
      const found = await whole(split, lie);
      if (found !== undefined) return found;
      continue;
    }
    const alone = train ?? validation ?? test;
    if (alone === undefined) continue;
    remarks.push(
      `${alone} is there, but a list of training and one of validation images are needed, and it is not used`,
    );
  }
  const column = await splitColumn(root, new NamedIds(known, groups));
  if (column?.split !== undefined) {
    const found = await whole(column.split, column.remark);
    if (found !== undefined) return found;
  } else if (column !== undefined) remarks.push(column.remark);
  return { remark: remarks.join('; ') };
}

/** What the lists name; ids that are not there are left out. Throws where a list names nothing that is there. */
async function idsOf(
  split: NonNullable<ProposedSplit['split']>,
  lists: IdLists,
): Promise<NonNullable<ProposedSplit['ids']>> {
  const read = async (source: ListSource) => {
    const absent = new Set<string>();
    const places = await lists.read(source, (id) => absent.add(id));
    return new Set([...places.keys()].filter((id) => !absent.has(id)));
  };
  const found: Partial<Record<Name, ReadonlySet<string>>> = {};
  for (const [name, source] of Object.entries(split)) {
    if (typeof source !== 'number') found[name as Name] = await read(source);
  }
  return found;
}

/** What a table says of the splits, or why that cannot be followed. */
async function splitColumn(folder: string, known: NamedIds): Promise<ProposedSplit | undefined> {
  for (const file of TABLES) {
    const [columns = [], ...rows] = await tableOf(join(folder, file));
    const at = columns.indexOf(COLUMN);
    if (at >= 0) return followed(file, columns, rows, known);
  }
  return undefined;
}

function followed(
  file: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  known: NamedIds,
): ProposedSplit {
  const at = columns.indexOf(COLUMN);
  const counts = new Map<string, number>();
  for (const { [at]: name = '' } of rows) counts.set(name, (counts.get(name) ?? 0) + 1);
  const named = [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  const id = ID_COLUMNS.find((name) => columns.includes(name));
  const first = (names: readonly string[]) => names.find((name) => counts.has(name));
  const nameOf = (row: readonly string[]) => row[columns.indexOf(id ?? '')];
  const isKnown = (row: readonly string[]) => known.of(nameOf(row) ?? '').length > 0;
  const [train, validation, tested] = [
    first(SPLITS.train),
    first(SPLITS.validation),
    first(SPLITS.test),
  ];
  // Of published sets, the images to test are often somewhere else.
  const isThere = rows.some((row) => row[at] === tested && isKnown(row));
  const test = isThere ? tested : undefined;
  const strange = rows.find(
    (row) => row[at] !== undefined && [train, validation, test].includes(row[at]) && !isKnown(row),
  );
  if (id === undefined || train === undefined || validation === undefined || strange) {
    const why = strange && id ? `, as ${nameOf(strange)} is no image` : '';
    return {
      remark: `the column split of ${file} (${named}) is not used${why}: to follow it, name file, column, value and id for each split`,
    };
  }
  const rowsOf = (value: string) => ({ file, column: COLUMN, value, id });
  return {
    split: {
      train: rowsOf(train),
      validation: rowsOf(validation),
      ...(test !== undefined && { test: rowsOf(test) }),
    },
    remark: `the column split of ${file}: ${named}${tested === test ? '' : `; without ${tested}, of which no image is there`}`,
  };
}

/** Rows of a CSV file; none where it is absent or no table. */
async function tableOf(path: string): Promise<string[][]> {
  try {
    const text = await readFile(path, 'utf8');
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch {
    return [];
  }
}
