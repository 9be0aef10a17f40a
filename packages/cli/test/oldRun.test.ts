import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, type Project } from './project.ts';
import { metrics } from './runFiles.ts';

/**
 * What 1.0.0 left in runs/tiny of this project, two epochs long: a manifest and checkpoints from before
 * optimizers, schedules and augmentations were plugins.
 */
function oldRun(): Project {
  const project = createProject();
  const run = join(import.meta.dirname, 'fixtures', 'run-1.0.0');
  cpSync(run, project.at('runs', 'tiny'), { recursive: true });
  return project;
}

test('a run of 1.0.0 goes on with the numbers that 1.0.0 went on with', async () => {
  const project = oldRun();
  const more = ['--set', 'train.epochs=4'];
  const { status, stderr } = await raremask(project, 'resume', 'runs/tiny', ...more);
  expect(status, stderr).toBe(0);
  const [, , third, fourth] = metrics(project.at('runs/tiny/metrics.csv'));
  expect(Number(third!.loss)).toBeCloseTo(1.138457, 4);
  expect(Number(third!.gradient_norm)).toBeCloseTo(0.6949159, 4);
  expect(Number(fourth!.loss)).toBeCloseTo(1.140885, 4);
  expect(Number(fourth!.gradient_norm)).toBeCloseTo(0.6343193, 4);
});

test('a run of 1.0.0 is scored, reported, exported, and predicts', async () => {
  const project = oldRun();
  for (const command of [
    ['evaluate', 'runs/tiny'],
    ['report', 'runs/tiny'],
    ['export', 'runs/tiny', '--out', 'network.onnx'],
    ['predict', 'runs/tiny', 'data/images', '--out', 'predictions'],
  ]) {
    const { status, stderr } = await raremask(project, ...command);
    expect(status, stderr).toBe(0);
  }
  expect(project.files('predictions/masks')).toHaveLength(12);
});
