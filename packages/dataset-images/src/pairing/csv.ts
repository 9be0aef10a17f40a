import { parse } from 'csv-parse/sync';

const FORM = { bom: true, relax_column_count: true, skip_empty_lines: true } as const;

/** Rows of a CSV file (RFC 4180), any line end, with or without a byte order mark; empty lines are left out. */
export function parseCsv(text: string): string[][] {
  return parse(text, FORM);
}

/**
 * The same, a row at a time: none is kept.
 *
 * @param take gets the line that the row ends in as well, from 1
 */
export function eachRow(text: string, take: (row: readonly string[], line: number) => void): void {
  parse(text, {
    ...FORM,
    on_record: (row: string[], { lines }) => {
      take(row, lines);
      return null;
    },
  });
}
