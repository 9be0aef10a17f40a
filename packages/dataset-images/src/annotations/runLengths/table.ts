import { readFile } from 'node:fs/promises';
import { isRaremaskError } from '@raremask/core';
import { cannotRead } from '../../decoding/errors.ts';
import type { Options } from '../../options/options.ts';
import { eachRow } from '../../pairing/csv.ts';
import { columnMissing } from '../../pairing/errors.ts';
import { brokenRow } from '../errors.ts';

/** A row of a table, without spaces around its cells. */
export interface Row {
  readonly line: number;
  readonly image: string;
  /** Undefined where no column holds it. */
  readonly label: string | undefined;
  readonly pixels: string;
}

type Columns = Pick<NonNullable<Options['runLengths']>, 'image' | 'class' | 'pixels'>;

/** Reads a table from its first row on; throws where a row has not the columns of the first line. */
export async function eachTableRow(
  file: string,
  columns: Columns,
  take: (row: Row) => void,
): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  let head: readonly string[] | undefined;
  const places = { image: -1, label: -1, pixels: -1 };
  const placeOf = (column: string) => {
    const at = head!.indexOf(column);
    if (at < 0) throw columnMissing(file, column, head!, 'runLengths');
    return at;
  };
  const takeCells = (cells: readonly string[], line: number) => {
    if (head === undefined) {
      head = cells.map((name) => name.trim());
      places.image = placeOf(columns.image);
      places.label = columns.class === undefined ? -1 : placeOf(columns.class);
      places.pixels = placeOf(columns.pixels);
      return;
    }
    if (cells.length !== head.length) {
      throw brokenRow({ file, line }, `${head.length} cells, as in the first line`, cells.length);
    }
    const image = cells[places.image]!.trim();
    if (image === '') {
      throw brokenRow({ file, line, column: columns.image }, 'the name of an image', 'nothing');
    }
    const label = cells[places.label]?.trim();
    take({ line, image, label, pixels: cells[places.pixels]!.trim() });
  };
  try {
    eachRow(text, takeCells);
  } catch (error) {
    throw isRaremaskError(error) ? error : cannotRead(file, error);
  }
  if (head === undefined) throw columnMissing(file, columns.image, [], 'runLengths');
}
