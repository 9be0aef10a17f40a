import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent, TrackedImage, Tracker } from '@raremask/core';
import { afterAll } from 'vitest';
import { epochEvent, stepEvent } from '../../../test/runEvents.ts';
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

const terms = (loss: number) => ({ dice: loss / 2, ce: loss / 4 });

export const step = (epoch: number, number: number, loss: number): RunEvent =>
  stepEvent(epoch, number, loss, terms(loss));

export const epoch = (number: number, loss: number, dice: number | null, best: boolean): RunEvent =>
  epochEvent({ epoch: number, epochs: 3, loss, terms: terms(loss), best }, dice);

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
