import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const command = fileURLToPath(new URL('../bin/raremask-phantom.js', import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url)));
if (!isBuilt) console.warn('raremask-phantom is not built: the tests of the command are skipped');

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'raremask-phantom-'));
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

function phantom(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    cwd: place,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const small = ['--out', 'data', '--cases', '4', '--slices', '5', '--size', '32'];

describe.skipIf(!isBuilt)('raremask-phantom', () => {
  test('writes a set and says what it is', () => {
    const { status, stdout, stderr } = phantom(...small);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('SYNTHETIC set created');
    expect(stdout).toContain('20 images of 32 x 32 pixels');
    expect(phantom(...small).stdout).toContain('SYNTHETIC set up to date');
  });

  test('prints its summary as JSON', () => {
    const { stdout } = phantom(...small, '--json', '--nodule-slices', '0.3', '--seed=-3');
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'created',
      images: 20,
      recipe: { seed: -3, noduleSliceShare: 0.3, bits: 8 },
    });
  });

  test('prints help', () => {
    expect(phantom('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('--seed'),
    });
  });

  test.each([
    [['--cases', '4'], 'option --out is missing'],
    [[...small, '--seeds', '4'], '--seeds'],
    [[...small, '--seed', 'seven'], 'Got: seven'],
    [[...small, '--bits', '12'], 'Expected: 8 or 16. Got: 12'],
    [['data'], 'data'],
  ])('answers %j with one line and exit code 2', (words, part) => {
    const { status, stdout, stderr } = phantom(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(part);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('answers a folder that holds something else with exit code 5', async () => {
    await mkdir(join(place, 'data'));
    await writeFile(join(place, 'data', 'thesis.txt'), 'years of work');
    const { status, stderr } = phantom(...small);
    expect(status).toBe(5);
    expect(stderr).toContain('RAREMASK_PHANTOM_FOREIGN_FOLDER');
  });
});
