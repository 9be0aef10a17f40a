import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createConsole } from '../src/console.ts';
import { reportFailure } from '../src/failure.ts';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST } from './project.ts';
import { metrics, tensors } from './runFiles.ts';

/** Mounts a small disk of its own; false where this user may not. */
function mounted(path: string, options: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync('umount', [path]);
  });
  return true;
}

/** Makes a folder that this user cannot write into; false where that is not possible. */
function readOnly(path: string): boolean {
  if (mounted(path, 'ro,size=64k')) return true;
  if (process.getuid?.() === 0) return false;
  chmodSync(path, 0o555);
  onTestFinished(() => chmodSync(path, 0o755));
  return true;
}

test('an output folder that cannot be written is named before training', async (context) => {
  const project = createProject();
  if (!readOnly(project.at('locked'))) context.skip('root without the right to mount');
  const { status, stdout, stderr } = await raremask(project, 'train', '--out', 'locked/run');
  expect(status, stderr).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain('[RAREMASK_CANNOT_WRITE]');
  expect(stderr).toContain('locked/run');
  expect(stderr).toContain('--out');
  expect(stderr).not.toMatch(/^epoch |^\s+at |RAREMASK_BUG/m);
});

test('predictions into a folder that cannot be written are an error, too', async (context) => {
  const project = createProject();
  if (!readOnly(project.at('locked'))) context.skip('root without the right to mount');
  await raremask(project, 'train');
  const predict = ['predict', 'runs/tiny', 'data/images', '--out', 'locked/predicted'];
  const { status, stderr } = await raremask(project, ...predict);
  expect(status, stderr).toBe(3);
  expect(stderr).toContain('locked/predicted');
  expect(stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
});

test.each([
  ['train', '--out', 'train.txt'],
  ['train', '--out', 'train.txt/run'],
  ['schema', '--out', 'nowhere/raremask.schema.json'],
  ['schema', '--out', 'data'],
])('a place where nothing can be written is named: %s %s %s', async (...parameters) => {
  const project = createProject();
  const list = project.read('train.txt');
  const { status, stdout, stderr } = await raremask(project, ...parameters);
  expect(status, stderr).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain(parameters[2]);
  expect(stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
  expect(project.read('train.txt')).toBe(list);
  expect(project.files('.').filter((name) => name.endsWith('.partial'))).toEqual([]);
});

/** A loss that fills the disk of the run in the step that the environment names. */
const FILLING = `import { appendFileSync } from 'node:fs';
import { defineLoss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

let step = 0;
export default defineLoss({
  name: 'filling',
  api: 1,
  create: () => ({ probabilities, target }) => {
    step++;
    if (step === Number(process.env.TEST_STEP)) {
      for (let size = 65536; size >= 1; size /= 4) {
        try {
          while (true) appendFileSync('small/filler', Buffer.alloc(size));
        } catch {}
      }
    }
    return tf.mean(tf.squaredDifference(probabilities, target));
  },
});
`;

test('a disk that is full at a checkpoint ends the run, and the checkpoint before it goes on', async (context) => {
  const project = createProject(
    MANIFEST.replace('"@raremask/loss-ce"', './filling.ts')
      .replace('epochs: 2', 'epochs: 4, sentinel: off')
      // The loss counts its calls, and the sentinel would ask it as well.
      .concat('backend: wasm\n'),
  );
  if (!mounted(project.at('small'), 'size=4m')) context.skip('no right to mount');
  project.write('filling.ts', FILLING);
  // Step 5 is the first of the third epoch.
  const full = await run(project.folder, ['train', '--out', 'small/run'], { TEST_STEP: '5' });
  expect(full.status, full.stderr).toBe(3);
  expect(full.stderr).toContain('the disk is full');
  expect(full.stderr).toContain('[RAREMASK_CANNOT_WRITE]');
  expect(full.stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
  expect(metrics(project.at('small/run/metrics.csv')).map(({ epoch }) => epoch)).toEqual([
    '1',
    '2',
  ]);
  expect(project.files('small/run').filter((name) => name.endsWith('.partial'))).toEqual([]);

  const still = await raremask(project, 'resume', 'small/run');
  expect(still.status, still.stderr).toBe(3);
  expect(still.stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);

  rmSync(project.at('small/filler'));
  const resumed = await raremask(project, 'resume', 'small/run');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(existsSync(project.at('small/run/report.html'))).toBe(true);
  await raremask(project, 'train', '--out', 'runs/whole');
  expect(metrics(project.at('small/run/metrics.csv'))).toEqual(
    metrics(project.at('runs/whole/metrics.csv')),
  );
  expect(tensors(project.at('small/run/checkpoints/last.safetensors'))).toEqual(
    tensors(project.at('runs/whole/checkpoints/last.safetensors')),
  );
});

test('a disk that takes no more is no bug, wherever it is met', () => {
  const said: string[] = [];
  const console = {
    ...createConsole({ json: false }),
    problem: (text: string) => void said.push(text),
  };
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
  });
  expect(reportFailure(full, console, '1.0.0')).toBe(3);
  expect(said.join()).toContain('the disk takes no more');
  expect(said.join()).toContain('TMPDIR');
});
