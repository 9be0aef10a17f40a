import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Facts, RunEvent } from '@raremask/core';
import type { NamedTracker } from '@raremask/engine';
import { afterAll, expect, test } from 'vitest';
import { latestPictures } from '../src/watch/latestPictures.ts';

const run = mkdtempSync(join(tmpdir(), 'raremask-latest-'));
afterAll(() => rmSync(run, { recursive: true, force: true }));

const facts: Facts = {
  ...{ space: 2, channels: 1, overlapping: false },
  classes: ['background', 'nodule'].map((name, value) => ({ name, value })),
};
type Scored = NonNullable<NamedTracker['scored']>;
const pixels = Uint8Array.from({ length: 64 }, (_, at) => +(at % 9 === 0));
const [image, score] = [
  {
    ...{ epoch: 1, id: 'one', size: [8, 8], channels: 1, image: pixels, truth: pixels },
    ...{ predicted: pixels, probability: Float32Array.from(pixels) },
  },
  { id: 'one', foreground: { hits: 8, misses: 0, alarms: 0 } },
] as unknown as Parameters<Scored>;

test('pictures are of the first validation, and then of one as soon as drawing them was a fiftieth of the time', async () => {
  let clock = 0;
  let slow = false;
  const pictures = latestPictures(facts, () => {
    // Drawing takes a second, by this clock.
    if (slow) clock += 500;
    return clock;
  });
  pictures.tracker.start?.({ folder: run } as never);
  const validated = async (epoch: number): Promise<number> => {
    pictures.scored!(image, score);
    slow = true;
    await pictures.tracker.event?.({ type: 'epoch', epoch } as RunEvent);
    slow = false;
    return JSON.parse(readFileSync(join(run, 'latest', 'index.json'), 'utf8')).epoch;
  };
  expect(await validated(1)).toBe(1);
  expect(await validated(2)).toBe(1);
  clock += 20_000;
  expect(await validated(3)).toBe(1);
  // The time is enough only once that validation has begun: it is drawn whole, or not at all.
  pictures.scored!(image, score);
  clock += 40_000;
  expect(await validated(4)).toBe(1);
  expect(await validated(5)).toBe(5);
  await pictures.tracker.end?.('finished');
  expect(existsSync(join(run, 'latest'))).toBe(false);
});
