import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@raremask/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseHistory, readHistory } from '../src/history.ts';
import { MetricsTable } from '../src/metricsTable.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-metrics-'));
  path = join(folder, 'metrics.csv');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function epoch(number: number, terms: Record<string, number>) {
  return {
    type: 'epoch',
    epoch: number,
    epochs: 3,
    learningRate: 0.001,
    seconds: 2,
    imagesPerSecond: 50,
    loss: 1 / 3,
    terms,
    gradientNorm: 4,
    waitSeconds: 0,
    masks: 8,
    emptied: 0,
    pasted: 0,
    validation: {
      diceForeground: 0.5,
      missed: 0,
      alarmShare: null,
      alarmPixels: null,
      pooledDice: 0.5,
      balanced: 0.5,
    },
    best: true,
    secondsLeft: 4,
  } satisfies RunEvent;
}

test('has a row an epoch of seven digits, and empty cells for scores that do not exist', async () => {
  const table = new MetricsTable(path, ['dice', 'ce']);
  await table.add(epoch(1, { dice: 0.25, ce: 0.125 }));
  expect(readFileSync(path, 'utf8')).toBe(
    'epoch,learning_rate,seconds,images_per_second,loss,loss_dice,loss_ce,gradient_norm,val_dice_foreground,val_missed,val_alarm_share,val_alarm_pixels,val_pooled_dice,val_balanced,wait_seconds,masks,masks_emptied,masks_pasted\n1,0.001,2,50,0.3333333,0.25,0.125,4,0.5,0,,,0.5,0.5,0,8,0,0\n',
  );
});

test.each([
  'dice, pooled',
  'two\nlines',
  'two\r\nlines',
  'a\rreturn',
  'a "quoted" one',
  '#',
  '=1+1',
])('a loss called %j does no harm to any column', async (name) => {
  const table = new MetricsTable(path, [name, 'ce']);
  await table.add(epoch(1, { [name]: 0.25, ce: 0.125 }));
  const resumed = new MetricsTable(path, [name, 'ce']);
  await resumed.keepUntil(1);
  await resumed.add(epoch(2, { [name]: 0.5, ce: 0.0625 }));
  const rows = parseHistory(readFileSync(path, 'utf8'));
  expect(rows.map(({ terms }) => terms)).toEqual([
    { [name]: 0.25, ce: 0.125 },
    { [name]: 0.5, ce: 0.0625 },
  ]);
  expect(rows.map(({ validation }) => validation?.balanced)).toEqual([0.5, 0.5]);
});

test('a resumed run keeps the rows up to its epoch, each cell under its own name', async () => {
  writeFileSync(path, 'epoch,loss_dice,val_missed,loss\n1,0.25,0.75,0.5\n2,0.25,0.75,0.5\n');
  const table = new MetricsTable(path, ['dice']);
  await table.keepUntil(1);
  await table.add(epoch(2, { dice: 0.125 }));
  const rows = parseHistory(readFileSync(path, 'utf8'));
  expect(rows.map(({ epoch: number, loss, terms }) => [number, loss, terms['dice']])).toEqual([
    [1, 0.5, 0.25],
    [2, 0.3333333, 0.125],
  ]);
  expect(rows[0]?.validation).toMatchObject({ missed: 0.75, balanced: null });
});

test('has a column for each score that the manifest adds, after the others', async () => {
  const table = new MetricsTable(path, ['dice'], ['surface-mm', 'absent']);
  const event = epoch(1, { dice: 0.25 });
  await table.add({
    ...event,
    validation: { ...event.validation, 'surface-mm': 2.5, absent: null },
  });
  const [header] = readFileSync(path, 'utf8').split('\n');
  expect(header).toContain(',val_balanced,val_surface-mm,val_absent,wait_seconds,');
  const resumed = new MetricsTable(path, ['dice'], ['surface-mm', 'absent']);
  await resumed.keepUntil(1);
  await resumed.add({ ...epoch(2, { dice: 0.2 }) });
  const rows = parseHistory(readFileSync(path, 'utf8'));
  expect(rows.map(({ validation }) => validation?.['surface-mm'])).toEqual([2.5, null]);
});

test('a row that the checkpoint has and the file has not is written when the run goes on', async () => {
  const table = new MetricsTable(path, ['dice']);
  await table.add(epoch(1, { dice: 0.25 }));
  const whole = readFileSync(path, 'utf8');
  const resumed = new MetricsTable(path, ['dice']);
  expect(await resumed.keepUntil(2, epoch(2, { dice: 0.125 }))).toEqual([]);
  const text = readFileSync(path, 'utf8');
  expect(text.startsWith(whole)).toBe(true);
  expect(parseHistory(text).map(({ terms }) => terms['dice'])).toEqual([0.25, 0.125]);
});

test('rows after the checkpoint are taken out, and those that are lost are named', async () => {
  writeFileSync(path, 'epoch,loss_dice\n1,0.25\n4,0.5\n5,0.75\n');
  const table = new MetricsTable(path, ['dice']);
  expect(await table.keepUntil(4)).toEqual([2, 3]);
  expect(parseHistory(readFileSync(path, 'utf8')).map((row) => row.epoch)).toEqual([1, 4]);
});

test.each([
  ['fewer cells', 'epoch,loss\n1,2\n2\n', 3],
  ['no end', 'epoch,loss\n1,2\n2,3', 3],
  ['an open quote', 'epoch,loss\n1,2\n2,"3\n', 3],
  ['no epoch', 'epoch,loss\n1,2\n,\n', 3],
  ['an epoch twice', 'epoch,loss\n1,2\n1,2\n', 3],
])('a row with %s is an error that names its line', async (_what, text, line) => {
  writeFileSync(path, text);
  const torn = { code: 'RAREMASK_METRICS_DAMAGED', message: expect.stringContaining(`:${line}`) };
  await expect(new MetricsTable(path, []).keepUntil(1)).rejects.toMatchObject(torn);
  await expect(readHistory(path)).rejects.toMatchObject(torn);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
