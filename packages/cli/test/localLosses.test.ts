import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { ownModel } from './ownModel.ts';
import { createProject, MANIFEST, type Project } from './project.ts';

function projectWithLoss(body: string): Project {
  const project = createProject(MANIFEST.replace('"@raremask/loss-ce"', './own.ts'));
  project.write(
    'own.ts',
    `import { defineLoss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

let step = 0;
export default defineLoss({
  name: 'own',
  api: 1,
  create: () => ({ probabilities, target }) => {
    step++;
    const error = tf.squaredDifference(probabilities, target);
    ${body}
  },
});
`,
  );
  return project;
}

test('a loss in a TypeScript file of its own trains, under its name', async () => {
  const project = projectWithLoss('return tf.mean(error, [1, 2, 3]);');
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(project.read('runs/tiny/metrics.csv')).toContain(',loss_own,');
});

test('a loss that is not a number stops the run with epoch, images of the batch, and term', async () => {
  // Two steps an epoch: the third is the first of the second epoch.
  const project = projectWithLoss('return tf.mul(tf.mean(error), step === 3 ? NaN : 1);');
  // The sentinel calls losses as well, which this one would count.
  project.write(
    'raremask.yaml',
    project.read('raremask.yaml').replace('epochs: 2', 'epochs: 2, sentinel: off'),
  );
  // By the step's number, which only a loss that is called at every step can count.
  const { status, stderr, stdout } = await raremask(project, 'train', '--backend', 'wasm');
  const error = stderr.split('\n').find((line) => line.startsWith('error'))!;
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(error).toContain('RAREMASK_LOSS_NOT_FINITE');
  expect(error).toContain('epoch 2, step 1');
  expect(error).toContain('loss[1] (own) = NaN');
  expect(error).not.toContain('loss[0]');
  // The fourth call is the next one, and it is finite.
  expect(error).toContain('something gives another result from call to call');
  expect(error.match(/scan0[0-7]/g)).toHaveLength(4);
  expect(error).toContain('last.safetensors');
  expect(stderr).not.toMatch(/^\s+at /m);
  const kept = await raremask(project, 'evaluate', 'runs/tiny');
  expect(kept.status, kept.stderr).toBe(0);
});

test('a loss that throws is named by its place in the manifest', async () => {
  const project = projectWithLoss("throw new Error('no idea');");
  const { status, stderr } = await raremask(project, 'train');
  expect(status).toBe(1);
  expect(stderr).toContain('loss[1] (own): the loss threw: no idea');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a loss of the wrong shape is told which one is right', async () => {
  const project = projectWithLoss('return error;');
  const { status, stderr } = await raremask(project, 'train');
  expect(status).toBe(1);
  expect(stderr).toContain('loss[1] (own): the loss returned a tensor of the wrong shape');
  expect(stderr).toContain(
    'Expected: [4] (one number per sample) or [] (a scalar). Got: [4, 16, 16, 2]',
  );
});

test('a compiled loss that is not a number is told in the same way', async () => {
  const project = projectWithLoss('return tf.mean(tf.log(tf.sub(error, 1)), [1, 2, 3]);');
  const { status, stderr } = await raremask(project, 'train');
  const error = stderr.split('\n').find((line) => line.startsWith('error'))!;
  expect(status).toBe(1);
  expect(stderr).toContain('compiled the training step');
  expect(error).toContain('RAREMASK_LOSS_NOT_FINITE');
  expect(error).toMatch(
    /^error loss\[1\] \(own\): in epoch 1, step 1 the loss is not finite: loss\[1\] \(own\) = NaN; Log gave NaN, of numbers -1 to -[\d.]+, at .*own\.ts:11:\d+;/,
  );
});

test('a model that is not a number is told by the operation, though two losses are broken by it', async () => {
  const project = createProject(MANIFEST.replace(/model: .*/, 'model: { use: ./own.ts }'));
  project.write(
    'own.ts',
    ownModel(`({ images, weights }) => {
      const rooted = tf.sqrt(images);
      return { logits: tf.conv2d(rooted as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same') };
    }`),
  );
  const { status, stderr } = await raremask(project, 'train');
  const error = stderr.split('\n').find((line) => line.startsWith('error'))!;
  expect(status).toBe(1);
  expect(error).toMatch(
    /^error model \(own\): in epoch 1, step 1 the loss is not finite: loss\[0\] .* = NaN, loss\[1\] .* = NaN; Sqrt gave NaN, of numbers .*, at .*own\.ts:11:\d+;/,
  );
});

test('a loss that reads values trains eagerly, and is named', async () => {
  const project = projectWithLoss(
    'return tf.mul(tf.mean(error, [1, 2, 3]), error.dataSync()[0] > 9 ? 2 : 1);',
  );
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(
    stderr.match(
      /^.*not compiled: loss\[1\] \(own\): reading values .* the input, at .*own\.ts:\d+:\d+; .*$/gm,
    ),
  ).toHaveLength(1);
  expect(stderr).not.toContain('compiled the training step of');
});
