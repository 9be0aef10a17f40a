import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFolder } from '@raremask/record';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { numbers, withFlip } from '../../../test/seededDamage.ts';
import { readCheckpoint } from '../src/record/checkpoint.ts';
import { readChosen, unverifiedNote } from '../src/record/chosenCheckpoint.ts';
import { writeSafetensors } from '../src/record/safetensors.ts';
import { NOTHING_DONE } from '../src/training/epochSums.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'raremask-checkpoint-'));
  mkdirSync(join(place, 'checkpoints'));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

const HEAD = {
  format: 1,
  checksums: 'sha256',
  facts: { space: 2, channels: 1, classes: [{ name: 'background', value: 0 }], overlapping: false },
  normalization: { kind: 'none' },
  census: { classes: [] },
  progress: { epoch: 3, step: 0, totalSteps: 12, updates: 12, sums: NOTHING_DONE, best: null },
};

/** A small checkpoint under one of its two names. */
async function written(which: 'best' | 'last', value = 0.5, head: object = HEAD): Promise<string> {
  const path = runFolder(place)[which];
  const values = Float32Array.of(1, value, -2);
  const arrays = ['weight.conv/kernel', 'optimizer.m.conv/kernel'].map((name) => ({
    ...{ name, shape: [3] },
    values: name.startsWith('weight') ? values : new Float32Array(3),
  }));
  await writeSafetensors(path, arrays, { raremask: JSON.stringify(head) });
  return path;
}

/** Puts other bytes in the place of an array's last ones, and leaves the checksums as they are. */
function damaged(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, withFlip(bytes, (bytes.length - 13) * 8));
}

test('a checkpoint notices every flipped bit', async () => {
  const path = await written('last');
  const whole = readFileSync(path);
  const next = numbers(5);
  const key = whole.indexOf('raremask.checksums');
  const flips = [
    ...Array.from({ length: 'raremask.checksums'.length * 8 }, (_, bit) => key * 8 + bit),
    ...Array.from({ length: 600 }, () => Math.floor(next() * whole.length * 8)),
  ];
  for (const bit of flips) {
    writeFileSync(path, withFlip(whole, bit));
    await expect(readCheckpoint(path), `bit ${bit}`).rejects.toMatchObject({
      code: 'RAREMASK_BROKEN_CHECKPOINT',
    });
  }
});

test('damage names file and array, and the other checkpoint where that is whole', async () => {
  damaged(await written('last'));
  await expect(readChosen(runFolder(place), 'last')).rejects.toMatchObject({
    code: 'RAREMASK_BROKEN_CHECKPOINT',
    message: expect.stringMatching(
      /last\.safetensors: .*weight\.conv\/kernel is damaged.*no other checkpoint/,
    ),
  });
  await written('best');
  await expect(readChosen(runFolder(place), 'last')).rejects.toThrow(
    /whole and has 3 epochs behind it: --checkpoint best/,
  );
  damaged(runFolder(place).best);
  await expect(readChosen(runFolder(place), undefined)).rejects.toThrow(
    /best\.safetensors: .*train again: of the other checkpoint \(last\), .*kernel is damaged/,
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a weight of %d is refused by name',
  async (value) => {
    const path = await written('last', value);
    await expect(readCheckpoint(path)).rejects.toMatchObject({
      code: 'RAREMASK_CHECKPOINT_NOT_FINITE',
      message: expect.stringContaining('1 of the 3 numbers of weight.conv/kernel'),
    });
  },
);

test('one of an earlier version is read, and its missing checksums are said once', async () => {
  const { checksums: _, ...head } = HEAD;
  const path = await written('last', 0.5, head);
  const bytes = readFileSync(path);
  // The same length, so that the header stays whole.
  const older = Buffer.from(
    bytes.toString('latin1').replace('raremask.checksums', 'nothing.nothing.no'),
    'latin1',
  );
  writeFileSync(path, older);
  const checkpoint = await readChosen(runFolder(place), undefined);
  expect(checkpoint.head.progress.epoch).toBe(3);
  expect(unverifiedNote(checkpoint)).toMatch(/has no checksums/);
  expect(unverifiedNote({ ...checkpoint, isVerified: true })).toBeUndefined();
});

test.each([
  ['facts', { ...HEAD, facts: { space: 2 } }],
  ['progress', { ...HEAD, progress: { epoch: 1 } }],
  ['census', { ...HEAD, census: null }],
  ['everything', null],
  ['format', { ...HEAD, format: 'one' }],
])('a description without usable %s is refused, whatever its checksums say', async (_, head) => {
  const path = await written('last', 0.5, head as object);
  await expect(readCheckpoint(path)).rejects.toMatchObject({ code: 'RAREMASK_BROKEN_CHECKPOINT' });
});

test('one of a later format asks for a later raremask, and not for the other checkpoint', async () => {
  await written('last', 0.5, { ...HEAD, format: 2 });
  await written('best', 0.5, HEAD);
  await expect(readChosen(runFolder(place), 'last')).rejects.toMatchObject({
    code: 'RAREMASK_CHECKPOINT_FORMAT',
    message: expect.stringMatching(
      /last\.safetensors: .*format 2\. Expected: format 1,.* Do this: install the raremask/,
    ),
  });
});
