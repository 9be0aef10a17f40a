import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, emptyProject } from './project.ts';

test('lab says of named losses what they do to empty images, as a table and as JSON', async () => {
  const project = emptyProject();
  const losses = [
    ...['--loss', '{ use: "@raremask/loss-dice", with: { empty: smooth } }'],
    ...['--loss', '@raremask/loss-ce'],
  ];
  const table = await raremask(project, 'lab', ...losses, '--html', 'lab.html');
  expect(table.status, table.stderr).toBe(0);
  expect(table.stdout).toMatch(/^loss-dice empty: smooth +silent /m);
  expect(table.stdout).toMatch(/^loss-ce +fine /m);
  expect(table.stdout).toMatch(/^What to do$/m);

  const page = project.read('lab.html');
  expect(page.match(/<svg /g)).toHaveLength(4);
  expect(page).toContain('All situations');
  expect(page).not.toMatch(/https?:|<script/);

  const { stdout } = await raremask(project, 'lab', ...losses, '--json');
  const result = JSON.parse(stdout) as { losses: { verdict: string; trials: object[] }[] };
  expect(result.losses.map(({ verdict }) => verdict)).toEqual(['silent', 'fine']);
  expect(result.losses[0]!.trials).toHaveLength(2);
});

test("lab tries a manifest's terms, a local loss among them, and their sum", async () => {
  const project = createProject();
  project.write(
    'constant.ts',
    `import { defineLoss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
export default defineLoss({
  name: 'nothing',
  api: 1,
  create: () => ({ logits }) => tf.mul(tf.mean(logits), 0),
});
`,
  );
  const set = 'loss=[{ use: "@raremask/loss-ce", weight: 2 }, { use: ./constant.ts }]';
  const { status, stdout, stderr } = await raremask(
    project,
    ...['lab', 'raremask.yaml', '--set', set, '--structure', '9', '--json'],
  );
  expect(status, stderr).toBe(0);
  const { losses, structure } = JSON.parse(stdout) as {
    structure: number;
    losses: { name: string; verdict: string; falseGradient: number }[];
  };
  expect(structure).toBe(9);
  expect(losses.map(({ name }) => name)).toEqual(['sum of the terms', 'cross-entropy', 'nothing']);
  expect(losses[0]!.falseGradient).toBeCloseTo(2, 3);
  expect(losses[2]!.verdict).toBe('constant');
});

test.each([
  [['--loss', '@raremask/loss-dise'], 2, 'RAREMASK_PLUGIN_NOT_FOUND'],
  [['--loss', '{ with: {} }'], 2, 'RAREMASK_LAB_LOSS'],
  [['--loss', '{ use: "@raremask/loss-dice", with: { pool: all } }'], 2, 'RAREMASK_LAB_OPTIONS'],
  [['--size', '64'], 2, 'RAREMASK_LAB_SIDES'],
  [['--structure', 'large'], 2, 'RAREMASK_LAB_STRUCTURE'],
  [['--loss', '@raremask/unet'], 2, 'RAREMASK_PLUGIN_KIND'],
])('lab refuses %j', async (words, expected, code) => {
  const { status, stderr } = await raremask(emptyProject(), 'lab', ...words);
  expect(status, stderr).toBe(expected);
  expect(stderr).toContain(`[${code}]`);
});
