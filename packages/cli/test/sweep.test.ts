import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadManifest } from '@raremask/core/manifest';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { writeBest } from '../src/sweep/bestManifest.ts';
import { planSweep, type SweepRequest } from '../src/sweep/plan.ts';
import { sweepRequest } from '../src/sweep/request.ts';
import { sweepResults } from '../src/sweep/results.ts';
import { resultCsv } from '../src/sweep/resultText.ts';
import { runTrials } from '../src/sweep/runTrials.ts';
import { trialsOf } from '../src/sweep/trial.ts';
import { variantsOf } from '../src/sweep/variants.ts';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { finished, standard } from './sweepFixture.ts';

const RATES = 'train.optimizer.learningRate';

async function request(project: Project, more: Partial<SweepRequest> = {}): Promise<SweepRequest> {
  const loaded = await loadManifest([project.at('raremask.yaml')], { standard });
  return { name: 'tried', loaded, ...more };
}

const plan = async (project: Project, more: Partial<SweepRequest> = {}) =>
  await planSweep(await request(project, more), () => undefined);

const ids = (text: string) => text.split('\n').filter((line) => line !== '');

test('a grid combines all, draws stay the same as more are asked for, and nothing is tried twice', () => {
  expect(variantsOf(undefined)).toEqual([{}]);
  expect(variantsOf({ grid: { a: [1, 2], b: ['x', 'y'] } })).toEqual([
    { a: 1, b: 'x' },
    { a: 1, b: 'y' },
    { a: 2, b: 'x' },
    { a: 2, b: 'y' },
  ]);
  expect(variantsOf({ list: [{ a: 1, b: 2 }, { b: 2, a: 1 }, { b: 2 }] })).toEqual([
    { a: 1, b: 2 },
    { b: 2 },
  ]);
  const of = {
    rate: { from: 1e-4, to: 1e-1, scale: 'log', whole: false },
    filters: { from: 4, to: 32, scale: 'linear', whole: true },
    word: ['one', 'two'],
  } as const;
  const random = (count: number, seed = 0) =>
    variantsOf({ random: { count, seed, of: { ...of, word: [...of.word] } } });
  const many = random(200);
  expect(many.slice(0, 5)).toEqual(random(5));
  expect(random(5, 1)).not.toEqual(random(5));
  const rates = many.map(({ rate }) => Number(rate));
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
  expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
  // Even over the logarithm: half of them lie below the geometric mean of the ends.
  const low = rates.filter((rate) => rate < Math.sqrt(1e-5)).length;
  expect(low).toBeGreaterThan(70);
  expect(low).toBeLessThan(130);
  expect(many.every(({ filters }) => Number.isInteger(filters))).toBe(true);
});

test('a trial keeps its name when the sweep grows', () => {
  const few = trialsOf(variantsOf({ grid: { a: [2] } }), [0], 2).map(({ id }) => id);
  const more = trialsOf(variantsOf({ grid: { a: [1, 2] } }), [0, 1], 2).map(({ id }) => id);
  expect(more).toEqual(expect.arrayContaining(few));
  expect(new Set(more).size).toBe(8);
});

test('folds: each image validates once, groups and empty images are shared out, the test images stay out', async () => {
  const project = createProject();
  const { record } = await plan(project, { folds: 3, seeds: [0, 1] });
  expect(record.trials.map(({ id }) => id)).toEqual(
    [0, 1].flatMap((seed) => [1, 2, 3].map((fold) => `seed${seed}-fold${fold}`)),
  );
  const list = (fold: number, split: string) =>
    ids(project.read(`sweeps/tried/splits/fold${fold}/${split}.txt`));
  const validated = [1, 2, 3].flatMap((fold) => list(fold, 'validation'));
  expect(validated.toSorted()).toEqual(
    [...ids(project.read('train.txt')), ...ids(project.read('val.txt'))].toSorted(),
  );
  for (const fold of [1, 2, 3]) {
    const [train, validation] = [list(fold, 'train'), list(fold, 'validation')];
    expect([...train, ...validation].toSorted()).toEqual(validated.toSorted());
    expect(list(fold, 'test')).toEqual(['scan11']);
    // Five of eleven images are empty.
    const empty = validation.filter((id) => Number(id.slice(4)) % 2 === 1);
    expect(empty.length).toBeGreaterThan(0);
    expect(empty.length).toBeLessThan(validation.length);
  }
  const [first] = record.trials;
  expect(first!.command).toEqual(
    expect.arrayContaining([
      ...['train', 'raremask.yaml', 'seed=0'],
      'data.split.train="sweeps/tried/splits/fold1/train.txt"',
    ]),
  );
});

test('a seed moves no image where shares divide, and a plan is the same again', async () => {
  const project = createProject(
    MANIFEST.replace(/split: .*/, 'split: { validation: 0.25, by: image }'),
  );
  const { record } = await plan(project, { seeds: [0, 1] });
  for (const { command } of record.trials) {
    expect(command).toContain('data.split.train="sweeps/tried/splits/all/train.txt"');
  }
  const before = project.read('sweeps/tried/sweep.json');
  await plan(project, { seeds: [0, 1] });
  expect(project.read('sweeps/tried/sweep.json')).toBe(before);
});

test('what cannot be compared is refused, what is left out is told', async () => {
  const project = createProject();
  const grid = { grid: { [RATES]: [1e-3, 1e-2] } };
  const whole = await plan(project, { settings: grid });
  const { dropped } = await plan(project, { settings: { grid: { [RATES]: [1e-2] } } });
  expect(dropped).toEqual([whole.record.trials[0]!.id]);
  await expect(plan(project, { folds: 2 })).rejects.toMatchObject({
    code: 'RAREMASK_SWEEP_CHANGED',
  });
  project.write('raremask.yaml', MANIFEST.replace('epochs: 2', 'epochs: 3'));
  await expect(plan(project, { settings: grid })).rejects.toThrow('the manifest changed');
});

test('mistakes of a sweep file have their places, those of settings come before any training', async () => {
  const project = createProject();
  const file = (text: string) =>
    sweepRequest(project.write('sweep.yaml', `manifest: raremask.yaml\n${text}`), {});
  await expect(file('folds: 1\n')).rejects.toThrow(/sweep\.yaml:2:8.*folds/);
  await expect(file('fold: 3\n')).rejects.toThrow(/sweep\.yaml:2:1.*fold/);
  await expect(file('settings: {}\n')).rejects.toThrow('one of grid, list and random');
  await expect(file('seeds: [1, 1]\n')).rejects.toThrow('repeat');
  const { name, folds } = await file('folds: 3\n');
  expect({ name, folds }).toEqual({ name: 'sweep', folds: 3 });
  const wrong = { grid: { 'train.epochz': [3] } };
  await expect(plan(project, { settings: wrong })).rejects.toThrow('epochz');
  await expect(plan(project, { settings: { list: [{ seed: 3 }] } })).rejects.toMatchObject({
    code: 'RAREMASK_SWEEP_SETTING',
  });
  expect(existsSync(project.at('sweeps'))).toBe(false);
  await expect(sweepRequest(undefined, {})).rejects.toMatchObject({ code: 'RAREMASK_NO_SWEEP' });
  await expect(sweepRequest(undefined, { folds: 'two' })).rejects.toMatchObject({
    code: 'RAREMASK_SWEEP_NUMBER',
  });
});

test('trials run so many at once; a signal starts no more, a failure stops no other', async () => {
  const trials = trialsOf([{}], [0, 1, 2, 3], undefined).map((one) => ({ ...one, command: [] }));
  const controller = new AbortController();
  let running = 0;
  let most = 0;
  const ends = await runTrials(trials, {
    jobs: 2,
    signal: controller.signal,
    start: async ({ seed }) => {
      most = Math.max(most, ++running);
      await wait(5);
      running--;
      if (seed === 2) controller.abort();
      return seed === 0 ? 1 : seed === 2 ? 75 : 0;
    },
    onEnd: () => undefined,
  });
  expect(most).toBe(2);
  expect([...ends.values()].toSorted().slice(0, 3)).toContain('failed');
  expect(ends.get('seed2')).toBe('interrupted');
  expect(ends.size).toBeLessThanOrEqual(4);
});

test('images of all folds are scored together, once every fold is there', async () => {
  const project = createProject();
  const { folder, record } = await plan(project, { folds: 2 });
  const nothing = { hits: 0, misses: 0, alarms: 0 };
  const structures = { structures: 0, structuresFound: 0, falseStructures: 0 };
  const images = [
    {
      id: 'filled',
      ...nothing,
      ...structures,
      hits: 3,
      misses: 1,
      structures: 1,
      structuresFound: 1,
    },
    { id: 'empty', ...nothing, ...structures, alarms: 2, falseStructures: 1 },
  ];
  const score = (trial: number, own: readonly object[]) =>
    finished(project, `sweeps/tried/trials/${record.trials[trial]!.id}`, 0.4, own);
  score(0, [images[0]!]);
  const [half] = (await sweepResults(folder, record)).variants;
  expect(half).toMatchObject({ trials: 2, finished: 1, outOfFold: [] });
  score(1, [images[1]!]);
  const [whole] = (await sweepResults(folder, record)).variants;
  expect(whole!.outOfFold[0]!.summary).toMatchObject({
    ...{ images: 2, emptyImages: 1, alarmShare: 1, missed: 0 },
    diceForeground: 6 / 7,
  });
});

test('the best settings become a manifest, once all of their trials are there', async () => {
  const project = createProject();
  const asked = await request(project, { settings: { grid: { [RATES]: [1e-3, 1e-2] } } });
  const { folder, record } = await planSweep(asked, () => undefined);
  const finish = (trial: number, balanced: number) =>
    finished(project, `sweeps/tried/trials/${record.trials[trial]!.id}`, balanced);
  finish(0, 0.4);
  finish(1, 0.6);
  const results = await sweepResults(folder, record);
  expect(results.effects.map(({ value, balanced }) => [value, balanced?.mean])).toEqual([
    [1e-3, 0.4],
    [1e-2, 0.6],
  ]);
  expect(resultCsv(results).split('\n')[2]).toMatch(/finished,7,,0.01,0.6,0,0,0.6$/);
  const said: string[] = [];
  const write = (variants = results.variants) =>
    writeBest('tried', asked.loaded, variants, (text) => said.push(text));
  const path = await write();
  const best = await loadManifest([path!], { standard });
  expect(best.manifest).toEqual({
    ...asked.loaded.manifest,
    name: 'tried-best',
    train: {
      ...asked.loaded.manifest.train,
      optimizer: { ...asked.loaded.manifest.train.optimizer, learningRate: 1e-2 },
    },
  });
  expect(await write(results.variants.map((one) => ({ ...one, finished: 0 })))).toBe(undefined);
  project.write('tried.best.yaml', 'name: mine\n');
  expect(await write()).toBe(undefined);
  expect(said[0]).toContain('is not of this sweep and is kept');
  expect(project.read('tried.best.yaml')).toBe('name: mine\n');
});

test('a sweep of one seed trains, is compared, and has nothing to do again', async () => {
  const project = createProject();
  const { status, stdout, stderr } = await raremask(project, 'sweep', '--seeds', '3', '--json');
  expect(status, stderr).toBe(0);
  const { trials, variants } = JSON.parse(stdout);
  expect(trials).toMatchObject([
    { id: 'seed3', state: 'finished', scores: { missed: expect.any(Number) } },
  ]);
  expect(variants).toMatchObject([{ trials: 1, finished: 1 }]);
  expect(project.read('sweeps/tiny-seeds/sweep.csv')).toMatch(
    /^trial,state,seed,.*\nseed3,finished,3,/,
  );
  const again = await raremask(project, 'sweep', '--seeds', '3');
  expect(again.stderr).toContain('1 trials, 1 finished');
  expect(again.stdout).toMatch(/as in the manifest +1\/1/);
});

test.each(further('a sweep that is killed and stopped', [['SIGKILL'], ['SIGINT']] as const))(
  'a sweep of two folds that got %s goes on, and ends as one that was left alone',
  async (signal) => {
    const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 20'));
    project.write('tried.yaml', 'manifest: raremask.yaml\nfolds: 2\nname: stopped\n');
    const executable = join(import.meta.dirname, '..', 'bin', 'raremask.js');
    const parameters = ['sweep', 'tried.yaml', '--jobs', '2'];
    const child = spawn(process.execPath, [executable, ...parameters], {
      cwd: project.folder,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (
      !existsSync(project.at('sweeps/stopped/trials')) ||
      !project.files('sweeps/stopped/trials').some((name) => name.endsWith('last.safetensors'))
    ) {
      await wait(50);
    }
    child.kill(signal);
    expect(await ended).toBe(signal === 'SIGINT' ? 75 : null);
    const on = await run(project.folder, parameters);
    expect(on.status, on.stderr).toBe(0);
    if (signal === 'SIGINT') expect(on.stderr).toContain('goes on');
    project.write('whole.yaml', 'manifest: raremask.yaml\nfolds: 2\n');
    const whole = await run(project.folder, ['sweep', 'whole.yaml', '--jobs', '2']);
    expect(whole.status, whole.stderr).toBe(0);
    expect(project.read('sweeps/stopped/sweep.csv')).toBe(project.read('sweeps/whole/sweep.csv'));
  },
  300_000,
);

test('the example is a sweep', async () => {
  const examples = join(import.meta.dirname, '..', '..', '..', 'examples');
  const request = await sweepRequest(join(examples, 'lung-phantom', 'sweep.yaml'), {});
  expect(request).toMatchObject({ folds: 5, seeds: [0, 1] });
  expect(variantsOf(request.settings)).toHaveLength(4);
});
