import { parse } from 'csv-parse/sync';

/** Rows of a CSV file (RFC 4180), any line end, with or without a byte order mark; empty lines are left out. */
export function parseCsv(text: string): string[][] {
  return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true });
}
