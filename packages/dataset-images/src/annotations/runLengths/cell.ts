import type { Options } from '../../options/options.ts';

/** How the numbers of a table are meant. */
export type Counting = Pick<NonNullable<Options['runLengths']>, 'counting' | 'first'>;

/** What is wrong with a cell. */
export class BrokenCell extends Error {
  readonly got: string;

  constructor(expected: string, got: string) {
    super(expected);
    this.got = got;
  }
}

/** Numbers of pixels beyond this are none of an image. */
const MOST = 2 ** 31;

/** Whether a cell says that nothing is there. */
export function isNothing(cell: string): boolean {
  return cell === '' || cell === '-1';
}

/**
 * The runs of a cell as lengths that alternate between background and foreground. Throws BrokenCell where
 * the cell does not hold pairs of a start and a length, in their order and apart from each other.
 *
 * @param cell without spaces around it, and not of those that say nothing
 */
export function runsOf(cell: string, { counting, first }: Counting): Uint32Array {
  const runs = numbersIn(cell);
  if (runs.length % 2 === 1) {
    throw new BrokenCell('pairs of a start and a length', `${runs.length} numbers`);
  }
  const isRelative = counting === 'relative';
  const lowest = first ?? (isRelative ? 0 : 1);
  let end = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const [start, length] = [runs[at]!, runs[at + 1]!];
    const which = `run ${at / 2 + 1}: ${start} ${length}`;
    if (length === 0) throw new BrokenCell('lengths of at least 1', which);
    if (at === 0 && start < lowest) throw new BrokenCell(`a start of at least ${lowest}`, which);
    const gap = isRelative ? start - (at === 0 ? lowest : 0) : start - lowest - end;
    if (gap < 0) {
      throw new BrokenCell(
        `runs in their order that do not overlap: a start of at least ${end + lowest}`,
        which,
      );
    }
    runs[at] = gap;
    end += gap + length;
  }
  return runs;
}

const [ZERO, NINE, SPACE, TAB] = [48, 57, 32, 9];

/** Read character by character: a table may hold tens of millions of numbers. */
function numbersIn(cell: string): Uint32Array {
  const numbers: number[] = [];
  let number = -1;
  for (let at = 0; at <= cell.length; at++) {
    const code = at < cell.length ? cell.charCodeAt(at) : SPACE;
    if (code >= ZERO && code <= NINE) {
      number = Math.max(number, 0) * 10 + code - ZERO;
      if (number <= MOST) continue;
    } else if (code === SPACE || code === TAB) {
      if (number >= 0) numbers.push(number);
      number = -1;
      continue;
    }
    const [before, behind] = [cell.slice(0, at), cell.slice(at)];
    const word = `${/\S*$/.exec(before)![0]}${/^\S*/.exec(behind)![0]}`;
    throw new BrokenCell('whole numbers with spaces between', word);
  }
  return Uint32Array.from(numbers);
}

/** So many pixels runs reach over. */
export function reachOf(runs: Uint32Array): number {
  return runs.reduce((sum, run) => sum + run, 0);
}
