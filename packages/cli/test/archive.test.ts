import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { further, furtherTest } from '../../../test/further.ts';
import { numbers } from '../../../test/seededDamage.ts';
import { raremask, run } from './command.ts';
import { fakeSlurm } from './fakeSlurm.ts';
import { createProject, grey, type Project } from './project.ts';

const DYING = `--import=${pathToFileURL(join(import.meta.dirname, 'dying.mjs'))}`;
const IMAGES = 70;

/** A run, and an archive of images of two sizes (five blocks), one of which is cut off. */
async function trained(): Promise<Project> {
  const project = createProject();
  const { status, stderr } = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(status, stderr).toBe(0);
  for (let index = 0; index < IMAGES; index++) {
    const size = index % 5 === 3 ? 12 : 16;
    const name = `new/${String(index).padStart(3, '0')}.png`;
    project.write(
      name,
      grey((x, y) => (x * 11 + y * 7 + index * 13) % 251, size, size),
    );
  }
  project.write('new/020.png', readFileSync(project.at('new/020.png')).subarray(0, 60));
  return project;
}

const call = (out: string, ...more: readonly string[]) => [
  ...['predict', 'runs/tiny', 'new', '--out', out],
  ...more,
];

/** Every file by name and content, but for the memory that was free at the beginning, and the checksum over it. */
function leftIn(project: Project, out: string): readonly string[] {
  return project.files(out).map((name) => {
    const bytes = readFileSync(project.at(out, name));
    const content = name.endsWith('.json')
      ? String(bytes).replace(/"freeMemory": \d+,\s+"sha256": "\w+"/, '')
      : bytes;
    return `${name} ${createHash('sha256').update(content).digest('hex')}`;
  });
}

/** The archive, and what one go leaves of it in `runs/whole`. */
async function prepared(): Promise<{ project: Project; expected: readonly string[] }> {
  const project = await trained();
  const { status, stderr } = await raremask(project, ...call('runs/whole'));
  expect(status, stderr).toBe(5);
  return { project, expected: leftIn(project, 'runs/whole') };
}

/** Kills calls at writes of theirs, one after the other, and then lets one finish. */
async function killedAndFinished(
  project: Project,
  parameters: readonly string[],
  writes: readonly number[],
) {
  for (const write of writes) {
    const env = { NODE_OPTIONS: DYING, TEST_WRITE: `${write}` };
    // Of a later call, the write may come after the end.
    const { status } = await run(project.folder, parameters, env);
    expect([null, 5]).toContain(status);
  }
  return await raremask(project, ...parameters);
}

test('an archive predicted in parts, with a kill in one, is byte for byte that of one go', async () => {
  const { project, expected } = await prepared();
  expect(expected.filter((line) => line.startsWith('blocks/'))).toHaveLength(5);
  expect(project.read('runs/whole/predictions.csv').trim().split('\n')).toHaveLength(IMAGES);
  expect(project.read('runs/whole/unreadable.csv')).toMatch(/^id,code,reason\n"?020/);
  const second = await raremask(project, ...call('runs/parts', '--part', '2/2'));
  // The unreadable image is of the second block.
  expect(second.status, second.stderr).toBe(5);
  expect(second.stderr).toContain('3 blocks of images are left');
  expect(project.files('runs/parts')).not.toContain('predictions.csv');
  // A block is 32 files and its record, two writes each: this is in the second of the part.
  const first = await killedAndFinished(project, call('runs/parts', '--part', '1/2'), [90]);
  expect(first.status, first.stderr).toBe(0);
  expect(first.stdout).toContain('38 images predicted (16 of them by an earlier call)');
  expect(leftIn(project, 'runs/parts')).toEqual(expected);
  // Called again, nothing is left to do; nor for a division into other parts.
  const again = await raremask(project, ...call('runs/parts'));
  expect(again.status, again.stderr).toBe(5);
  expect(again.stdout).toContain('69 images predicted (69 of them by an earlier call)');
  const third = await raremask(project, ...call('runs/parts', '--part', '3/3'));
  expect(third.stdout).toContain('16 images predicted (16 of them by an earlier call)');
  expect(leftIn(project, 'runs/parts')).toEqual(expected);
});

furtherTest(
  'a signal ends a prediction after a block, and Slurm gets the parts that have some left',
  async () => {
    const { project, expected } = await prepared();
    // A block is 32 files and its record, two writes each: this is in the second.
    const env = { NODE_OPTIONS: DYING, TEST_WRITE: '90', TEST_SIGNAL: 'SIGTERM' };
    const stopped = await run(project.folder, call('runs/stopped'), env);
    expect(stopped.status, stopped.stderr).toBe(75);
    expect(stopped.stderr).toContain('3 blocks of images are left. Go on with the same command.');
    expect(project.files('runs/stopped/blocks')).toEqual(['000000.json', '000001.json']);
    expect(project.files('runs/stopped')).not.toContain('predictions.csv');

    const { PATH } = process.env;
    const slurm = fakeSlurm();
    const parts = ['--on', 'slurm', '--parts', '3', '--sbatch', '--time=5'];
    const submitted = await run(project.folder, call('runs/stopped', ...parts));
    expect(submitted.status, submitted.stderr).toBe(0);
    expect(submitted.stderr).toContain('3 blocks of images are left; 3 of 3 parts submitted');
    expect(project.files('runs/stopped')).not.toContain('predictions.csv');
    const [words] = slurm.calls('sbatch');
    expect(words).toEqual(expect.arrayContaining(['--time=5', '--array=0-2']));
    // The second task predicts block 4, the only one of part 2 that is left.
    const task = spawnSync('bash', [words!.at(-1)!], {
      env: { ...process.env, PATH, SLURM_ARRAY_TASK_ID: '1' },
      encoding: 'utf8',
    });
    expect(task.status, task.stderr).toBe(5);
    expect(project.files('runs/stopped/blocks')).toContain('000004.json');
    const two = await run(project.folder, call('runs/stopped', ...parts));
    expect(two.stderr).toContain('2 blocks of images are left; 2 of 3 parts submitted');
    expect(readFileSync(slurm.calls('sbatch')[1]!.at(-1)!, 'utf8')).toMatch(/'1\/3'\n +'3\/3'\n\)/);
    const rest = await raremask(project, ...call('runs/stopped'));
    expect(rest.status, rest.stderr).toBe(5);
    const left = leftIn(project, 'runs/stopped').filter((line) => !line.startsWith('slurm'));
    expect(left).toEqual(expected);
    const alone = await raremask(project, ...call('runs/stopped', '--parts', '3'));
    expect(alone.stderr).toContain('RAREMASK_SLURM_OPTION');
  },
);

test('other settings are refused before the end; what has changed, or is gone, is predicted anew', async () => {
  const { project, expected } = await prepared();
  cpSync(project.at('runs/whole'), project.at('runs/other'), { recursive: true });
  const strict = call('runs/other', '--set', 'evaluate.threshold=0.9');
  const part = await raremask(project, ...strict, '--part', '1/2');
  expect(part.status).toBe(2);
  rmSync(project.at('runs/other/predictions.csv'));
  const refused = await raremask(project, ...strict);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('RAREMASK_PREDICTIONS_DIFFER');
  expect(refused.stderr).toMatch(/decision .*0\.5.*decision .*0\.9/s);
  const tables = await raremask(project, ...call('runs/other'));
  expect(tables.stdout).toContain('69 images predicted (69 of them');
  expect(leftIn(project, 'runs/other')).toEqual(expected);
  const anew = await raremask(project, ...strict);
  expect(anew.status, anew.stderr).toBe(5);
  expect(anew.stdout).toContain('69 images predicted, foreground');
  expect(project.read('runs/other/predictions.json')).toContain('"threshold": 0.9');

  cpSync(project.at('runs/whole'), project.at('runs/changed'), { recursive: true });
  rmSync(project.at('runs/changed/masks/040.png'));
  const gone = await raremask(project, ...call('runs/changed'));
  expect(gone.stdout).toContain('69 images predicted (53 of them by an earlier call)');
  expect(leftIn(project, 'runs/changed')).toEqual(expected);
  project.write(
    'new/020.png',
    grey((x) => x),
  );
  const mended = await raremask(project, ...call('runs/changed'));
  expect(mended.status, mended.stderr).toBe(0);
  expect(mended.stdout).toContain('70 images predicted (54 of them by an earlier call)');
  expect(project.files('runs/changed')).not.toContain('unreadable.csv');
});

const next = numbers(7);
test.each(
  further(
    'twelve archives killed at random writes',
    Array.from({ length: 12 }, () => Array.from({ length: 3 }, () => 1 + Math.floor(next() * 120))),
  ).map((writes) => ({ writes })),
)('an archive killed at writes $writes', { timeout: 600_000 }, async ({ writes }) => {
  const { project, expected } = await prepared();
  const ended = await killedAndFinished(project, call('runs/killed'), writes);
  expect(ended.status, ended.stderr).toBe(5);
  expect(leftIn(project, 'runs/killed')).toEqual(expected);
});
