import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockRun } from '@raremask/record';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { livePage } from '../src/live/livePage.ts';
import { writeRun } from './runFixture.ts';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-live-'));
  await writeRun(folder, { size: [32, 32], epochs: 3, planned: 9, perKind: 1, ended: false });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run in progress shows where it stands, its curves, and what the sentinel said', async () => {
  const live = { doing: 'training', time: '', epoch: 4, done: 5, total: 20, loss: 0.25 };
  writeFileSync(
    join(folder, 'live.json'),
    JSON.stringify({ ...live, imagesPerSecond: 12, secondsLeft: 65 }),
  );
  const finding = {
    type: 'finding',
    epoch: 3,
    since: 2,
    problem: 'alarms',
    text: 'alarms <flood>',
  };
  const load = { type: 'load', epoch: 3, cpu: 0.5, cores: 4, memory: 2 ** 30, free: 2 ** 31 };
  for (const event of [{ ...finding, advice: ['Set `x: 1`.'] }, load]) {
    appendFileSync(join(folder, 'events.ndjson'), `\n${JSON.stringify(event)}`);
  }
  const page = livePage(folder);
  expect(await page.part()).toContain('ended without a word');
  const lock = lockRun(folder);
  try {
    const part = await page.part();
    expect(part).toContain('epoch 4: step 5 of 20');
    expect(part).toContain('1 min 5 s left');
    // Three of nine epochs, and a quarter of the fourth.
    expect(part).toContain(`width:${((100 * 3.25) / 9).toFixed(1)}%`);
    expect(part).toContain('alarms &lt;flood&gt;');
    expect(part).toContain('50 % of 4');
    expect(part.match(/<svg/g)).toHaveLength(3);
  } finally {
    lock.release();
  }
});

test('hands out the pictures that it shows, and no other file', async () => {
  const page = livePage(folder);
  const [, file] = /src="picture\/([^?"]+)/.exec(await page.part()) ?? [];
  expect(
    Buffer.from((await page.picture(file!))!)
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(await page.picture('../metrics.csv')).toBeUndefined();
});
