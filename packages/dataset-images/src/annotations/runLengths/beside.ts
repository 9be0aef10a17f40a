import type { Log } from '@raremask/core';
import type { Head } from '../../decoding/head.ts';
import type { AnnotatedImage, Order, Runs } from '../instance.ts';

/** Where a run begins, and where it has ended. */
export type Place = readonly [start: number, end: number];

/** How many runs lie beside the one before, by the order in which pixels would be numbered. */
export type Beside = Readonly<Record<Order, number>>;

/** So many times more runs lie beside each other in the true order than in the other one. */
const CLEARLY = 10;

/**
 * In the true order the runs of a structure lie a column's or a row's length apart. An image that is as
 * wide as high says nothing.
 */
export function countBeside(
  places: readonly Place[],
  { width, height }: { readonly width: number; readonly height: number },
): Beside {
  if (width === height) return { columns: 0, rows: 0 };
  const count = (apart: number) =>
    places.filter(([start, end], at) => {
      const [before, ended] = places[at - 1] ?? [0, 0];
      return start - apart < ended && end - apart > before;
    }).length;
  return { columns: count(height), rows: count(width) };
}

/** The order that runs lie in; undefined where they do not say it clearly. */
export function clearOrder({ columns, rows }: Beside): Order | undefined {
  if (Math.max(columns, rows) < CLEARLY * Math.max(Math.min(columns, rows), 1)) return undefined;
  return rows > columns ? 'rows' : 'columns';
}

/** Says where runs lie beside each other in the other order than the one that they are read in. */
export function noteOrder(
  images: readonly (AnnotatedImage | undefined)[],
  heads: readonly (Head | undefined)[],
  order: Order,
  log: Log,
): void {
  let [columns, rows] = [0, 0];
  for (const [at, image] of images.entries()) {
    const head = heads[at];
    // Of an image that is to be shown on its side, the options say which of its sides counts.
    if (head === undefined || head.orientation > 4) continue;
    for (const { outline } of image?.instances ?? []) {
      if (outline.kind !== 'runs') continue;
      const beside = countBeside(placesOf(outline.runs), head);
      columns += beside.columns;
      rows += beside.rows;
    }
  }
  const found = clearOrder({ columns, rows });
  if (found === undefined || found === order) return;
  const [own, other] = order === 'rows' ? [rows, columns] : [columns, rows];
  log.warn(
    `${other} runs of the table lie beside the one before as if pixels were numbered ${found === 'rows' ? 'along the rows' : 'down the columns'}, and ${own} as data.with.runLengths.order says: look at the masks, or set order: ${found}`,
  );
}

function placesOf(runs: Runs): readonly Place[] {
  const places: Place[] = [];
  let end = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const start = end + runs[at]!;
    end = start + runs[at + 1]!;
    places.push([start, end]);
  }
  return places;
}
