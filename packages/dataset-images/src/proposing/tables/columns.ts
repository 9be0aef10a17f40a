import { addTo } from '../../lists.ts';
import { parseCsv } from '../../pairing/csv.ts';
import type { RunRow } from './facts.ts';

/** A table as it stands in a file, without spaces around its cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Which columns hold what. */
export interface Columns {
  readonly image: string;
  /** What stands between a name and the label behind it, where that column holds both. */
  readonly separator?: string;
  readonly class?: string;
  /** Columns of which nothing says whether they hold labels. */
  readonly unclear: readonly string[];
}

/** A table whose columns are known. */
export interface Found {
  /** Relative to the folder. */
  readonly file: string;
  readonly table: Table;
  readonly pixels: string;
  readonly columns: Columns;
}

/** Two whole numbers at least. */
const RUNS = /^\d+(\s+\d+)+$/;
/** What columns of labels are called. */
const CLASS = /class|label|categor/i;
/** What may stand between a name and the label behind it. */
const SEPARATORS = ['_', '-', ' ', '/', ':'];
/** Labels of a table, at most: a column of more holds something else. */
const MOST_LABELS = 64;

/** The table in a text; undefined where there is none. */
export function tableIn(text: string): Table | undefined {
  try {
    const [columns = [], ...rows] = parseCsv(text).map((row) => row.map((cell) => cell.trim()));
    return rows.length > 0 ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** Columns that hold run lengths, or say that there are none, in every row. */
export function columnsOfRuns({ columns, rows }: Table): readonly string[] {
  return columns.filter((_, at) => {
    const cells = rows.map((row) => row[at] ?? '');
    return (
      cells.every((cell) => cell === '' || cell === '-1' || RUNS.test(cell)) &&
      cells.some((cell) => RUNS.test(cell))
    );
  });
}

/**
 * The columns besides that of the runs; undefined where none names images.
 *
 * @param find images by a name
 */
export function columnsBeside(
  table: Table,
  pixels: string,
  find: (name: string) => readonly string[],
): Columns | undefined {
  const others = table.columns.filter((name) => name !== pixels);
  const cellsOf = (name: string) => {
    const at = table.columns.indexOf(name);
    return table.rows.map((row) => row[at] ?? '');
  };
  const named = mostOf(others, (name) => countNamed(cellsOf(name), find));
  if (named !== undefined) {
    const images = cellsOf(named);
    const labels = others.filter((name) => name !== named && isOfLabels(cellsOf(name)));
    const called = labels.filter((name) => CLASS.test(name));
    const [own, ...more] = called;
    if (own !== undefined && more.length === 0) return { image: named, class: own, unclear: [] };
    const varying = labels.filter((name) => variesWithin(images, cellsOf(name)));
    return { image: named, unclear: called.length > 0 ? called : varying };
  }
  const ways = others.flatMap((image) => SEPARATORS.map((separator) => ({ image, separator })));
  const joined = mostOf(ways, ({ image, separator }) =>
    countNamed(
      cellsOf(image).map((cell) => cell.slice(0, Math.max(cell.lastIndexOf(separator), 0))),
      find,
    ),
  );
  return joined && { ...joined, unclear: [] };
}

/** What has the highest count, where it is more than 0. */
function mostOf<T>(all: readonly T[], countOf: (one: T) => number): T | undefined {
  const counted = all.map((one) => ({ one, count: countOf(one) }));
  const [first] = counted.sort((left, right) => right.count - left.count);
  return first !== undefined && first.count > 0 ? first.one : undefined;
}

function countNamed(names: readonly string[], find: (name: string) => readonly string[]): number {
  return new Set(names.filter((name) => name !== '' && find(name).length > 0)).size;
}

function isOfLabels(cells: readonly string[]): boolean {
  const labels = new Set(cells);
  return labels.size <= MOST_LABELS && !labels.has('');
}

/** Whether an image has several values of a column. */
function variesWithin(images: readonly string[], values: readonly string[]): boolean {
  const ofImage = new Map<string, string[]>();
  for (const [at, image] of images.entries()) addTo(ofImage, image, values[at]!);
  return [...ofImage.values()].some((own) => new Set(own).size > 1);
}

/** A row with all that it names. */
export interface NamedRow extends Omit<RunRow, 'image'> {
  readonly name: string;
  readonly images: readonly string[];
}

/** Rows of a table with the images that they name. */
export function rowsOf(
  { table, pixels, columns }: Found,
  find: (name: string) => readonly string[],
): readonly NamedRow[] {
  const at = (name: string | undefined) => (name === undefined ? -1 : table.columns.indexOf(name));
  const [ofImage, ofLabel, ofPixels] = [at(columns.image), at(columns.class), at(pixels)];
  const { separator } = columns;
  return table.rows.map((row) => {
    const cell = row[ofImage] ?? '';
    const parting = separator === undefined ? -1 : cell.lastIndexOf(separator);
    const name = parting < 0 ? cell : cell.slice(0, parting);
    const runs = row[ofPixels] ?? '';
    return {
      name,
      label: parting < 0 ? row[ofLabel] : cell.slice(parting + separator!.length),
      images: find(name),
      numbers: runs === '-1' || runs === '' ? [] : runs.split(/\s+/).map(Number),
    };
  });
}
