import { type Beside, countBeside, type Place } from '../../annotations/runLengths/beside.ts';
import { grouped } from '../../lists.ts';

/** A row that holds runs. */
export interface RunRow {
  /** Path of the image. */
  readonly image: string;
  readonly label: string | undefined;
  /** Starts and lengths in turn. */
  readonly numbers: readonly number[];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the numbers of a table say of how they are meant. */
export interface RunFacts {
  readonly counting: 'absolute' | 'relative';
  /** Rows that say so: of several runs, and in the order that the counting asks for, or not. */
  readonly deciding: number;
  readonly first: 0 | 1;
  /** Whether runs of different labels share pixels. */
  readonly overlapping: boolean;
  readonly beside: Beside;
}

/** @param sizes of some of the images */
export function factsOf(rows: readonly RunRow[], sizes: ReadonlyMap<string, Size>): RunFacts {
  const several = rows.filter(({ numbers }) => numbers.length > 2);
  const ascending = several.filter(({ numbers }) => isAscending(numbers)).length;
  const counting = ascending * 2 < several.length ? 'relative' : 'absolute';
  const first =
    counting === 'relative' || rows.some(({ numbers }) => startsOf(numbers).includes(0)) ? 0 : 1;
  const placed = rows.map((row) => ({ ...row, places: placesOf(row.numbers, counting) }));
  return {
    counting,
    deciding: counting === 'relative' ? several.length - ascending : ascending,
    first,
    overlapping: grouped(placed, ({ image }) => image).some(sharePixels),
    beside: besideIn(placed, sizes),
  };
}

interface Placed extends RunRow {
  readonly places: readonly Place[];
}

function startsOf(numbers: readonly number[]): readonly number[] {
  return numbers.filter((_, at) => at % 2 === 0);
}

function isAscending(numbers: readonly number[]): boolean {
  const places = placesOf(numbers, 'absolute');
  return places.every(([start], at) => at === 0 || start >= places[at - 1]![1]);
}

function placesOf(numbers: readonly number[], counting: RunFacts['counting']): readonly Place[] {
  let end = 0;
  return startsOf(numbers).map((number, at) => {
    const start = counting === 'relative' ? end + number : number;
    end = start + (numbers[2 * at + 1] ?? 0);
    return [start, end];
  });
}

/** Whether rows of one image that have different labels share a pixel. */
function sharePixels(rows: readonly Placed[]): boolean {
  const runs = rows.flatMap(({ label, places }) => places.map((place) => ({ label, place })));
  runs.sort((left, right) => left.place[0] - right.place[0]);
  let farthest = runs[0];
  for (const run of runs.slice(1)) {
    if (run.place[0] < farthest!.place[1] && run.label !== farthest!.label) return true;
    if (run.place[1] > farthest!.place[1]) farthest = run;
  }
  return false;
}

/** Runs that lie beside each other, in all images whose size is known. */
function besideIn(rows: readonly Placed[], sizes: ReadonlyMap<string, Size>): Beside {
  let [columns, along] = [0, 0];
  for (const { image, places } of rows) {
    const size = sizes.get(image);
    if (size === undefined) continue;
    const beside = countBeside(places, size);
    columns += beside.columns;
    along += beside.rows;
  }
  return { columns, rows: along };
}
