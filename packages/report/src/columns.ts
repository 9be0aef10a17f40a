import Table from 'cli-table3';
import pc from 'picocolors';

export interface TableOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export interface ColumnOptions extends TableOptions {
  /** `left` where it is left out. */
  readonly align?: readonly ('left' | 'right')[];
}

const BETWEEN = 2;

/**
 * Rows of text in columns without lines between them. Where they are wider than the terminal, the
 * widest columns are narrowed and wrap. Control characters in cells are removed.
 */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: ColumnOptions,
): string {
  const paint = pc.createColors(options.color);
  const cells = rows.map((row) => head.map((_, index) => plain(row[index] ?? '')));
  const widths = fit(
    head.map((title, index) =>
      Math.max(1, ...[title, ...cells.map((row) => row[index]!)].map(len)),
    ),
    options.width,
  );
  const table = new Table({
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colWidths: widths,
    colAligns: head.map((_, index) => options.align?.[index] ?? 'left'),
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  if (head.some((title) => title !== '')) table.push(head.map((title) => paint.dim(title)));
  table.push(...cells);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The narrowest that `columns` can be without wrapping. */
export function naturalWidth(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): number {
  const widths = head.map((title, index) =>
    Math.max(len(title), ...rows.map((row) => len(row[index] ?? ''))),
  );
  return widths.reduce((sum, width) => sum + width, BETWEEN * (head.length - 1));
}

/** Text without control characters, so that a name in the data cannot drive the terminal. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trimEnd();
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(BETWEEN),
};

/** Takes what is too wide from the widest columns, one character at a time. */
function fit(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, one) => sum + one, BETWEEN * (widths.length - 1)) - width;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 8) break;
    widths[widest]!--;
    over--;
  }
  return widths;
}

function len(text: string): number {
  return [...text].length;
}
