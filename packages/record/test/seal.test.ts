import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDecisions, readJson, writeDecisions, writeJson } from '@raremask/record';
import { afterAll, describe, expect, test } from 'vitest';
import { someOf } from '../../../test/further.ts';

const place = mkdtempSync(join(tmpdir(), 'raremask-seal-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const errors = { dice: 0.5, alarms: 0.25, missed: 0, structuresMissed: null, falseStructures: 1 };
const DECISIONS = {
  best: {
    epoch: 7,
    seen: { window: 'auto', mirror: false, threshold: 0.5 },
    classes: {
      nodule: { minimumSize: 12, peak: 0.75, before: errors, after: errors, crossFitted: null },
    },
    threshold: 0.375,
  },
};

test('of a decision with one bit flipped, whichever it is, no other number is taken', async () => {
  const path = join(place, 'decision.json');
  await writeDecisions(path, DECISIONS);
  const bytes = readFileSync(path);
  const unnoticed: number[] = [];
  for (const bit of someOf(bytes.length * 8, 900)) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(path, damaged);
    try {
      expect(await readDecisions(path)).toEqual(DECISIONS);
      unnoticed.push(bit >> 3);
    } catch (error) {
      expect(error).toMatchObject({ code: 'RAREMASK_DECISION_BROKEN' });
    }
  }
  // Without its name a file has no checksum.
  const name = bytes.indexOf('sha256');
  expect(unnoticed.filter((byte) => byte < name || byte >= name + 'sha256'.length)).toEqual([]);
});

describe('a file of a run', () => {
  const path = join(place, 'any.json');

  test('is read as it was written, without its checksum, however odd its names and values', async () => {
    const values = [
      { b: 1, a: -0, '10': 1e-7, '2': 0.1 + 0.2, é: '\u2028"\\', nested: { sha256: 'own' } },
      { gone: undefined, none: Number.NaN, list: [undefined, null] },
      [1, 2, 3],
      'text',
      null,
    ];
    for (const value of values) {
      await writeJson(path, value);
      expect(await readJson(path)).toEqual(JSON.parse(JSON.stringify(value)));
    }
  });

  test('may be laid out anew, but a changed number is refused, with what to do', async () => {
    await writeJson(path, { epoch: 12, dice: 0.625 });
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, JSON.stringify(JSON.parse(text)));
    expect(await readJson(path)).toEqual({ epoch: 12, dice: 0.625 });

    writeFileSync(path, text.replace('0.625', '0.725'));
    await expect(readJson(path)).rejects.toMatchObject({
      code: 'RAREMASK_REPORT_DAMAGED',
      message: expect.stringMatching(/any\.json.*remove the entry sha256/s),
    });
  });

  test('of an earlier version, or written by hand, has no checksum, and is taken', async () => {
    writeFileSync(path, '{ "manifestFolder": "../.." }');
    expect(await readJson(path)).toEqual({ manifestFolder: '../..' });
  });
});
