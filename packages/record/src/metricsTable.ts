import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RunEvent } from '@raremask/core';
import { addedColumn, epochScoreDefinitions } from '@raremask/metrics';
import { writeAtomically } from './atomicFile.ts';
import { csvText } from './csv.ts';
import { wholeRows } from './history.ts';

type EpochEvent = Extract<RunEvent, { type: 'epoch' }>;

/** metrics.csv: one row an epoch; the whole file is replaced each time, so that it is never torn. */
export class MetricsTable {
  readonly #path: string;
  readonly #header: readonly string[];
  readonly #scores: readonly string[];
  #rows: (readonly (string | number | null)[])[] = [];

  /**
   * @param terms names of the loss terms
   * @param added names of the scores that the manifest adds
   */
  constructor(path: string, terms: readonly string[], added: readonly string[] = []) {
    this.#path = path;
    this.#scores = [...epochScoreDefinitions.map(({ epoch }) => epoch.name), ...added];
    this.#header = [
      'epoch',
      'learning_rate',
      'seconds',
      'images_per_second',
      'loss',
      ...terms.map((term) => `loss_${term}`),
      'gradient_norm',
      ...epochScoreDefinitions.map(({ epoch }) => epoch.column),
      ...added.map(addedColumn),
      'wait_seconds',
      'masks',
      'masks_emptied',
      'masks_pasted',
    ];
  }

  /**
   * Keeps the rows of an interrupted run up to and including an epoch, each cell under its own column. The
   * file is as the checkpoint says from then on.
   *
   * @param last what the checkpoint knows of that epoch: its row, where the process died before it was written
   * @returns epochs without a row, which an earlier version has lost
   * @throws RaremaskError where a row is torn
   */
  async keepUntil(epoch: number, last?: EpochEvent): Promise<readonly number[]> {
    const text = existsSync(this.#path) ? await readFile(this.#path, 'utf8') : '';
    const rows = wholeRows(this.#path, text).filter((row) => Number(row['epoch']) <= epoch);
    this.#rows = rows.map((row) => this.#header.map((column) => row[column] ?? null));
    const found = new Set(rows.map((row) => Number(row['epoch'])));
    if (last?.epoch === epoch && !found.has(epoch)) {
      this.#rows.push(this.#cells(last));
      found.add(epoch);
    }
    await this.#write(text);
    return Array.from({ length: epoch }, (_, index) => index + 1).filter((one) => !found.has(one));
  }

  /** Of the last row. */
  get lastLearningRate(): number | undefined {
    const rate = this.#rows.at(-1)?.[this.#header.indexOf('learning_rate')];
    return rate === undefined || rate === null || rate === '' ? undefined : Number(rate);
  }

  async add(event: EpochEvent): Promise<void> {
    this.#rows.push(this.#cells(event));
    await this.#write();
  }

  async #write(before?: string): Promise<void> {
    const text = csvText(this.#header, this.#rows);
    if (this.#rows.length === 0 && before === '') return;
    if (text !== before) await writeAtomically(this.#path, text);
  }

  #cells(event: EpochEvent): (string | number | null)[] {
    const cells = [
      event.epoch,
      event.learningRate,
      event.seconds,
      event.imagesPerSecond,
      event.loss,
      ...Object.values(event.terms),
      event.gradientNorm,
      ...this.#scores.map((name) => event.validation?.[name] ?? null),
      event.waitSeconds,
      event.masks,
      event.emptied,
      event.pasted,
    ];
    return cells.map((cell) => (cell === null ? null : round(cell)));
  }
}

function round(value: number): number {
  return Number(value.toPrecision(7));
}
