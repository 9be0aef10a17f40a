import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { type MpiLauncher, mpiLaunchers } from '../../../test/mpi.ts';
import { ownDevice } from '../src/ownDevice.ts';
import { type Ended, raremask } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics } from './runFiles.ts';
import { missingForSlurm, startSlurm } from './slurmCluster.ts';

const executable = join(import.meta.dirname, '..', 'bin', 'raremask.js');

/** Starts a command in several processes; `signal` goes to the launcher once `when` holds. */
async function together(
  { command, parameters }: MpiLauncher,
  count: number,
  project: Project,
  words: readonly string[],
  disturb?: { readonly when: () => boolean; readonly signal: NodeJS.Signals },
): Promise<Ended> {
  const all = [...parameters, '-np', String(count), process.execPath, executable, ...words];
  const child = spawn(command, all, { cwd: project.folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  if (disturb) {
    while (!disturb.when() && child.exitCode === null) await sleep(50);
    child.kill(disturb.signal);
  }
  return { status: await ended, stdout, stderr };
}

/** Plain steps along the gradient, so that float noise stays noise. */
const PLAIN = [
  '--set',
  'model.with.norm=instance',
  '--set',
  'train.optimizer={use: sgd, learningRate: 0.01}',
];

const numbers = (project: Project, run: string) =>
  metrics(project.at(run, 'metrics.csv')).map(({ loss, gradient_norm, val_dice_foreground }) =>
    [loss, gradient_norm, val_dice_foreground].map(Number),
  );

function expectAlike(got: readonly number[][], expected: readonly number[][]): void {
  expect(got).toHaveLength(expected.length);
  for (const [row, values] of got.entries()) {
    for (const [column, value] of values.entries()) {
      expect(value).toBeCloseTo(expected[row]![column]!, 3);
    }
  }
}

const launchers = mpiLaunchers();
if (launchers.length === 0) {
  test.skip('training of several processes (neither Open MPI nor MPICH is installed)');
}

describe.each(launchers.slice(0, 1))('$name', (launcher) => {
  test('two processes train as one does, and leave one run', async () => {
    const project = createProject();
    const one = await raremask(project, 'train', '--out', 'runs/one', ...PLAIN);
    expect(one.status, one.stderr).toBe(0);
    const two = await together(launcher, 2, project, ['train', '--out', 'runs/two', ...PLAIN]);
    expect(two.status, two.stderr).toBe(0);
    expectAlike(numbers(project, 'runs/two'), numbers(project, 'runs/one'));
    expect(project.files('runs').filter((path) => path.endsWith('metrics.csv'))).toEqual([
      'one/metrics.csv',
      'two/metrics.csv',
    ]);
    expect(existsSync(project.at('runs/two/report.html'))).toBe(true);
    expect(two.stderr.match(/epoch 1\/2/g)).toHaveLength(1);
    expect(two.stderr).toContain('each of 2 processes');
  });

  test('a batch that cannot be divided is refused, once', async () => {
    const project = createProject(MANIFEST.replace(/batch: \d+/, 'batch: 1'));
    const { status, stderr } = await together(launcher, 2, project, ['train']);
    expect(status).toBe(2);
    expect(stderr.match(/RAREMASK_BATCH_TOO_SMALL/g)).toHaveLength(1);
  });

  test.each(further('joint training that is disturbed, and goes on with other processes', [1, 3]))(
    'what a signal has stopped goes on with %i, and one that is killed ends all',
    async (others) => {
      const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 6'));
      const run = ['--out', 'runs/two', ...PLAIN];
      const whole = await raremask(project, 'train', '--out', 'runs/one', ...PLAIN);
      expect(whole.status, whole.stderr).toBe(0);
      const epochs = (count: number) => () =>
        existsSync(project.at('runs/two/metrics.csv')) &&
        numbers(project, 'runs/two').length >= count;
      const killed = await together(launcher, 2, project, ['train', ...run], {
        ...{ when: epochs(1), signal: 'SIGKILL' },
      });
      expect(killed.status).not.toBe(0);
      // The launcher's death reaches its processes a moment later.
      await sleep(3000);
      const stopped = await together(launcher, others, project, ['resume', 'runs/two'], {
        ...{ when: epochs(3), signal: 'SIGUSR2' },
      });
      if (stopped.status !== 0) expect(stopped.stderr).toContain('75');
      const { status, stderr } = await together(launcher, 2, project, ['resume', 'runs/two']);
      expect(status, stderr).toBe(0);
      expectAlike(numbers(project, 'runs/two'), numbers(project, 'runs/one'));
    },
  );

  test.each(further('joint training with joined statistics', [2]))(
    '%i processes with joined batch norm train as one does',
    async (count) => {
      const project = createProject();
      const joined = [...PLAIN.slice(2), '--set', 'model.with.syncBatchNorm=true'];
      const one = await raremask(project, 'train', '--out', 'runs/one', ...joined);
      expect(one.status, one.stderr).toBe(0);
      const two = await together(launcher, count, project, [
        'train',
        '--out',
        'runs/two',
        ...joined,
      ]);
      expect(two.status, two.stderr).toBe(0);
      expect(two.stderr).not.toContain('is not the same');
      expectAlike(numbers(project, 'runs/two'), numbers(project, 'runs/one'));
    },
  );
});

/** By the job system's own launcher, on a cluster that the test starts. */
const lack = missingForSlurm();
const kinds = lack.length > 0 ? [] : further('training of several processes by srun', [2]);
if (lack.length > 0) test.skip(`training of several processes by srun (needs: ${lack.join(', ')})`);
test.each(kinds)(
  'srun of %i processes trains one network, or says that they are apart',
  async (count) => {
    const project = createProject();
    const cluster = await startSlurm();
    onTestFinished(() => cluster.stop());
    const srun = (mpi: string, ...words: readonly string[]) =>
      new Promise<Ended>((resolve) => {
        const all = [`--mpi=${mpi}`, '-n', `${count}`, process.execPath, executable, ...words];
        const env = { ...process.env, ...cluster.env };
        const child = spawn('srun', all, { cwd: project.folder, env });
        let [stdout, stderr] = ['', ''];
        child.stdout.on('data', (data) => (stdout += data));
        child.stderr.on('data', (data) => (stderr += data));
        child.on('close', (status) => resolve({ status, stdout, stderr }));
      });
    const one = await raremask(project, 'train', '--out', 'runs/one', ...PLAIN);
    expect(one.status, one.stderr).toBe(0);
    const two = await srun('pmix', 'train', '--out', 'runs/two', ...PLAIN);
    expect(two.status, two.stderr).toBe(0);
    expectAlike(numbers(project, 'runs/two'), numbers(project, 'runs/one'));
    const apart = await srun('none', 'train', '--out', 'runs/apart', ...PLAIN);
    expect(apart.status).not.toBe(0);
    expect(apart.stderr).toContain('RAREMASK_MPI_APART');
    expect(existsSync(project.at('runs/apart'))).toBe(false);
  },
);

test.each([
  ['several of the machine', undefined, ['0', '1', '2'], 4, '1'],
  ['several that were given', '5,7', ['0', '1'], 1, '7'],
  ['one that was given', '5', ['0', '1'], 1, '5'],
  ['none', undefined, [], 0, undefined],
  ['one of the machine', undefined, ['0'], 1, undefined],
])('of GPUs, %s, each process has its own', (_, given, devices, place, expected) => {
  const environment: NodeJS.ProcessEnv = given === undefined ? {} : { CUDA_VISIBLE_DEVICES: given };
  ownDevice(environment, place, devices);
  expect(environment['CUDA_VISIBLE_DEVICES']).toBe(expected);
});
