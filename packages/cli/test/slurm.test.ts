import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createConsole } from '../src/console.ts';
import { sweepTrials } from '../src/jobs/sweepTrials.ts';
import { type QueuedTask, queuedTasks } from '../src/slurm/queue.ts';
import { queueAgain } from '../src/slurm/queueAgain.ts';
import { arrayScript, quoted } from '../src/slurm/script.ts';
import { sbatchWords } from '../src/slurm/settings.ts';
import { Submissions } from '../src/slurm/submissions.ts';
import { submitMissing } from '../src/slurm/submitMissing.ts';
import { waitForTasks } from '../src/slurm/waitForTasks.ts';
import { type FakeSlurm, fakeSlurm } from './fakeSlurm.ts';
import { createProject, MANIFEST, type Project } from './project.ts';

function emptyFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), name)));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Submits what is missing of some tasks, and gives what happened to those that had ended. */
async function submit(submissions: Submissions, tasks: readonly string[], atOnce?: number) {
  const ended: string[] = [];
  const handed = await submitMissing(
    submissions,
    { cwd: submissions.path, tasks, command: 'true' },
    {
      ...{ label: 'tried, again', words: ['--time=5'], say: () => undefined, atOnce },
      onEnded: ({ task, state }: QueuedTask) => void ended.push(`${task} ${state}`),
    },
  );
  return { ...handed, ended };
}

/** A line of squeue for a task of the latest job that was submitted. */
function queueLine(slurm: FakeSlurm, index: number, state: string, reason = 'None'): string {
  const name = slurm
    .calls('sbatch')
    .at(-1)!
    .find((word) => word.startsWith('--job-name='))!
    .slice('--job-name='.length);
  return `echo "${name}|7|${index}|${state}|${reason}"`;
}

test('a task runs its own command in the folder, whatever folder and name are called', () => {
  const folder = emptyFolder("raremask it's 5 % ");
  const script = join(folder, 'array.sh');
  const command = `printf '%s|' "$PWD" "$task" ${quoted('$HOME "x"')}`;
  const tasks = ['first', "the 'second'", '3/16'];
  writeFileSync(script, arrayScript({ cwd: folder, tasks, command }));
  const said = (index: number) => {
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: `${index}`, SLURM_RESTART_COUNT: '2' };
    return spawnSync('bash', [script], { env, encoding: 'utf8' }).stdout.split('\n');
  };
  expect(said(1)[0]).toMatch(/^the 'second' on \S+, \S+, queued again 2 times$/);
  expect(said(1)[1]).toBe(`${folder}|the 'second'|$HOME "x"|`);
  expect(said(2)[1]).toBe(`${folder}|3/16|$HOME "x"|`);
  const gone = arrayScript({ cwd: join(folder, 'gone'), tasks, command: 'echo ran' });
  writeFileSync(script, gone);
  expect(said(0).join()).not.toContain('ran');
});

test('options of sbatch come from the file and then the command line, and what is ours is refused', () => {
  const map = { partition: 'gpu', exclusive: true, requeue: false, 'cpus-per-task': 4 };
  expect(sbatchWords(map, ['--time=2:00:00 -p cpu', `--comment="two words" --x='a "b"'`])).toEqual([
    ...['--partition=gpu', '--exclusive', '--cpus-per-task=4'],
    ...['--time=2:00:00', '-p', 'cpu', '--comment=two words', '--x=a "b"'],
  ]);
  const refused = { code: 'RAREMASK_SLURM_SETTING' };
  for (const text of ['--array=1-3', '-a1', '--output x', '--wait', '-M far', 'gpu', '--x="open']) {
    expect(() => sbatchWords({}, [text]), text).toThrow(expect.objectContaining(refused));
  }
  expect(() => sbatchWords({ clusters: 'far' })).toThrow('SLURM_CLUSTERS');
});

test('what Slurm has is not submitted again; what has ended is, and is named with its state', async () => {
  const slurm = fakeSlurm();
  const submissions = new Submissions(emptyFolder('raremask-slurm-'));
  const first = await submit(submissions, ['a', 'b', 'c', 'd'], 2);
  expect(first).toMatchObject({ jobs: ['7'], submitted: ['a', 'b', 'c', 'd'], ended: [] });
  const [call] = slurm.calls('sbatch');
  expect(call).toEqual([
    ...['--parsable', '--time=5'],
    expect.stringMatching(/^--job-name=raremask-tried_again-[0-9a-f]{8}$/),
    ...['--array=0-3%2', `--output=${submissions.folder}/%A_%a.log`],
    ...[`--chdir=${submissions.path}`, expect.stringMatching(/\.sh$/)],
  ]);
  expect(readFileSync(call!.at(-1)!, 'utf8')).toContain("tasks=(\n  'a'\n  'b'\n  'c'\n  'd'\n)");
  // Of the four, one runs, one waits, one was cancelled, and one is forgotten, but accounted for.
  const lines = [
    queueLine(slurm, 0, 'RUNNING'),
    queueLine(slurm, 1, 'PENDING', 'Resources'),
    queueLine(slurm, 2, 'CANCELLED'),
  ];
  slurm.says('squeue', lines.join('\n'));
  slurm.says('sacct', 'echo "7_3|OUT_OF_MEMORY"');
  slurm.says('sbatch', 'echo "8;cluster"');
  const second = await submit(submissions, ['a', 'b', 'c', 'd', 'e']);
  expect(second).toMatchObject({ jobs: ['8'], submitted: ['c', 'd', 'e'], queued: ['a', 'b'] });
  expect(second.ended).toEqual(['c CANCELLED', 'd OUT_OF_MEMORY']);
  expect(second.all).toEqual(['7', '8']);
  expect((await submissions.read()).map(({ job }) => job)).toEqual(['7', '8']);
  // Job 7 has ended, and nobody says how; what it had counts no more once it is submitted anew.
  slurm.says('squeue', '');
  slurm.says('sacct', 'exit 1');
  const third = await submit(submissions, ['a']);
  expect(third.ended).toEqual(['a GONE']);
  expect(await submissions.read()).toHaveLength(1);
});

test('a job is found again by its name where its number was never written down', async () => {
  const slurm = fakeSlurm();
  const submissions = new Submissions(emptyFolder('raremask-slurm-'));
  await submit(submissions, ['a', 'b']);
  // As after a kill between sbatch and the record.
  await submissions.write((await submissions.read()).map((one) => ({ ...one, job: null })));
  slurm.says('squeue', [0, 1].map((index) => queueLine(slurm, index, 'PENDING')).join('\n'));
  const again = await submit(submissions, ['a', 'b']);
  expect(again).toMatchObject({ jobs: [], all: ['7'], queued: ['a', 'b'] });
  slurm.says('squeue', '');
  expect((await submit(submissions, ['a', 'b'])).submitted).toEqual(['a', 'b']);
});

test('more tasks than an array may have become several arrays, one after the other where they are limited', async () => {
  const slurm = fakeSlurm();
  slurm.says('scontrol', 'echo "MaxArraySize = 3"');
  const submissions = new Submissions(emptyFolder('raremask-slurm-'));
  const tasks = ['a', 'b', 'c', 'd'];
  await submit(submissions, tasks, 2);
  const calls = slurm.calls('sbatch');
  expect(calls.map((words) => words.find((word) => word.startsWith('--array')))).toEqual([
    '--array=0-2%2',
    '--array=0-0%2',
  ]);
  expect(calls[0]!.join()).not.toContain('--dependency');
  expect(calls[1]).toContain('--dependency=afterany:7');
  expect((await submissions.read()).flatMap((one) => one.tasks)).toEqual(tasks);
});

test('Slurm that is absent, silent or refuses is an error in its words, and leaves the record as it was', async () => {
  const slurm = fakeSlurm();
  const submissions = new Submissions(emptyFolder('raremask-slurm-'));
  slurm.says('sbatch', 'echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1');
  await expect(submit(submissions, ['a'])).rejects.toMatchObject({
    code: 'RAREMASK_SLURM_REFUSED',
    parts: { got: 'sbatch: error: invalid partition specified: gpu' },
  });
  expect(await submissions.read()).toEqual([]);
  slurm.says('sbatch', 'echo 9');
  await submit(submissions, ['a']);
  const before = await submissions.read();
  slurm.says('squeue', 'echo "slurm_load_jobs error: Unable to contact" >&2; exit 1');
  await expect(submit(submissions, ['a'])).rejects.toMatchObject({ code: 'RAREMASK_SLURM_SILENT' });
  slurm.remove('squeue');
  await expect(submit(submissions, ['a'])).rejects.toMatchObject({
    code: 'RAREMASK_SLURM_MISSING',
  });
  expect(await submissions.read()).toEqual(before);
  expect(slurm.calls('sbatch')).toHaveLength(2);
  writeFileSync(join(submissions.path, 'slurm.json'), '{}');
  await expect(submit(submissions, ['a'])).rejects.toMatchObject({ code: 'RAREMASK_SLURM_RECORD' });
});

test('a node that has not the folder is told of once', async () => {
  const slurm = fakeSlurm();
  const submissions = new Submissions(emptyFolder('raremask-slurm-'));
  await submit(submissions, ['a', 'b']);
  slurm.says('squeue', [0, 1].map((index) => queueLine(slurm, index, 'FAILED')).join('\n'));
  await expect(submit(submissions, ['a', 'b'])).rejects.toMatchObject({
    code: 'RAREMASK_SLURM_NOT_SHARED',
    parts: { where: submissions.path, got: expect.stringContaining('7_0') },
  });
  expect((await submit(submissions, ['a', 'b'])).submitted).toEqual(['a', 'b']);
  // What has written anything has had the folder.
  slurm.says('squeue', queueLine(slurm, 0, 'FAILED'));
  writeFileSync(submissions.output('7', 0), '');
  expect((await submit(submissions, ['a'])).ended).toEqual(['a FAILED']);
});

test('who waits hears how the tasks stand, outlives a silence, and learns how they ended', async () => {
  const slurm = fakeSlurm();
  const folder = emptyFolder('raremask-slurm-');
  const submissions = new Submissions(folder);
  await submit(submissions, ['a', 'b']);
  const line = (index: number, state: string, reason?: string) =>
    queueLine(slurm, index, state, reason);
  // Each call of squeue goes one step on: the shell has no counter but files.
  const steps = [
    [line(0, 'RUNNING'), line(1, 'PENDING', 'JobHeldUser')],
    ['exit 1'],
    [line(0, 'COMPLETED'), line(1, 'TIMEOUT')],
  ];
  const bodies = steps.map((lines, index) => {
    const mark = join(folder, `step${index}`);
    const ends = `: > ${mark}; exit 0`;
    return index === steps.length - 1
      ? lines.join('\n')
      : `if [ ! -e ${mark} ]; then : > ${mark}; ${lines.join('; ')}; ${ends}; fi`;
  });
  slurm.says('squeue', bodies.join('\n'));
  const said: string[] = [];
  const { signal } = new AbortController();
  const options = { signal, say: (text: string) => void said.push(text) };
  const tasks = await waitForTasks(await submissions.read(), options);
  expect([...tasks.values()].map(({ state }) => state)).toEqual(['COMPLETED', 'TIMEOUT']);
  expect(said).toEqual([
    'in Slurm: 1 running, 1 pending, 1 held, as b (JobHeldUser): scontrol release 7_1',
  ]);
  const [, asked] = slurm.calls('squeue');
  expect(asked).toEqual(expect.arrayContaining(['--states=all', '--array']));
  const controller = new AbortController();
  controller.abort();
  slurm.says('squeue', line(0, 'RUNNING'));
  await waitForTasks(await submissions.read(), { ...options, signal: controller.signal });
});

test.each([
  ['RUNNING', true],
  ['COMPLETING', false],
] as const)('a task that Slurm has as %s queues itself again: %s', async (state, isAgain) => {
  const slurm = fakeSlurm();
  const { SLURM_JOB_ID: before } = process.env;
  process.env['SLURM_JOB_ID'] = '12';
  try {
    slurm.says('squeue', `echo ${state}`);
    slurm.says('scontrol', '');
    expect(await queueAgain(() => undefined)).toBe(isAgain);
    expect(slurm.calls('scontrol')).toEqual(isAgain ? [['requeue', '12']] : []);
    slurm.says('scontrol', 'echo "Requested operation is presently disabled" >&2; exit 1');
    const said: string[] = [];
    expect(await queueAgain((text) => void said.push(text))).toBe(false);
    if (isAgain) expect(said[0]).toContain('presently disabled');
  } finally {
    if (before === undefined) delete process.env['SLURM_JOB_ID'];
    else process.env['SLURM_JOB_ID'] = before;
  }
});

/** Calls `sweep` in this process, and gives what it says. */
async function sweep(project: Project, options: Parameters<typeof sweepTrials>[1]) {
  const notes: string[] = [];
  const console = {
    ...createConsole({ json: true }),
    note: (_: string, text: string) => void notes.push(text),
    result: () => undefined,
  };
  const status = await sweepTrials(project.at('tried.yaml'), options, console);
  return { status, said: notes.join('\n') };
}

test('a sweep goes to Slurm with a job that gathers, is left alone there, and its failing trial is named', async () => {
  const slurm = fakeSlurm();
  const project = createProject();
  project.write(
    'tried.yaml',
    'manifest: raremask.yaml\nfolds: 2\nslurm: { partition: cpu, time: 2:00:00 }\n',
  );
  await expect(sweep(project, { wait: true })).rejects.toMatchObject({
    code: 'RAREMASK_SLURM_OPTION',
  });
  await expect(sweep(project, { results: true })).rejects.toMatchObject({
    code: 'RAREMASK_SWEEP_NOT_BEGUN',
  });
  const first = await sweep(project, { on: 'slurm', jobs: '2', sbatch: ['--mem=4G'] });
  expect(first).toMatchObject({ status: 0, said: expect.stringContaining('squeue -j 7') });
  const [array, gathering] = slurm.calls('sbatch');
  expect(array).toEqual(
    expect.arrayContaining(['--partition=cpu', '--time=2:00:00', '--mem=4G', '--array=0-1%2']),
  );
  expect(readFileSync(array!.at(-1)!, 'utf8')).toContain("'seed7-fold1'\n  'seed7-fold2'");
  expect(gathering).toContain('--dependency=afterany:7');
  const script = readFileSync(gathering!.at(-1)!, 'utf8');
  expect(script).toMatch(/'sweep' '.*tried\.yaml' '--results'/);
  expect(existsSync(project.at('sweeps/tried/sweep.csv'))).toBe(true);

  const isQueued = [0, 1].map((index) => queueLine(slurm, index, 'PENDING'));
  const names = isQueued.map((line) => line.replaceAll(/raremask-[^|]*/g, nameOf(array!)));
  slurm.says('squeue', names.join('\n'));
  const second = await sweep(project, { on: 'slurm' });
  expect(second.said).toContain('2 trials are in Slurm already (job 7)');
  // A call without Slurm has nothing to do, and says why.
  const here = await sweep(project, {});
  expect(here).toMatchObject({ status: 0, said: expect.stringContaining('2 trials are left to') });
  expect(slurm.calls('sbatch')).toHaveLength(2);

  slurm.says('squeue', names[0]!.replace('PENDING', 'FAILED'));
  project.write('sweeps/tried/slurm/7_0.log', '');
  project.write('sweeps/tried/trials/seed7-fold1.log', 'error');
  const third = await sweep(project, { on: 'slurm', wait: false });
  expect(third.said).toMatch(
    /seed7-fold1: task 7_0 ended as FAILED.*trials\/seed7-fold1\.log says/,
  );
  expect((await sweep(project, { results: true })).status).toBe(0);
});

test('halving hands rung after rung to Slurm: a job that follows the tasks of one submits the next', async () => {
  const slurm = fakeSlurm();
  const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 12'));
  project.write(
    'tried.yaml',
    `manifest: raremask.yaml
settings: { grid: { train.optimizer.learningRate: [0.001, 0.002, 0.003, 0.004] } }
halving: { from: 2, factor: 2 }
`,
  );
  const first = await sweep(project, { on: 'slurm', jobs: '2', sbatch: ['--mem=4G'] });
  expect(first.said).toContain('4 trials go on to epoch 2, where halving decides');
  const [array, following] = slurm.calls('sbatch');
  const scriptOf = (words: readonly string[] | undefined) => readFileSync(words!.at(-1)!, 'utf8');
  expect(scriptOf(array)).toContain('"$task" 2 >>');
  expect(following).toContain('--dependency=afterany:7');
  expect(scriptOf(following)).toMatch(
    /tried\.yaml' '--on' 'slurm' '--follow' '2' '--sbatch=--mem=4G' '--jobs' '2'\n/,
  );

  const { trials } = JSON.parse(project.read('sweeps/tried/sweep.json')) as {
    trials: { id: string }[];
  };
  const ids = trials.map(({ id }) => id);
  /** As a task leaves a run that waits. */
  const play = (id: string, epochs: number, score: number) => {
    const rows = Array.from({ length: epochs }, (_, at) => `${at + 1},${score}`).join('\n');
    project.write(`sweeps/tried/trials/${id}/metrics.csv`, `epoch,val_balanced\n${rows}\n`);
    project.write(`sweeps/tried/trials/${id}/checkpoints/last.safetensors`, '');
  };
  for (const [at, id] of ids.slice(0, 3).entries()) play(id, 2, 0.1 * (at + 1));
  // One was cancelled: the job that follows leaves the rung open.
  const open = await sweep(project, { on: 'slurm', follow: 2 });
  expect(open).toMatchObject({
    status: 0,
    said: expect.stringContaining('1 trials have not come'),
  });
  expect(slurm.calls('sbatch')).toHaveLength(2);
  // One has failed by itself: it goes no further, and the best half of the four goes on.
  project.write(`sweeps/tried/trials/${ids[3]}.failed`, '');
  const next = await sweep(project, { on: 'slurm', follow: 2 });
  expect(next.said).toContain('2 trials go on to epoch 4, where halving decides');
  const [, , second, third] = slurm.calls('sbatch');
  expect(scriptOf(second)).toContain(`tasks=(\n  '${ids[1]}'\n  '${ids[2]}'\n)`);
  expect(scriptOf(third)).toContain("'--follow' '4'");
  for (const id of ids.slice(1, 3)) play(id, 4, id === ids[1] ? 0.9 : 0.5);
  const again = await sweep(project, { on: 'slurm', follow: 4 });
  expect(again.said).toContain('1 trials go on to epoch 8');
  play(ids[1]!, 8, 0.9);
  await sweep(project, { on: 'slurm', follow: 8 });
  const calls = slurm.calls('sbatch');
  // To its end, after which the results are gathered.
  expect(scriptOf(calls.at(-2))).toContain(`tasks=(\n  '${ids[1]}'\n)`);
  expect(scriptOf(calls.at(-2))).toContain('"$task" >>');
  expect(scriptOf(calls.at(-1))).toContain("'--results'");
  // Who calls by himself tries the failed one again.
  const own = await sweep(project, { on: 'slurm' });
  expect(own.said).toContain('1 trials go on to epoch 2');
});

function nameOf(words: readonly string[]): string {
  return words.find((word) => word.startsWith('--job-name='))!.slice('--job-name='.length);
}

test('nothing is asked of Slurm where nothing was submitted', async () => {
  const slurm = fakeSlurm();
  expect((await queuedTasks([])).size).toBe(0);
  expect(slurm.calls('squeue')).toEqual([]);
});
