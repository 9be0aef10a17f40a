import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDecisions, writeDecisions } from '../src/decision.ts';
import { readEnvironment } from '../src/environment.ts';
import { readEvaluations, writeEvaluation } from '../src/evaluation.ts';
import { readEvents } from '../src/events.ts';
import { readHistory } from '../src/history.ts';
import { readInspection } from '../src/inspection.ts';
import {
  chooseCheckpoint,
  createRunFolder,
  evaluationName,
  openRunFolder,
  overlaysName,
  type RunFolder,
  runFolder,
} from '../src/runFolder.ts';
import { readSplits, writeSplits } from '../src/splits.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'raremask-record-'));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

/** A new run folder that no process holds. */
function made(wished: string): RunFolder {
  const { folder, lock } = createRunFolder(wished);
  lock.release();
  return folder;
}

describe('a new run folder', () => {
  test('takes the wished name, or the next number that is free', () => {
    const wished = join(place, 'nodules');
    expect(made(wished).path).toBe(wished);
    expect(made(wished).path).toBe(`${wished}-2`);
    mkdirSync(`${wished}-3`);
    expect(made(wished).path).toBe(`${wished}-3`);
    expect(readdirSync(wished)).toEqual(['checkpoints']);
  });
});

describe('a run folder', () => {
  test('opens with what it was made with, and says what is missing', async () => {
    await expect(openRunFolder(place)).rejects.toThrow(/manifest.resolved.yaml is missing/);
    writeFileSync(runFolder(place).manifest, 'name: x\n');
    await expect(openRunFolder(place)).rejects.toMatchObject({
      code: 'RAREMASK_NOT_A_RUN',
      message: expect.stringContaining('environment.json is missing'),
    });
    writeFileSync(runFolder(place).environment, '{"seed": 7, "manifestFolder": ".."}');
    expect((await openRunFolder(place)).environment.seed).toBe(7);
    for (const damaged of ['{"seed": ', '{"seed": 7}', 'null', '']) {
      writeFileSync(runFolder(place).environment, damaged);
      await expect(openRunFolder(place)).rejects.toMatchObject({
        code: 'RAREMASK_ENVIRONMENT_DAMAGED',
        message: expect.stringContaining('manifestFolder'),
      });
    }
  });

  test('gives the preferred checkpoint, else the other, and never another than the wished one', () => {
    const folder = made(join(place, 'run'));
    expect(() => chooseCheckpoint(folder, undefined)).toThrow(/last\.safetensors is missing/);
    writeFileSync(folder.last, '');
    expect(chooseCheckpoint(folder, undefined)).toEqual({ which: 'last', path: folder.last });
    expect(() => chooseCheckpoint(folder, 'best')).toThrow(/best\.safetensors is missing/);
    writeFileSync(folder.best, '');
    expect(chooseCheckpoint(folder, undefined)).toEqual({ which: 'best', path: folder.best });
    expect(chooseCheckpoint(folder, 'last')).toEqual({ which: 'last', path: folder.last });
    expect(chooseCheckpoint(folder, undefined, 'last').which).toBe('last');
    expect(chooseCheckpoint(folder, 'best', 'last').which).toBe('best');
    rmSync(folder.last);
    expect(chooseCheckpoint(folder, undefined, 'last').which).toBe('best');
  });

  test('names the files of the validation split without its name', () => {
    expect(['validation', 'test'].map(evaluationName)).toEqual([
      'evaluation.json',
      'evaluation-test.json',
    ]);
    expect(['validation', 'test'].map(overlaysName)).toEqual(['overlays', 'overlays-test']);
  });

  test('that holds nothing reads as nothing', async () => {
    const folder = runFolder(place);
    expect(await readEnvironment(folder.environment)).toEqual({});
    expect(await readEvents(folder.events)).toEqual([]);
    expect(await readHistory(folder.metrics)).toEqual([]);
    expect(await readEvaluations(place)).toEqual([]);
    expect(await readInspection(folder.inspection)).toBeUndefined();
    expect(await readDecisions(folder.decision)).toEqual({});
  });
});

describe('events.ndjson', () => {
  test('reads without the line that was cut off, and with events of other versions', async () => {
    const path = runFolder(place).events;
    const old = { type: 'epoch', epoch: 1, best: true };
    writeFileSync(path, `${JSON.stringify(old)}\n\n{"type":"tracked"}\n{"type": "en`);
    expect(await readEvents(path)).toEqual([old, { type: 'tracked' }]);
  });
});

describe('evaluations', () => {
  const evaluation = (split: string) => ({
    split,
    checkpoint: 'best',
    epoch: 3,
    summary: { foreground: {} as never, classes: [] },
    images: [],
  });

  test('are read with the validation split first', async () => {
    for (const split of ['train', 'test', 'validation']) {
      await writeEvaluation(place, evaluation(split));
    }
    expect((await readEvaluations(place)).map(({ split }) => split)).toEqual([
      'validation',
      'test',
      'train',
    ]);
  });
});

describe('splits.json', () => {
  const splits = { train: ['a', 'b'], validation: ['c'], test: [] };

  test('gives back the samples of each split; of a run without it, none', async () => {
    const path = runFolder(place).splits;
    expect(await readSplits(path)).toBeUndefined();
    await writeSplits(path, splits);
    expect(await readSplits(path)).toEqual(splits);
  });

  test.each(['{"train": ', 'null', '{"train": [1], "validation": [], "test": []}'])(
    'as %s is refused by name',
    async (text) => {
      const path = runFolder(place).splits;
      writeFileSync(path, text);
      await expect(readSplits(path)).rejects.toThrow(path);
    },
  );
});

describe('decision.json', () => {
  const found = { epoch: 2, seen: { threshold: 0.5 }, classes: {} };

  test('gives back what was found for each checkpoint', async () => {
    const path = runFolder(place).decision;
    await writeDecisions(path, { best: found });
    expect(await readDecisions(path)).toEqual({ best: found });
  });

  test.each(['{"format": ', '{"format": 2, "checkpoints": {}}', 'null', '{"format": 1}'])(
    'as %s is refused by name',
    async (text) => {
      const path = runFolder(place).decision;
      writeFileSync(path, text);
      await expect(readDecisions(path)).rejects.toMatchObject({
        code: 'RAREMASK_DECISION_BROKEN',
        message: expect.stringContaining(path),
      });
    },
  );
});
