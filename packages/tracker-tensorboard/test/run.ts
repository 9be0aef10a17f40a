import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent, TrackedImage, TrackedRun, Tracker } from '@raremask/core';
import { afterAll } from 'vitest';
import { options } from '../src/options.ts';
import { createTensorboard } from '../src/tensorboard.ts';

/** A folder of the test file's own, gone when it ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-tensorboard-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A tracker whose time is a second later at each look. */
export function tracker(
  setting: object,
  folder = '/nowhere',
): { tracker: Tracker; lines: string[] } {
  const lines: string[] = [];
  let time = 1_700_000_000_000;
  const note = (line: string) => lines.push(line);
  return {
    tracker: createTensorboard(options.parse(setting), {
      folder,
      log: { info: note, warn: note },
      now: () => (time += 1000),
    }),
    lines,
  };
}

export function runIn(folder: string, changed: Partial<TrackedRun> = {}): TrackedRun {
  return {
    folder,
    name: 'nodules',
    manifest: { seed: 7, train: { batch: 4 }, loss: [{ use: 'dice', soft: true }] },
    startEpoch: 1,
    startStep: 0,
    ...changed,
  };
}

export function step(epoch: number, number: number, loss: number): RunEvent {
  return {
    type: 'step',
    epoch,
    step: number,
    steps: 2,
    loss,
    terms: { dice: loss / 2, ce: loss / 4 },
    imagesPerSecond: 8,
    secondsLeft: 1,
  };
}

export function epoch(number: number, loss: number, dice: number | null, best: boolean): RunEvent {
  return {
    type: 'epoch',
    epoch: number,
    epochs: 3,
    learningRate: 0.001,
    seconds: 1,
    imagesPerSecond: 8,
    loss,
    terms: { dice: loss / 2, ce: loss / 4 },
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

/** Four pixels in a row, with foreground in the first two or in none. */
export function image(
  id: string,
  epoch: number,
  probability: number[],
  empty = false,
): TrackedImage {
  return {
    epoch,
    id,
    size: [1, 4],
    channels: 1,
    image: Uint8Array.of(0, 50, 100, 150),
    truth: empty ? Uint8Array.of(0, 0, 0, 0) : Uint8Array.of(1, 1, 0, 0),
    predicted: Uint8Array.from(probability, (value) => (value >= 0.5 ? 1 : 0)),
    probability: Float32Array.from(probability),
  };
}
