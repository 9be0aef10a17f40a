import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, MANIFEST } from './project.ts';
import { metrics, tensors } from './runFiles.ts';

const set = (...overrides: readonly string[]) => overrides.flatMap((one) => ['--set', one]);

test('what was frozen is trained from the thaw on, and a run that goes on past it is the same', async () => {
  const project = createProject(
    MANIFEST.replace('depth: 1 } }', 'depth: 1 }, freeze: [encoder], thaw: 1 }').replace(
      'epochs: 2, batch: 4',
      'epochs: 3, batch: 4, schedule: constant',
    ),
  );
  // Nothing is compiled, which would take longer than all steps.
  project.write('raremask.yaml', `${project.read('raremask.yaml')}backend: wasm\n`);
  const whole = await raremask(project, 'train', '--out', 'runs/whole');
  expect(whole.status, whole.stderr).toBe(0);
  expect(whole.stderr).toContain('from epoch 2 on all weights are trained (model.thaw)');
  // An epoch with the encoder frozen for good; the thaw is asked for when the run goes on.
  const short = set('train.epochs=1', 'model.thaw=null');
  await raremask(project, 'train', '--out', 'runs/parts', ...short);
  const frozen = tensors(project.at('runs/parts/checkpoints/last.safetensors'));
  const rest = set('train.epochs=3', 'model.thaw=1');
  const { status, stderr } = await raremask(project, 'resume', 'runs/parts', ...rest);
  expect(status, stderr).toBe(0);
  const last = tensors(project.at('runs/whole/checkpoints/last.safetensors'));
  expect(tensors(project.at('runs/parts/checkpoints/last.safetensors'))).toEqual(last);
  const names = [...Object.keys(last)].filter((name) => /^weight\.encoder.*kernel/.test(name));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(last[name]).not.toEqual(frozen[name]);
});

test('a score that gets no better ends the training, which goes on where that is taken away', async () => {
  const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 4'));
  // No score can be better by more than 1 than the first.
  const stop = set('train.earlyStop={ patience: 2, by: 1 }');
  const { status, stderr } = await raremask(project, 'train', ...stop);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('stopped early: no score better by more than 1 for 2 epochs');
  const epochs = () => metrics(project.at('runs/tiny/metrics.csv')).length;
  expect(epochs()).toBe(3);
  const on = await raremask(project, 'resume', 'runs/tiny', ...set('train.earlyStop=null'));
  expect(on.status, on.stderr).toBe(0);
  expect(epochs()).toBe(4);
});

test('seeds are trained one after the other, each in its folder, with their spread', async () => {
  const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 1'));
  const { status, stdout, stderr } = await raremask(project, 'train', '--seeds', '3,5');
  expect(status, stderr).toBe(0);
  expect(existsSync(project.at('runs/tiny-seed-3/report.html'))).toBe(true);
  expect(project.read('runs/tiny-seed-5/manifest.resolved.yaml')).toContain('seed: 5');
  expect(stdout).toMatch(/Over 2 seeds, mean and standard deviation: Dice .* ± /);
  const twice = await raremask(project, 'train', '--seeds', '3,3');
  expect(twice.stderr).toContain('RAREMASK_SEEDS');
});
