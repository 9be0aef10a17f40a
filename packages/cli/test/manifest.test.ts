import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, emptyProject, MANIFEST } from './project.ts';

const MISTAKEN = `name: tiny
sead: 7
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt }
model: { use: "@raremask/unet", with: { filters: many, depth: 1 } }
loss:
  - { use: "@raremask/loss-dise" }
  - { use: "@raremask/sampler" }
train: { epochs: 0 }
`;

/** Place in the manifest, what was expected there, and the nearest valid name. */
const MISTAKES = [
  ['raremask.yaml:2:1', 'seed'],
  ['raremask.yaml:7:50', 'number'],
  ['raremask.yaml:9:12', '@raremask/loss-dice'],
  ['raremask.yaml:10:12', 'sampler'],
  ['raremask.yaml:11:18', '1'],
] as const;

test('five mistakes of a manifest are five errors with their places, before anything is made', async () => {
  const project = createProject(MISTAKEN);
  const { status, stdout, stderr } = await raremask(project, 'train');
  const errors = stderr.trim().split('\n');
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(errors).toHaveLength(MISTAKES.length);
  for (const [place, words] of MISTAKES) {
    const error = errors.find((line) => line.includes(`${place}:`));
    expect(error, stderr).toMatch(/^error .*\. Expected: .*\[RAREMASK_[A-Z_]+\]$/);
    expect(error).toContain(words);
  }
  expect(existsSync(project.at('runs'))).toBe(false);
});

test('--json has the same five mistakes as an array on stdout', async () => {
  const project = createProject(MISTAKEN);
  const { status, stdout, stderr } = await raremask(project, 'train', '--json');
  const { errors } = JSON.parse(stdout) as {
    errors: { code: string; category: string; message: string; where: string }[];
  };
  expect(status).toBe(2);
  expect(errors.map(({ message, code }) => `error ${message} [${code}]`)).toEqual(
    stderr.trim().split('\n'),
  );
  expect(errors.map(({ where }) => where.match(/raremask\.yaml:\d+:\d+/)?.[0]).toSorted()).toEqual(
    MISTAKES.map(([place]) => place).toSorted(),
  );
  for (const { category } of errors) expect(category).toBe('manifest');
});

test('a folder without a manifest is told how to name one', async () => {
  const { status, stderr } = await raremask(emptyProject(), 'train');
  expect(status).toBe(2);
  expect(stderr).toContain('RAREMASK_NO_MANIFEST');
});

test('--set, -f and the environment change the manifest, a wrong override is an error of its own place', async () => {
  const reference = ['$', '{env:RAREMASK_TEST_NAME:-by-default}'].join('');
  const project = createProject(MANIFEST.replace('name: tiny', `name: "${reference}"`));
  project.write('more.yaml', 'seed: 9\ntrain: { epochs: 1 }\n');
  const done = await raremask(
    project,
    'train',
    'raremask.yaml',
    '-f',
    'more.yaml',
    '--set',
    'train.batch=8',
  );
  expect(done.status, done.stderr).toBe(0);
  const resolved = project.read('runs/by-default/manifest.resolved.yaml');
  expect(resolved).toMatch(/^seed: 9$/m);
  expect(resolved).toMatch(/^ {2}epochs: 1$/m);
  expect(resolved).toMatch(/^ {2}batch: 8$/m);

  const wrong = await raremask(project, 'train', '--set', 'train.epoch=5');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('--set');
  expect(wrong.stderr).toContain('epochs');
});
