import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RunEvent } from '@raremask/core';
import { addedColumn, epochScoreDefinitions } from '@raremask/metrics';
import { writeAtomically } from './atomicFile.ts';
import { csvText, parseCsv } from './csv.ts';

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

  /** Keeps the rows of an interrupted run up to and including an epoch, each cell under its own column. */
  async keepUntil(epoch: number): Promise<void> {
    if (!existsSync(this.#path)) return;
    const rows = parseCsv(await readFile(this.#path, 'utf8'));
    this.#rows = rows
      .filter((row) => Number(row['epoch']) <= epoch)
      .map((row) => this.#header.map((column) => row[column] ?? null));
  }

  async add(event: EpochEvent): Promise<void> {
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
    this.#rows.push(cells.map((cell) => (cell === null ? null : round(cell))));
    await writeAtomically(this.#path, csvText(this.#header, this.#rows));
  }
}

function round(value: number): number {
  return Number(value.toPrecision(7));
}
