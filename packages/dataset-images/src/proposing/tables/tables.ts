import { join } from 'node:path';
import { unclearTable } from '../../annotations/errors.ts';
import { imageFinder } from '../../annotations/runLengths/imageNames.ts';
import { type Annotated, textOf } from '../annotated.ts';
import { IMAGE_FILE, stemOf } from '../pairs.ts';
import { foldersBelow } from '../tree.ts';
import { columnsBeside, columnsOfRuns, type Found, rowsOf, tableIn } from './columns.ts';
import { imagesOf } from './images.ts';
import { proposal } from './proposal.ts';

const TABLE_FILE = /\.csv$/i;
/** Tables that show how predictions are handed in. */
const SUBMISSION = /sample|submission/i;

/** Looks for a table of run lengths that names the images of a folder. Refuses what may be meant in several ways. */
export async function findTable(folder: string): Promise<Annotated | undefined> {
  const folders = await foldersBelow(folder, IMAGE_FILE);
  if (folders.length === 0) return undefined;
  const images = folders.flatMap(({ parts, files }) => files.map((file) => [...parts, file]));
  const find = imageFinder(
    images.map((parts) => ({ id: stemOf(parts.join('/')), image: join(folder, ...parts) })),
    '**',
    '{id}',
  );
  const all = await tablesOf(folder, find);
  const [found, ...others] = all.filter(({ file }) => !SUBMISSION.test(file));
  if (found === undefined) return undefined;
  if (others.length > 0) {
    const files = all.map(({ file }) => file).join(', ');
    throw unclearTable(found.file, `other tables name images as well: ${files}`, 'file');
  }
  const { unclear } = found.columns;
  if (unclear.length > 0) {
    throw unclearTable(found.file, `labels may stand in ${unclear.join(' or ')}`, 'class');
  }
  const rows = rowsOf(found, find);
  const own = imagesOf(folder, folders, rows, found.file);
  const listed = new Set(own.imageFiles);
  const here = rows.map((row) => ({ ...row, image: row.images.find((one) => listed.has(one)) }));
  const unused = all.filter((one) => one !== found).map(({ file }) => file);
  return proposal(found, own, here, unused);
}

/** Tables that hold run lengths of some of the images. */
async function tablesOf(
  folder: string,
  find: (name: string) => readonly string[],
): Promise<readonly Found[]> {
  const found: Found[] = [];
  const strangers: string[] = [];
  for (const { parts, files } of await foldersBelow(folder, TABLE_FILE)) {
    for (const name of files) {
      const file = [...parts, name].join('/');
      const table = tableIn(await textOf(join(folder, file)));
      if (table === undefined) continue;
      const [pixels, ...more] = columnsOfRuns(table);
      if (pixels === undefined) continue;
      const columns = columnsBeside(table, pixels, find);
      if (columns === undefined) strangers.push(file);
      else if (more.length > 0) {
        const names = [pixels, ...more].join(' and ');
        throw unclearTable(file, `the columns ${names} hold runs`, 'pixels');
      } else found.push({ file, table, pixels, columns });
    }
  }
  const stranger = strangers.find((file) => !SUBMISSION.test(file));
  if (found.length === 0 && stranger !== undefined) {
    throw unclearTable(stranger, 'none of its columns names the images found', 'names');
  }
  return found;
}
