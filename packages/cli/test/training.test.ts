import { expect, test } from 'vitest';
import { further, furtherTest } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { createProject } from './project.ts';
import { metrics, tensors } from './runFiles.ts';

test('train leaves a run folder that explains itself and prints the pair of scores', async () => {
  const project = createProject();
  const { status, stdout, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/^epoch 2\/2 /m);
  expect(stdout).toMatch(/Dice +alarms/);
  expect(stdout).toContain('of 1 (');
  expect(stdout).toContain('report  runs/tiny/report.html');
  expect(project.files('runs/tiny')).toEqual(
    expect.arrayContaining([
      'checkpoints/best.safetensors',
      'checkpoints/last.safetensors',
      'environment.json',
      'evaluation.json',
      'events.ndjson',
      'manifest.resolved.yaml',
      'metrics.csv',
      'report.html',
    ]),
  );
  expect(project.files('runs/tiny').filter((name) => name.includes('.partial'))).toEqual([]);
  expect(metrics(project.at('runs/tiny/metrics.csv')).map(({ epoch }) => epoch)).toEqual([
    '1',
    '2',
  ]);
  const events = project.read('runs/tiny/events.ndjson').trim().split('\n');
  expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(
    expect.arrayContaining(['start', 'epoch', 'end']),
  );
  const environment = JSON.parse(project.read('runs/tiny/environment.json')) as Record<
    string,
    unknown
  >;
  expect(environment).toMatchObject({ seed: 7, node: process.version, manifestFolder: '../..' });
  expect(environment.backend).toHaveProperty('reason');
});

/** Reading threads of runs that are to be alike. */
const THREADS = [0, 2, ...further('one reading thread, and none for a second time', [0, 1])];

test('the same seed gives the same numbers and weights, however many threads read', async () => {
  const project = createProject();
  const names = THREADS.map((workers, index) => ({
    workers,
    out: `runs/${index}-${workers}`,
  }));
  for (const { workers, out } of names) {
    const run = await raremask(project, 'train', '--set', `train.workers=${workers}`, '--out', out);
    expect(run.status, run.stderr).toBe(0);
  }
  const [first, ...others] = names.map(({ out }) => project.at(out));
  for (const other of others) {
    expect(metrics(`${other}/metrics.csv`)).toEqual(metrics(`${first}/metrics.csv`));
    for (const which of ['best', 'last']) {
      expect(tensors(`${other}/checkpoints/${which}.safetensors`)).toEqual(
        tensors(`${first}/checkpoints/${which}.safetensors`),
      );
    }
  }
});

furtherTest('another seed gives other weights', async () => {
  const project = createProject();
  for (const seed of [7, 8]) {
    await raremask(project, 'train', '--set', `seed=${seed}`, '--out', `runs/${seed}`);
  }
  expect(tensors(project.at('runs/8/checkpoints/last.safetensors'))).not.toEqual(
    tensors(project.at('runs/7/checkpoints/last.safetensors')),
  );
});

test('a second run of a name does not touch the first', async () => {
  const project = createProject();
  await raremask(project, 'train');
  const before = tensors(project.at('runs/tiny/checkpoints/last.safetensors'));
  const { status } = await raremask(project, 'train', '--set', 'seed=8');
  expect(status).toBe(0);
  expect(project.files('runs/tiny-2')).toContain('report.html');
  expect(tensors(project.at('runs/tiny/checkpoints/last.safetensors'))).toEqual(before);
});
