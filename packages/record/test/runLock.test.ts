import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockRun } from '../src/runLock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function left(holder: object, secondsAgo = 0): void {
  const path = join(folder, 'run.lock');
  writeFileSync(path, JSON.stringify({ host: hostname(), born: '', since: 'then', ...holder }));
  const then = new Date(Date.now() - secondsAgo * 1000);
  utimesSync(path, then, then);
}

/** The number of a process that has ended. */
function gone(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('is held by one process at a time, and leaves nothing behind', () => {
  const lock = lockRun(folder);
  expect(() => lockRun(folder)).toThrow(
    expect.objectContaining({
      code: 'RAREMASK_RUN_LOCKED',
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    }),
  );
  lock.release();
  lockRun(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('of a process that has died is taken over', () => {
  left({ pid: gone() });
  lockRun(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'of a process whose number another one has now is taken over (Linux)',
  () => {
    left({ pid: process.pid, born: 'another boot 12' });
    lockRun(folder).release();
    left({ pid: process.ppid });
    expect(() => lockRun(folder)).toThrow(/is being trained/);
  },
);

test('of another machine holds as long as it gives signs of life', () => {
  left({ pid: 1, host: 'elsewhere' }, 60);
  expect(() => lockRun(folder)).toThrow(/process 1 on elsewhere/);
  left({ pid: 1, host: 'elsewhere' }, 3600);
  lockRun(folder).release();
});

test('that is cut off holds for a moment only', () => {
  writeFileSync(join(folder, 'run.lock'), '{"pid"');
  expect(() => lockRun(folder)).toThrow(/by a process/);
  left({ pid: 'x' }, 60);
  lockRun(folder).release();
});

test('a taking over that was itself cut short is taken over', () => {
  left({ pid: gone() });
  const gate = join(folder, 'run.lock.gate');
  writeFileSync(gate, JSON.stringify({ pid: gone(), host: hostname(), born: '', since: 'then' }));
  lockRun(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('one that another process has taken meanwhile is not released', () => {
  const lock = lockRun(folder);
  left({ pid: 1, host: 'elsewhere' });
  lock.release();
  expect(readdirSync(folder)).toEqual(['run.lock']);
});
