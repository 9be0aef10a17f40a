import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, DatasetProposal } from '@raremask/core';
import { parse } from 'csv-parse/sync';
import { BrokenSamples, tolerantGroup } from './tolerant.ts';

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
}

/** Looks in the root folder of a data set for lists of its splits, or for a table with a column of them. */
export async function proposedSplit(
  dataset: Pick<Dataset, 'root' | 'ids' | 'group'>,
): Promise<ProposedSplit> {
  const share = 'a fifth of the images validates, as many of them empty as in the rest';
  const { root } = dataset;
  if (root === undefined) return { remark: share };
  const files = new Set(await readdir(root).catch(() => []));
  const find = (names: readonly string[]) => names.find((name) => files.has(name));
  const [train, validation, test] = [find(LISTS.train), find(LISTS.validation), find(LISTS.test)];
  if (train !== undefined && validation !== undefined) {
    return {
      split: { train, validation, ...(test !== undefined && { test }) },
      remark: 'the lists that lie in the folder',
    };
  }
  const column = await splitColumn(root, namesOf(dataset));
  if (column?.split !== undefined) return column;
  const alone = train ?? validation ?? test;
  const remarks = [
    share,
    ...(alone === undefined
      ? []
      : [
          `${alone} is there, but a list of training and one of validation images are needed, and it is not used`,
        ]),
    ...(column === undefined ? [] : [column.remark]),
  ];
  return { remark: remarks.join('; ') };
}

/** What a list may name: samples, and groups of them. */
function namesOf(dataset: Pick<Dataset, 'ids' | 'group'>): ReadonlySet<string> {
  const { ids } = dataset;
  const group = tolerantGroup(dataset, new BrokenSamples());
  return new Set([...ids, ...ids.flatMap((id) => group(id) ?? [])]);
}

/** What a table says of the splits, or why that cannot be followed. */
async function splitColumn(
  folder: string,
  known: ReadonlySet<string>,
): Promise<ProposedSplit | undefined> {
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
  known: ReadonlySet<string>,
): ProposedSplit {
  const at = columns.indexOf(COLUMN);
  const counts = new Map<string, number>();
  for (const { [at]: name = '' } of rows) counts.set(name, (counts.get(name) ?? 0) + 1);
  const named = [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  const id = ID_COLUMNS.find((name) => columns.includes(name));
  const first = (names: readonly string[]) => names.find((name) => counts.has(name));
  const [train, validation, test] = [
    first(SPLITS.train),
    first(SPLITS.validation),
    first(SPLITS.test),
  ];
  const nameOf = (row: readonly string[]) => row[columns.indexOf(id ?? '')];
  const strange = rows.find(
    (row) => [train, validation, test].includes(row[at]) && !known.has(nameOf(row) ?? ''),
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
    remark: `the column split of ${file}: ${named}`,
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
