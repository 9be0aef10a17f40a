import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent, TrackedRun, Tracker } from '@raremask/core';
import { afterAll } from 'vitest';
import { epochEvent, stepEvent, trackedRun } from '../../../test/runEvents.ts';
import { createMlflow } from '../src/mlflow.ts';
import { options } from '../src/options.ts';
import type { Patience } from '../src/server.ts';

/** A folder of the test file's own, gone when it ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-mlflow-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A tracker whose time is a second later at each look, and what it says. */
export function tracker(
  setting: object,
  environment: Readonly<Record<string, string>> = {},
  patience: Patience = { timeout: 20_000, pauses: [] },
): { tracker: Tracker; lines: string[] } {
  const lines: string[] = [];
  let time = 1_700_000_000_000;
  const note = (line: string) => lines.push(line);
  return {
    tracker: createMlflow(options.parse(setting), {
      log: { info: note, warn: note },
      environment,
      now: () => {
        time += 1000;
        return time;
      },
      patience,
    }),
    lines,
  };
}

/** A run folder with some files, one of them empty. */
export function runIn(folder: string, changed: Partial<TrackedRun> = {}): TrackedRun {
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'metrics.csv'), 'epoch,loss\n1,0.45\n');
  writeFileSync(join(folder, 'empty file.txt'), '');
  writeFileSync(join(folder, 'checkpoints', 'last.safetensors'), new Uint8Array(3_000_000));
  return trackedRun(folder, changed);
}

export function started(folder: string): RunEvent {
  return {
    type: 'start',
    name: 'nodules',
    folder,
    backend: { name: 'cpu', reason: 'cpu: plain JavaScript', notes: [] },
    epochs: 2,
    batchesPerEpoch: 2,
    batch: 4,
    counts: { train: 8, trainEmpty: 4, validation: 4, validationEmpty: 2 },
    parameters: 123,
    classes: ['background', 'nodule'],
    startEpoch: 1,
  };
}

const terms = (loss: number) => ({ 'dice (soft)': loss / 2 });

export const step = (epoch: number, number: number, loss: number): RunEvent =>
  stepEvent(epoch, number, loss, terms(loss));

export const epoch = (number: number, loss: number, dice: number | null, best: boolean): RunEvent =>
  epochEvent({ epoch: number, epochs: 2, loss, terms: terms(loss), best }, dice);
