import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

type Cell = string | number | null;

/**
 * Rows as CSV, the header first (an empty one is left out); a cell with a comma, a quote or a line break is quoted, null is empty.
 *
 * @param forPeople whether texts that a spreadsheet would take for a formula get an apostrophe before
 *   them: names come from anyone's files
 */
export function csvText(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  { forPeople = false }: { readonly forPeople?: boolean } = {},
): string {
  // Whatever a reader takes for the end of a line has to be quoted, not only our own.
  return stringify([...(header.length > 0 ? [header] : []), ...rows], {
    quoted_match: /[\r\n]/,
    escape_formulas: forPeople,
  });
}

/** Rows of a CSV by the names of its header. Of a row that is cut off, the cells that are there. */
export function parseCsv(text: string): Partial<Record<string, string>>[] {
  return parse(text, {
    bom: true,
    columns: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
  });
}

/** A line that is no whole row of its table. */
export interface TornRow {
  /** Counted from 1. */
  readonly line: number;
  readonly got: string;
}

/** The same of a CSV that we have written, in which every line is whole: else where it is not. */
export function parseWholeCsv(text: string): Partial<Record<string, string>>[] | TornRow {
  const lines = text.split('\n').length;
  if (text !== '' && !text.endsWith('\n')) {
    return { line: lines, got: `a line that ends in ${JSON.stringify(text.slice(-20))}` };
  }
  try {
    return parse(text, { bom: true, columns: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines: line = lines } = error as { lines?: number };
    return { line, got: error.message };
  }
}
