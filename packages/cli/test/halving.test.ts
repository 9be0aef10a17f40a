import { existsSync, rmSync } from 'node:fs';
import { prepareBackend } from '@raremask/backends';
import { loadRuntime } from '@raremask/compiler';
import { loadManifest } from '@raremask/core/manifest';
import { train } from '@raremask/engine';
import { expect, test } from 'vitest';
import { further, furtherTest } from '../../../test/further.ts';
import { climb } from '../src/sweep/climb.ts';
import { rungsOf } from '../src/sweep/halving.ts';
import { planSweep, type SweepRequest } from '../src/sweep/plan.ts';
import { sweepRequest } from '../src/sweep/request.ts';
import { sweepResults } from '../src/sweep/results.ts';
import { resultCsv, resultText } from '../src/sweep/resultText.ts';
import { run } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics, tensors } from './runFiles.ts';
import { finished, standard } from './sweepFixture.ts';

const RATES = 'train.optimizer.learningRate';
const quiet = () => undefined;
const EPOCHS = MANIFEST.replace('epochs: 2', 'epochs: 12');

async function plan(project: Project, more: Partial<SweepRequest> = {}) {
  const loaded = await loadManifest([project.at('raremask.yaml')], { standard });
  const rates = [1, 2, 3, 4, 5, 6, 7].map((rate) => rate / 1000);
  const settings = { grid: { [RATES]: rates } };
  const halving = { from: 2, factor: 2 };
  const asked = { name: 'tried', loaded, seeds: [0, 1], settings, halving, ...more };
  return await planSweep(asked, quiet);
}

/** Balance of a trial after so many epochs, in this test: the third rate learns slowly, and is best in the end. */
function balance(rate: number, seed: number, epoch: number): number {
  const ends = [0.2, 0.5, 0.9, 0.5, 0.1, 0.6, 0.3][Math.round(rate * 1000) - 1]!;
  const share = rate === 0.003 ? epoch / 12 : Math.sqrt(epoch / 12);
  return ends * share + (seed === 0 ? 0.02 : -0.02);
}

/** Plays trainings: each writes the rows of its epochs, as a run folder has them. */
function played(project: Project, { failing = '', stopAfter = Number.POSITIVE_INFINITY } = {}) {
  const begun: string[] = [];
  const start = async (
    trial: { readonly id: string; readonly settings: object; readonly seed: number },
    until: number | undefined,
  ) => {
    begun.push(`${trial.id}:${until}`);
    if (trial.id === failing) return 1;
    if (begun.length > stopAfter) return 75;
    // Trials end in another order than they begin in.
    await new Promise((resolve) => setTimeout(resolve, (begun.length * 7) % 5));
    const path = `sweeps/tried/trials/${trial.id}`;
    const rate = Number(Object.values(trial.settings)[0]);
    const rows = Array.from({ length: until ?? 12 }, (_, at) =>
      [at + 1, balance(rate, trial.seed, at + 1)].join(),
    );
    project.write(`${path}/metrics.csv`, `epoch,val_balanced\n${rows.join('\n')}\n`);
    project.write(`${path}/checkpoints/last.safetensors`, '');
    if (until !== undefined) return 75;
    finished(project, path, balance(rate, trial.seed, 12));
    return 0;
  };
  return { begun, start };
}

test('rungs lie before the end, each so many times the one before', () => {
  expect(rungsOf({ from: 3, factor: 3 }, 81)).toEqual([3, 9, 27]);
  expect(rungsOf({ from: 3, factor: 3 }, 82)).toEqual([3, 9, 27, 81]);
});

test('who goes on is the same for any number of jobs, and after any stop; the others are told', async () => {
  const outcomes: string[] = [];
  const project = createProject(EPOCHS);
  const { folder, record } = await plan(project);
  for (const [jobs, stopAfter] of [
    [1, undefined],
    [3, undefined],
    [2, 4],
  ] as const) {
    rmSync(project.at('sweeps/tried/trials'), { recursive: true });
    const options = { jobs, signal: new AbortController().signal, onEnd: quiet, onRung: quiet };
    for (let call = 0; call < 20; call++) {
      const { start } = played(project, { ...(stopAfter && { stopAfter }) });
      const { ends } = await climb(folder, record, { ...options, start });
      if (![...ends.values()].includes('interrupted')) break;
    }
    const results = await sweepResults(folder, record);
    outcomes.push(JSON.stringify(results));
    // Epoch 2: 6, 2, 4, 3, 7, 1, 5 (3 has 0.9 x 2 / 12); half of seven, rounded up, is four. Epoch 4: 6, 3, 2, 4.
    // Epoch 8: 3 (0.9 x 8 / 12 = 0.6), 6 (0.6 x 0.82 = 0.49).
    const byRate = results.variants.map(({ settings, stopped }) => [
      Number(settings[RATES]) * 1000,
      stopped && `${stopped.epochs}: ${stopped.place} of ${stopped.of}`,
    ]);
    expect(byRate).toEqual([
      [3, null],
      [6, '8: 2 of 2'],
      [2, '4: 3 of 4'],
      [4, '4: 4 of 4'],
      [7, '2: 5 of 7'],
      [1, '2: 6 of 7'],
      [5, '2: 7 of 7'],
    ]);
    expect(results.variants[0]).toMatchObject({ finished: 2, trials: 2 });
    expect(results.variants[1]).toMatchObject({ finished: 0, scores: { balanced: null } });
    expect(results.trials.map(({ state }) => state)).toEqual(
      record.trials.map(({ settings }) => (settings[RATES] === 0.003 ? 'finished' : 'stopped')),
    );
    const csv = resultCsv(results).split('\n');
    expect(csv[0]).toMatch(/,balanced,stopped_epoch,stopped_balanced$/);
    expect(csv.find((row) => row.includes(',0.002,'))).toMatch(/,,,,,4,0\.288\d+$/);
    expect(resultText(results, { color: false, width: 100 })).toMatch(
      /stopped by halving[\s\S]*0\.002 +4 +0\.289 +3 of 4/,
    );
  }
  expect(new Set(outcomes).size).toBe(1);
});

test('a rung waits for a trial that was interrupted, and goes past one whose training fails', async () => {
  const project = createProject(EPOCHS);
  const { folder, record } = await plan(project, { seeds: [0] });
  const options = { jobs: 1, signal: new AbortController().signal, onEnd: quiet, onRung: quiet };
  const stopped = played(project, { stopAfter: 6 });
  await climb(folder, record, { ...options, start: stopped.start });
  expect(stopped.begun).toHaveLength(7);
  expect((await sweepResults(folder, record)).variants.every((one) => one.stopped === null)).toBe(
    true,
  );
  // The best of the first rung fails in the second.
  const best = record.trials.find(({ settings }) => settings[RATES] === 0.006)!.id;
  const rest = played(project);
  const failing = played(project, { failing: best });
  const start = (...of: Parameters<typeof rest.start>) =>
    (of[1] === 4 ? failing : rest).start(...of);
  const { ends, lost } = await climb(folder, record, { ...options, start });
  expect([ends.get(best), [...lost]]).toEqual(['failed', [best]]);
  const results = await sweepResults(folder, record, { all: lost, lost });
  expect(
    results.variants.map(({ settings }) => Number(settings[RATES]) * 1000).slice(0, 3),
  ).toEqual([3, 2, 4]);
  const out = results.variants.find(({ settings }) => settings[RATES] === 0.006)!;
  expect(out.stopped).toEqual({ rung: 2, epochs: 4, balanced: null, place: 4, of: 4 });
  expect(results.trials.find(({ id }) => id === best)!.state).toBe('failed');
  expect(resultText(results, { color: false, width: 100 })).toContain('a trial failed');
  // One that memory or a signal has ended says nothing of its settings.
  rmSync(project.at('sweeps/tried/trials'), { recursive: true });
  const killed = await climb(folder, record, { ...options, start: async () => null });
  expect([killed.lost.size, killed.ends.size]).toEqual([0, 7]);
});

test('halving that would do nothing, or could not decide, is refused', async () => {
  const project = createProject(EPOCHS);
  const refused = async (more: Partial<SweepRequest>, text: string) => {
    const planned = plan(project, more);
    await expect(planned).rejects.toMatchObject({ code: 'RAREMASK_SWEEP_HALVING' });
    await expect(planned).rejects.toThrow(text);
  };
  await refused({ settings: undefined }, 'one combination');
  await refused({ halving: { from: 12, factor: 3 } }, 'more than 12 epochs');
  const seldom = { list: [{ 'train.validateEvery': 4 }, { 'train.validateEvery': 1 }] };
  await refused({ settings: seldom }, 'first validation at epoch 4');
  const timed = { list: [{ 'train.budget': '1m' }, { 'train.batch': 2 }] };
  await refused({ settings: timed }, 'by the clock');
  expect(existsSync(project.at('sweeps'))).toBe(false);
  const file = project.write('sweep.yaml', 'manifest: raremask.yaml\nhalving: { from: 3 }\n');
  expect((await sweepRequest(file, {})).halving).toEqual({ from: 3, factor: 3 });
});

/** What hears scores, remembers batches, averages weights and moves the rate by a warm-up and a cosine. */
const MOVING = `train:
  epochs: 4
  batch: 2
  workers: 0
  accumulate: 2
  average: { decay: 0.8 }
  schedule: { use: cosine, warmup: 1 }
  augment: { flip: true }
`;

furtherTest(
  'a trial that has waited at every rung is the trial that was left alone, bit by bit',
  async () => {
    await prepareBackend('wasm');
    const project = createProject(MANIFEST.replace(/^train: .*\n/m, MOVING));
    const loaded = await loadManifest([project.at('raremask.yaml')], { standard });
    const backend = { name: 'wasm', reason: 'wasm', notes: [] };
    const outcome = await loadRuntime();
    const compute = outcome.state === 'ok' ? { runtime: outcome.runtime, threads: 1 } : undefined;
    const common = { backend, compute, version: '0', onEvent: quiet };
    await train(loaded, { ...common, out: project.at('runs/whole') });
    const resume = project.at('runs/halved');
    const first = await train(loaded, { ...common, out: resume, untilEpoch: 1 });
    expect(first).toMatchObject({ interrupted: true, epochs: 1 });
    for (const untilEpoch of [2, 3]) {
      const next = await train(loaded, { ...common, resume, untilEpoch });
      expect(next).toMatchObject({ interrupted: true, epochs: untilEpoch });
    }
    const last = await train(loaded, { ...common, resume, untilEpoch: 9 });
    expect(last).toMatchObject({ interrupted: false, epochs: 4 });
    for (const name of ['last', 'best']) {
      const [one, other] = ['whole', 'halved'].map((of) =>
        tensors(project.at(`runs/${of}/checkpoints/${name}.safetensors`)),
      );
      expect(other).toEqual(one);
    }
    const [rows, same] = ['whole', 'halved'].map((of) =>
      metrics(project.at(`runs/${of}/metrics.csv`)),
    );
    expect(rows).toHaveLength(4);
    expect(same).toEqual(rows);
  },
);

test.each(
  further('a sweep with halving, as commands', [
    [1, false],
    [2, true],
  ] as const),
)(
  'a sweep with halving and %i jobs (killed: %s) stops what is behind, and trains the rest as a sweep without',
  async (jobs, isKilled) => {
    const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 4'));
    const settings = `settings: { grid: { ${RATES}: [0.0001, 0.05] } }\n`;
    project.write('halved.yaml', `manifest: raremask.yaml\nhalving: { from: 2 }\n${settings}`);
    const parameters = ['sweep', 'halved.yaml', '--jobs', `${jobs}`];
    if (isKilled) {
      // Each call dies somewhere else.
      for (const after of [7_000, 11_000]) await run(project.folder, parameters, {}, after);
    }
    const halved = await run(project.folder, parameters);
    expect(halved.status, halved.stderr).toBe(0);
    if (!isKilled) {
      expect(halved.stderr).toContain('2 trials go on to epoch 2, where halving decides');
    }
    project.write('whole.yaml', `manifest: raremask.yaml\n${settings}`);
    const whole = await run(project.folder, ['sweep', 'whole.yaml', '--jobs', `${jobs}`]);
    expect(whole.status, whole.stderr).toBe(0);
    const [rows, all] = ['halved', 'whole'].map((name) =>
      project.read(`sweeps/${name}/sweep.csv`).trim().split('\n').slice(1),
    );
    const kept = rows!.filter((row) => row.includes(',finished,'));
    expect(kept).toHaveLength(1);
    expect(rows!.filter((row) => row.includes(',stopped,'))).toHaveLength(1);
    expect(all).toContain(kept[0]!.replace(/,,$/, ''));
  },
  300_000,
);
