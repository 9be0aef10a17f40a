import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { raremask, run } from './command.ts';
import { createProject, grey, MANIFEST, type Project } from './project.ts';
import { missingForSlurm, type SlurmCluster, startSlurm, until } from './slurmCluster.ts';

const DYING = `--import=${pathToFileURL(join(import.meta.dirname, 'dying.mjs'))}`;

const missing = missingForSlurm();
let cluster: SlurmCluster | undefined;
afterAll(async () => await cluster?.stop());

/** Trains nothing until there is a file that says so: a quick machine would be at the end before the next command has looked. */
const GATE = `import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defineAugmentation } from '@raremask/core';

export default defineAugmentation({
  name: 'gate',
  api: 1,
  create: () => ({
    async window() {
      while (!existsSync(join(import.meta.dirname, 'open'))) await wait(50);
    },
  }),
});
`;

/** Cases that need a cluster: with `npm run test:full`, where Slurm is installed. */
function onCluster(what: string): readonly string[] {
  const cases = further(what, [what]);
  if (cases.length === 0 || missing.length === 0) return cases;
  test.skip(`${what} (not here: ${missing.join(', ')}; Debian: slurm-wlm munge)`, () => undefined);
  return [];
}

test.each(onCluster('a sweep on Slurm whose tasks are cancelled, killed and queued again'))(
  '%s ends as one that was left alone',
  async () => {
    cluster ??= await startSlurm();
    const { env, call, tasks } = cluster;
    const gated = 'workers: 0, augment: [{ use: ./gate.mjs }]';
    const manifest = MANIFEST.replace('epochs: 2', 'epochs: 60').replace('workers: 0', gated);
    const project = createProject(`${manifest}threads: 1\n`);
    project.write('gate.mjs', GATE);
    project.write('whole.yaml', 'manifest: raremask.yaml\nfolds: 2\nseeds: [0, 1]\n');
    project.write('tried.yaml', 'manifest: raremask.yaml\nfolds: 2\nseeds: [0, 1]\n');
    const trials = project.at('sweeps/tried/trials');
    const submit = async (...more: readonly string[]) =>
      await run(project.folder, ['sweep', 'tried.yaml', '--on', 'slurm', ...more], env);
    const hasSaved = (id: string) => existsSync(join(trials, id, 'checkpoints/last.safetensors'));

    const first = await submit('--jobs', '2');
    expect(first.status, first.stderr).toBe(0);
    const job = /4 trials submitted: job (\d+)/.exec(first.stderr)![1]!;
    const twice = await submit();
    expect(twice.stderr).toContain('4 trials are in Slurm already');
    project.write('open', '');

    // One is cancelled, one is killed as by a machine without memory, and one is asked to make room.
    await until('a first checkpoint', () => hasSaved('seed0-fold1'));
    call('scancel', `${job}_0`);
    await until('a second checkpoint', () => hasSaved('seed0-fold2'));
    const { pid } = JSON.parse(readFileSync(join(trials, 'seed0-fold2/run.lock'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await until('a third checkpoint', () => hasSaved('seed1-fold1'));
    call('scancel', '--signal=TERM', '--batch', `${job}_2`);
    const output = (index: number) =>
      readFileSync(project.at(`sweeps/tried/slurm/${job}_${index}.log`), 'utf8');
    await until('it runs again', () => output(2).includes('queued again 1 times'));
    await until('the queue is empty', () => tasks().length === 0);
    // What the job has gathered that came last: the trials that were left alone.
    const gathered = project.read('sweeps/tried/sweep.csv');
    expect(gathered).toMatch(/^seed0-fold1,interrupted/m);
    expect(gathered).toMatch(/^seed0-fold2,interrupted/m);
    expect(gathered).toMatch(/^seed1-fold1,finished/m);
    expect(gathered).toMatch(/^seed1-fold2,finished/m);
    expect(output(0)).not.toContain('queued again 1 times');

    const second = await submit('--wait');
    expect(second.status, second.stderr).toBe(0);
    expect(second.stderr).toContain(`seed0-fold1: task ${job}_0 was cancelled`);
    expect(second.stderr).toMatch(/seed0-fold2: task \d+_1 ended as FAILED.*seed0-fold2\.log says/);
    expect(second.stderr).toContain('2 trials submitted');
    expect(project.read('sweeps/tried/trials/seed0-fold1.log')).toContain('seed0-fold1: goes on');

    const whole = await run(project.folder, ['sweep', 'whole.yaml']);
    expect(whole.status, whole.stderr).toBe(0);
    expect(project.read('sweeps/tried/sweep.csv')).toBe(project.read('sweeps/whole/sweep.csv'));
  },
  600_000,
);

test.each(onCluster('halving on Slurm'))(
  '%s goes from rung to rung by itself, and ends as on one machine',
  async () => {
    cluster ??= await startSlurm();
    const { env, tasks } = cluster;
    const project = createProject(`${MANIFEST.replace('epochs: 2', 'epochs: 5')}threads: 1\n`);
    const sweep = `manifest: raremask.yaml
settings: { grid: { train.optimizer.learningRate: [0.00001, 0.003, 0.01, 1.0e+30] } }
halving: { from: 1, factor: 2 }
`;
    for (const name of ['whole', 'tried', 'awaited']) project.write(`${name}.yaml`, sweep);
    const first = await run(project.folder, ['sweep', 'tried.yaml', '--on', 'slurm'], env);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stderr).toContain('4 trials go on to epoch 1, where halving decides');
    const table = () => project.read('sweeps/tried/sweep.csv');
    await until(
      'one has come to its end',
      () => tasks().length === 0 && /,finished,/.test(table()),
    );
    const words = ['sweep', 'awaited.yaml', '--on', 'slurm', '--wait'];
    const awaited = await run(project.folder, words, env);
    const whole = await run(project.folder, ['sweep', 'whole.yaml']);
    expect(awaited.status, awaited.stderr).toBe(whole.status);
    expect(table()).toBe(project.read('sweeps/whole/sweep.csv'));
    expect(project.read('sweeps/awaited/sweep.csv')).toBe(table());
    expect(table().match(/,finished,/g)).toHaveLength(1);
  },
  600_000,
);

/** Every prediction by name and content, but for the memory that was free, and what is Slurm's. */
function leftIn(project: Project, out: string): readonly string[] {
  return project
    .files(out)
    .filter((name) => !name.startsWith('slurm'))
    .map((name) => {
      const bytes = readFileSync(project.at(out, name));
      const isText = name.endsWith('.json');
      // What is written with it has another checksum.
      const content = isText
        ? String(bytes).replace(/"freeMemory": \d+|"sha256": "\w+"/g, '')
        : bytes;
      return `${name} ${createHash('sha256').update(content).digest('hex')}`;
    });
}

test.each(onCluster('an archive on Slurm with a kill in each part'))(
  '%s is byte for byte that of one go',
  async () => {
    cluster ??= await startSlurm();
    const { env, tasks } = cluster;
    const project = createProject();
    const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
    expect(trained.status, trained.stderr).toBe(0);
    for (let index = 0; index < 70; index++) {
      project.write(
        `new/${String(index).padStart(3, '0')}.png`,
        grey((x, y) => (x * 11 + y * 7 + index * 13) % 251),
      );
    }
    const whole = await raremask(project, 'predict', 'runs/tiny', 'new', '--out', 'runs/whole');
    expect(whole.status, whole.stderr).toBe(0);
    const words = ['predict', 'runs/tiny', 'new', '--out', 'runs/parts', '--on', 'slurm'];
    const submit = async (more: readonly string[], own: NodeJS.ProcessEnv = {}) =>
      await run(project.folder, [...words, '--parts', '2', ...more], { ...env, ...own });
    // A block is 32 files and its record, two writes each: this is in the second of each part.
    const dying = { NODE_OPTIONS: DYING, TEST_WRITE: '90' };
    const first = await submit([], dying);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stderr).toContain('5 blocks of images are left; 2 of 2 parts submitted');
    await until('the queue is empty', () => tasks().length === 0);
    expect(project.files('runs/parts')).not.toContain('predictions.csv');
    const second = await submit(['--wait']);
    expect(second.status, second.stderr).toBe(0);
    expect(second.stderr).toMatch(/1\/2: task \d+_0 ended as FAILED.*_0\.log says why/);
    expect(second.stderr).toContain('3 blocks of images are left; 2 of 2 parts submitted');
    expect(second.stdout).toContain('70 images predicted');
    expect(leftIn(project, 'runs/parts')).toEqual(leftIn(project, 'runs/whole'));
    const third = await submit([]);
    expect(third.status, third.stderr).toBe(0);
    expect(third.stderr).not.toContain('submitted');
  },
  600_000,
);
