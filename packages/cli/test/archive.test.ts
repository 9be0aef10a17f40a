import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { numbers } from '../../../test/seededDamage.ts';
import { raremask, run } from './command.ts';
import { createProject, grey, type Project } from './project.ts';

const DYING = `--import=${pathToFileURL(join(import.meta.dirname, 'dying.mjs'))}`;
const IMAGES = 70;

/** A run, and an archive of images of two sizes (five blocks), one of which is cut off. */
let archive: Promise<Project> | undefined;
let whole: Promise<readonly string[]> | undefined;

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

/** Every file by name and content, but for the memory that was free at the beginning. */
function leftIn(project: Project, out: string): readonly string[] {
  return project.files(out).map((name) => {
    const bytes = readFileSync(project.at(out, name));
    const content = name.endsWith('.json') ? String(bytes).replace(/"freeMemory": \d+/, '') : bytes;
    return `${name} ${createHash('sha256').update(content).digest('hex')}`;
  });
}

async function prepared(): Promise<{ project: Project; expected: readonly string[] }> {
  archive ??= trained();
  const project = await archive;
  whole ??= raremask(project, ...call('runs/whole')).then(({ status, stderr }) => {
    expect(status, stderr).toBe(5);
    return leftIn(project, 'runs/whole');
  });
  return { project, expected: await whole };
}

/** Kills a call at a write, or after a time, once or more, and finishes it. */
async function killedAndFinished(out: string, kills: readonly NodeJS.ProcessEnv[], part?: string) {
  const { project } = await prepared();
  const parts = part === undefined ? [] : ['--part', part];
  for (const env of kills) {
    const killed = await run(project.folder, call(out, ...parts), { NODE_OPTIONS: DYING, ...env });
    // The last kill may come after the end.
    if (env['TEST_WRITE'] !== undefined) expect([null, 5, 0]).toContain(killed.status);
  }
  return await raremask(project, ...call(out, ...parts));
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
  const first = await killedAndFinished('runs/parts', [{ TEST_WRITE: '90' }], '1/2');
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

test('other settings are refused while predictions are not complete, and begin anew after that', async () => {
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
  const gone = await raremask(project, ...call('runs/other'));
  expect(gone.stdout).toContain('69 images predicted (69 of them');
  expect(leftIn(project, 'runs/other')).toEqual(expected);
  const anew = await raremask(project, ...strict);
  expect(anew.status, anew.stderr).toBe(5);
  expect(anew.stdout).toContain('69 images predicted, foreground');
  expect(project.read('runs/other/predictions.json')).toContain('"threshold": 0.9');
});

test('what has changed or is gone is predicted anew, and what can be read now as well', async () => {
  const { project, expected } = await prepared();
  cpSync(project.at('runs/whole'), project.at('runs/changed'), { recursive: true });
  rmSync(project.at('runs/changed/masks/040.png'));
  const gone = await raremask(project, ...call('runs/changed'));
  expect(gone.stdout).toContain('69 images predicted (53 of them by an earlier call)');
  expect(leftIn(project, 'runs/changed')).toEqual(expected);
  const image = 'new/020.png';
  const broken = readFileSync(project.at(image));
  try {
    project.write(
      image,
      grey((x) => x),
    );
    const mended = await raremask(project, ...call('runs/changed'));
    expect(mended.status, mended.stderr).toBe(0);
    expect(mended.stdout).toContain('70 images predicted (54 of them by an earlier call)');
    expect(project.files('runs/changed')).not.toContain('unreadable.csv');
  } finally {
    project.write(image, broken);
    utimesSync(project.at(image), 1, 1);
    whole = undefined;
  }
});

const next = numbers(7);
test.each(
  further(
    'twelve archives killed at random writes',
    Array.from({ length: 12 }, (_, index) => ({
      index,
      writes: Array.from({ length: 3 }, () => 1 + Math.floor(next() * 120)),
    })),
  ),
)('an archive killed at writes $writes', { timeout: 600_000 }, async ({ index, writes }) => {
  const { project, expected } = await prepared();
  const kills = writes.map((write) => ({ TEST_WRITE: `${write}` }));
  const ended = await killedAndFinished(`runs/killed${index}`, kills);
  expect(ended.status, ended.stderr).toBe(5);
  expect(leftIn(project, `runs/killed${index}`)).toEqual(expected);
});
