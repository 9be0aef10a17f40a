import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent, TrackedRun, Tracker } from '@raremask/core';
import { afterAll } from 'vitest';
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
  return {
    folder,
    name: 'nodules',
    manifest: { seed: 7, train: { batch: 4 }, loss: [{ use: 'dice', soft: true }] },
    startEpoch: 1,
    startStep: 0,
    ...changed,
  };
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

export function step(epoch: number, number: number, loss: number): RunEvent {
  return {
    type: 'step',
    epoch,
    step: number,
    steps: 2,
    loss,
    terms: { 'dice (soft)': loss / 2 },
    imagesPerSecond: 8,
    secondsLeft: 1,
  };
}

export function epoch(number: number, loss: number, dice: number | null, best: boolean): RunEvent {
  return {
    type: 'epoch',
    epoch: number,
    epochs: 2,
    learningRate: 0.001,
    seconds: 1,
    imagesPerSecond: 8,
    loss,
    terms: { 'dice (soft)': loss / 2 },
    gradientNorm: 0.25,
    waitSeconds: 0,
    masks: 1,
    emptied: 0,
    pasted: 0,
    validation: {
      diceForeground: dice,
      missed: 0,
      alarmShare: 0.5,
      alarmPixels: 3,
      pooledDice: dice,
      balanced: 0.75,
    },
    best,
    secondsLeft: 1,
  };
}
