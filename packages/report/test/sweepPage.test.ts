import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spreadOf, summarize } from '@raremask/metrics';
import { parseHistory } from '@raremask/record';
import { expect, onTestFinished, test } from 'vitest';
import { writeSweepPage } from '../src/page/sweepPage.ts';
import { COMPARED, type SweepResults, type TrialResult } from '../src/record/sweepResult.ts';

const RATE = 'train.optimizer.learningRate';

/** A sweep of four combinations, two folds each: one is best, one was stopped, one has a failed trial, one has no scores. */
function sweep(): SweepResults {
  const combinations = [
    { [RATE]: 0.003, 'model.with.filters': 16 },
    { [RATE]: 0.001, 'model.with.filters': 16 },
    { [RATE]: 0.003, 'model.with.filters': 8 },
    { [RATE]: 0.1, 'model.with.filters': 8 },
  ];
  const states = ['finished', 'finished', 'stopped', 'failed'] as const;
  const trials = combinations.flatMap((settings, at) =>
    [1, 2].map((fold): TrialResult => {
      const dice = 0.7 - at / 10 + fold / 50;
      const scores = {
        diceForeground: dice,
        missed: 0.1,
        alarmShare: 0.04 * (at + fold),
        balanced: dice,
      };
      const state = states[at]!;
      const id = `c${at}-fold${fold}`;
      return {
        ...{ id, settings, seed: 0, fold, state },
        scores: state === 'finished' ? scores : null,
      };
    }),
  );
  const { foreground: summary } = summarize([]);
  return {
    name: 'rates <and> widths',
    trials,
    variants: combinations.map((settings, at) => {
      const own = trials.filter((trial) => trial.settings === settings);
      const finished = own.filter(({ scores }) => scores !== null);
      return {
        ...{ settings, trials: 2, finished: finished.length },
        stopped: at === 2 ? { rung: 1, epochs: 3, balanced: 0.41, place: 3, of: 4 } : null,
        scores: Object.fromEntries(
          COMPARED.map((key) => [key, spreadOf(finished.map(({ scores }) => scores![key]!))]),
        ) as SweepResults['variants'][0]['scores'],
        outOfFold:
          at === 0 ? [{ seed: 0, summary: { ...summary, images: 40, diceForeground: 0.72 } }] : [],
      };
    }),
    effects: [0.001, 0.003, 0.1].map((value) => ({
      setting: RATE,
      value,
      balanced: value === 0.1 ? null : spreadOf([0.6, 0.7]),
    })),
    endedByBudget: '2h',
  };
}

test('a sweep is one page: both errors of the best, every combination, stops, failures, and the manifest', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-sweep-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const results = sweep();
  const rows = parseHistory('epoch,val_balanced\n1,0.1\n2,0.3\n3,0.5\n');
  const histories = new Map(results.trials.map(({ id }) => [id, rows]));
  const path = join(folder, 'results.html');
  const best = { path: 'rates.best.yaml', text: 'name: <best>\n' };
  await writeSweepPage(path, { results, histories, best });
  const page = readFileSync(path, 'utf8');
  expect(page).toContain('<h1>rates &lt;and&gt; widths</h1>');
  expect(page).toContain('8 trials, 4 finished');
  expect(page).toContain('The budget of 2h was used up');
  // Dice of the best: 0.72 and 0.74; its alarms: 0.04 and 0.08, which is 6 %.
  expect(page).toMatch(/Dice on images with structure<\/div><div class="number">0\.730</);
  expect(page).toMatch(/with an alarm<\/div><div class="number">6 %</);
  expect(page).toContain('stopped after epoch 3: balanced 0.410, 3 of 4');
  expect(page).toMatch(/2 trials failed<\/strong>: c3-fold1, c3-fold2/);
  expect(page).toContain('href="trials/c0-fold1/report.html"');
  expect(page).not.toContain('href="trials/c3-fold1');
  expect(page).toMatch(/Out of fold[\s\S]*0\.720/);
  expect(page).toContain('name: &lt;best&gt;');
  // With trials that were stopped, settings are compared where all are.
  expect(page).toContain('After epoch 3, which all trials have come to');
  expect(page.match(/<svg /g)).toHaveLength(3);
  expect(page).not.toMatch(/<script|https?:/);
});

test('a sweep of which nothing is finished has a page as well', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-sweep-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'results.html');
  const trial = {
    id: 'seed7',
    settings: {},
    seed: 7,
    fold: 0,
    state: 'missing',
    scores: null,
  } as const;
  const scores = { diceForeground: null, missed: null, alarmShare: null, balanced: null };
  const variant = { settings: {}, trials: 1, finished: 0, stopped: null, scores, outOfFold: [] };
  const results = {
    name: 'one',
    trials: [trial],
    variants: [variant],
    effects: [],
    endedByBudget: null,
  };
  await writeSweepPage(path, { results, histories: new Map(), best: null });
  const page = readFileSync(path, 'utf8');
  expect(page).toContain('as in the manifest');
  expect(page).toContain('1 trial, 0 finished');
  expect(page).toContain('No epoch was validated.');
  expect(page).not.toContain('The two kinds of error');
});
