import Table from 'cli-table3';
import pc from 'picocolors';
import wrapAnsi from 'wrap-ansi';
import { visibleLength } from './wrapped.ts';

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
 * widest columns are narrowed and wrap. Control characters in cells are removed;
 * a head may have several lines.
 */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: ColumnOptions,
): string {
  const paint = pc.createColors(options.color);
  const cells = rows.map((row) => head.map((_, index) => plain(row[index] ?? '')));
  const widths = fit(
    head.map((title, index) => widest([title, ...cells.map((row) => row[index]!)])),
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
  if (head.some((title) => title !== '')) {
    table.push(head.map((title) => ({ content: dimmed(title, paint.dim), vAlign: 'bottom' })));
  }
  table.push(...cells.map((row) => row.map((cell, index) => breakable(cell, widths[index]!))));
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
    widest([title, ...rows.map((row) => row[index] ?? '')]),
  );
  return widths.reduce((sum, width) => sum + width, BETWEEN * (head.length - 1));
}

/** Text without control characters, so that a name in the data cannot drive the terminal. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trimEnd();
}

/** Words that are longer than their column in pieces, of which the table would show the first alone: paths, mostly. */
function breakable(cell: string, width: number): string {
  if (visibleLength(cell) <= width) return cell;
  return cell
    .split(' ')
    .flatMap((word) =>
      visibleLength(word) <= width ? [word] : wrapAnsi(word, width, { hard: true }).split('\n'),
    )
    .join(' ');
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

/** Columns of the terminal that the widest line of any of the texts takes, at least 1. */
function widest(texts: readonly string[]): number {
  return Math.max(1, ...texts.flatMap((text) => text.split('\n').map(visibleLength)));
}

/** Each line by itself, since a cell's lines stand beside those of other cells. */
function dimmed(title: string, dim: (text: string) => string): string {
  return title
    .split('\n')
    .map((line) => (line === '' ? '' : dim(line)))
    .join('\n');
}
