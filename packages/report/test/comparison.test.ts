import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareRuns } from '../src/comparison/compareRuns.ts';
import { writeComparison } from '../src/page/comparisonPage.ts';
import { summarizeRun } from '../src/record/runSummary.ts';
import { comparisonTable } from '../src/terminal/comparisonTable.ts';
import { runsTable } from '../src/terminal/runsTable.ts';
import { writeRun } from './runFixture.ts';

let folder: string;
const run = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-compare-'));
  const common = { size: [32, 32], epochs: 3, perKind: 1, withForeground: 12, empty: 20 } as const;
  await writeRun(run('good'), { ...common, name: 'good', skill: 0.9, alarms: 0.1 });
  await writeRun(run('loud'), { ...common, name: 'loud', skill: 0.9, alarms: 0.8 });
  await writeRun(run('unscored'), { ...common, name: 'unscored', evaluated: false, ended: false });
  const manifest = join(run('loud'), 'manifest.resolved.yaml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('filters: 8', 'filters: 16'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run is summarized in a line, with its state and both errors', async () => {
  const good = (await summarizeRun(run('good'))).summary;
  expect(good).toMatchObject({ name: 'good', state: 'finished', epochs: 3, from: 'validation' });
  const other = (await summarizeRun(run('unscored'))).summary;
  expect(other).toMatchObject({ state: 'ended', dice: { interval: null } });
  expect(other.from).toMatch(/^epoch \d$/);
  const text = runsTable([good, other], { color: false, width: 120 });
  expect(text).toMatch(/good +finished +3\/3/);
});

test('two runs are paired by image, and their manifests told apart', async () => {
  const { comparison } = await compareRuns([run('good'), run('loud')], 'validation');
  const [pair] = comparison.pairs;
  expect(pair).toMatchObject({ images: 32, apart: 0 });
  const alarms = pair!.differences.find(({ key }) => key === 'alarmShare')!;
  expect(alarms.difference).toBeCloseTo(alarms.right! - alarms.left!, 12);
  expect(alarms.interval![0]).toBeGreaterThan(0);
  // Images with an alarm of the other run alone, less those of the first alone, are the difference.
  const apart = pair!.alarmOfOther.length - pair!.alarmOfFirst.length;
  expect(apart / 20).toBeCloseTo(alarms.difference!, 12);
  expect(comparison.settings).toEqual([{ setting: 'model.with.filters', values: [8, 16] }]);
  const text = comparisonTable(comparison, { color: false, width: 120 });
  expect(text).toMatch(/alarms \(images without\).*\+\d+ %.*good/);
});

test('the page is one file without a script; who is not scored is not paired', async () => {
  const found = await compareRuns([run('good'), run('loud'), run('unscored')], 'validation');
  expect(found.comparison.pairs[1]).toBeNull();
  const path = join(folder, 'compare.html');
  await writeComparison(path, found);
  const page = readFileSync(path, 'utf8');
  expect(page).toContain('good is better in alarms (images without), beyond chance.');
  expect(page).toContain('Not both have scored the validation split');
  expect(page).not.toMatch(/<script|https?:/);
});
