import {
  addedName,
  epochScoreDefinitions,
  type EpochScores as StandardScores,
  takesBest,
} from '@raremask/metrics';
import { parseCsv, parseWholeCsv } from './csv.ts';
import { metricsDamaged } from './errors.ts';
import type { EpochScores } from './events.ts';
import { readText } from './recordedFile.ts';

/** One row of metrics.csv. */
export interface EpochRow {
  /** Counted from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly loss: number;
  /** Each term of the loss, weighted as it enters the sum. */
  readonly terms: Readonly<Record<string, number>>;
  readonly gradientNorm: number;
  /** Absent where the epoch was not validated. */
  readonly validation?: EpochScores;
}

/**
 * Reads metrics.csv. Cells that hold no number become NaN in what every epoch has, and null among
 * the scores. Lines without an epoch (a torn last line) are left out.
 */
export function parseHistory(csv: string): EpochRow[] {
  return parseCsv(csv)
    .map(rowOf)
    .filter((row) => row.epoch > 0);
}

/**
 * The rows of a run's own metrics.csv; none where there is no such file.
 *
 * @throws RaremaskError where a row is torn
 */
export async function readHistory(path: string): Promise<EpochRow[]> {
  return wholeRows(path, (await readText(path)) ?? '').map(rowOf);
}

/** The cells of a run's own metrics.csv, every row whole, in the order of the epochs. */
export function wholeRows(path: string, text: string): Partial<Record<string, string>>[] {
  const rows = parseWholeCsv(text);
  if (!Array.isArray(rows)) throw metricsDamaged(path, rows.line, rows.got);
  let before = 0;
  for (const [index, row] of rows.entries()) {
    const epoch = Number(row['epoch']);
    if (!Number.isInteger(epoch) || epoch <= before) {
      throw metricsDamaged(path, index + 2, `epoch ${row['epoch']} after ${before}`);
    }
    before = epoch;
  }
  return rows;
}

/** The row whose validation is best by a score, the last of equals, as `evaluate.score` of a manifest names it. */
export function bestRow(
  history: readonly EpochRow[],
  by: keyof StandardScores = 'balanced',
): EpochRow | undefined {
  let best: EpochRow | undefined;
  for (const row of history) {
    if (takesBest(by, row.validation?.[by] ?? null, best?.validation?.[by])) best = row;
  }
  return best;
}

/** The last row with scores. */
export function lastScored(history: readonly EpochRow[]): EpochRow | undefined {
  return history.findLast((row) => row.validation !== undefined);
}

const TERM = 'loss_';

function rowOf(cells: Partial<Record<string, string>>): EpochRow {
  const number = (name: string): number => {
    const cell = cells[name];
    return cell === undefined || cell === '' ? Number.NaN : Number(cell);
  };
  const score = (name: string): number | null => {
    const value = number(name);
    return Number.isFinite(value) ? value : null;
  };
  const standard = epochScoreDefinitions.map(({ epoch }) => epoch.column as string);
  const added = Object.keys(cells).flatMap((column) => {
    const name = standard.includes(column) ? undefined : addedName(column);
    return name === undefined ? [] : [[name, score(column)] as const];
  });
  const validation = Object.fromEntries([
    ...epochScoreDefinitions.map(({ epoch }) => [epoch.name, score(epoch.column)] as const),
    ...added,
  ]) as EpochScores;
  const terms = Object.keys(cells).filter((name) => name.startsWith(TERM));
  return {
    epoch: number('epoch'),
    learningRate: number('learning_rate'),
    seconds: number('seconds'),
    imagesPerSecond: number('images_per_second'),
    loss: number('loss'),
    terms: Object.fromEntries(terms.map((name) => [name.slice(TERM.length), number(name)])),
    gradientNorm: number('gradient_norm'),
    ...(Object.values(validation).some((value) => value !== null) && { validation }),
  };
}
