import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetProposal, Json } from '@raremask/core';
import { parseCsv } from '../pairing/csv.ts';

const GROUP_FILES = ['split.csv', 'groups.csv', 'metadata.csv', 'index.csv'];
const GROUP_COLUMNS = [
  'group',
  'patient',
  'patient_id',
  'case',
  'case_id',
  'subject',
  'subject_id',
];
const ID_COLUMNS = ['id', 'image_id', 'image', 'name', 'filename'];
/** Rows of a CSV file; none where it is absent or no table. */
async function tableOf(path: string): Promise<string[][]> {
  try {
    return parseCsv(await readFile(path, 'utf8'));
  } catch {
    return [];
  }
}

interface Groups {
  readonly option?: Json;
  readonly remark: string;
  /** What names alone say of groups. */
  readonly guess?: NonNullable<DatasetProposal['unlisted']>;
}

export async function groupOf(folder: string, ids: readonly string[]): Promise<Groups> {
  for (const file of GROUP_FILES) {
    const [columns = [], ...rows] = await tableOf(join(folder, file));
    const id = ID_COLUMNS.find((name) => columns.includes(name));
    const column = GROUP_COLUMNS.find((name) => columns.includes(name));
    if (id === undefined || column === undefined) continue;
    const listed = new Map(
      rows.map((row) => [row[columns.indexOf(id)], row[columns.indexOf(column)]]),
    );
    if (ids.every((one) => listed.get(one))) {
      return {
        option: { file, id, column },
        remark: `the column ${column} of ${file}: images of one group never stand in two splits`,
      };
    }
  }
  const guess = guessedGroups(ids);
  return {
    remark:
      'nothing says which images belong together (patient, tile): give data.with.group if some do',
    ...(guess !== undefined && { guess }),
  };
}

/** Images in the folder of a case, on average, at most; folders of more are kinds. */
const MOST_OF_CASE = 100;

function guessedGroups(ids: readonly string[]): Groups['guess'] {
  const folders = [...new Set(ids.map((id) => id.slice(0, Math.max(id.lastIndexOf('/'), 0))))];
  // Kinds of images have names, cases have numbers.
  const areCases =
    folders.every((folder) => /\d/.test(folder)) && ids.length <= MOST_OF_CASE * folders.length;
  return (
    (areCases ? guessed(ids, '^(.+)/[^/]+$', 'images of one folder belong together') : undefined) ??
    guessed(ids, '^(.+?)[_-](?:[A-Za-z]{0,6})\\d+$', 'names are GROUP_NUMBER')
  );
}

function guessed(ids: readonly string[], pattern: string, assumed: string): Groups['guess'] {
  const names = ids.map((id) => new RegExp(pattern).exec(id)?.[1]);
  const groups = new Set(names);
  if (names.includes(undefined) || groups.size < 5 || groups.size > ids.length / 2) {
    return undefined;
  }
  return {
    options: { group: pattern },
    remarks: {
      'data.with.group': `assumed: ${assumed}, such as ${ids[0]} of group ${names[0]} (${groups.size} groups); images of one group never stand in two splits. Leave it out if the images are independent`,
      'data.split.validation': '',
    },
  };
}
