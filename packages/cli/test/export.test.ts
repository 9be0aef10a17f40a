import { readFileSync } from 'node:fs';
import { loadRuntime } from '@raremask/compiler';
import { describe, expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { ownModel } from './ownModel.ts';
import { createProject, emptyProject, MANIFEST, type Project } from './project.ts';
import { writeVolumes } from './volumes.ts';

const outcome = await loadRuntime();
if (outcome.state !== 'ok')
  console.warn(`skipped: onnxruntime-node does not load (${outcome.detail})`);

async function trained(options = 'filters: 2, depth: 1'): Promise<Project> {
  const project = createProject(
    MANIFEST.replace('filters: 2, depth: 1', options).replace('epochs: 2', 'epochs: 1'),
  );
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  return project;
}

async function shapesOf(path: string, images: readonly number[]): Promise<readonly number[]> {
  if (outcome.state !== 'ok') throw new Error('onnxruntime is not there');
  const { InferenceSession, Tensor } = outcome.runtime;
  const session = await InferenceSession.create(readFileSync(path));
  const size = images.reduce((product, extent) => product * extent, 1);
  const { logits } = await session.run({
    images: new Tensor('float32', new Float32Array(size), images),
  });
  await session.release();
  return logits!.dims;
}

describe.skipIf(outcome.state !== 'ok')('an exported network', () => {
  test('takes any batch and any size, was compared with the model, and says what it is', async () => {
    const project = await trained();
    const { status, stdout, stderr } = await raremask(
      project,
      'export',
      'runs/tiny',
      '--out',
      'net.onnx',
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(
      'images [batch, height, width, 1] -> logits [batch, height, width, 2]',
    );
    expect(stdout).toMatch(/batches of 1, 2 and 5: at most [\d.]+e-\d of the largest logit/);
    expect(await shapesOf(project.at('net.onnx'), [3, 10, 14, 1])).toEqual([3, 10, 14, 2]);
    const text = readFileSync(project.at('net.onnx')).toString('latin1');
    for (const part of [
      '"name":"nodule","value":255',
      'multipleOf',
      'normalization',
      'threshold',
    ]) {
      expect(text).toContain(part);
    }
    // Operators of the standard alone: any runtime reads it.
    expect(text).not.toContain('com.microsoft');
    expect(project.files('.').filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test.each([
    [
      'filters: 4, depth: 1, blocks: residual, blocksPerLevel: 1, attention: true, squeezeExcite: true',
      [10, 14],
    ],
    ...further('other options', [
      ['filters: 4, depth: 1, norm: instance', [10, 14]],
      ['filters: 4, depth: 1, patch: 2, imageHead: 0.5', [12, 20]],
      ['filters: 2, depth: 1, norm: group, groups: 2, upsampling: resize', [10, 14]],
    ] as const),
  ] as const)('of %s takes any size as well', async (options, size) => {
    const project = await trained(options);
    const run = await raremask(project, 'export', 'runs/tiny', '--out', 'net.onnx');
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/batches of 1, 2 and 5: at most [\d.]+e-\d of the largest logit/);
    expect(await shapesOf(project.at('net.onnx'), [3, ...size, 1])).toEqual([3, ...size, 2]);
  });

  test('of a 3-D network takes any size as well', async () => {
    const project = emptyProject();
    writeVolumes(project);
    const manifest = MANIFEST.replace('dataset-images', 'dataset-volumes')
      .replace(/with: \{ root: data.*/, 'with: { root: set, view: volume }')
      .replace(/split: .*/, 'split: { validation: 0.34 }')
      .replace('epochs: 2, batch: 4', 'epochs: 1, batch: 2');
    project.write('raremask.yaml', manifest);
    const trained = await raremask(project, 'train');
    expect(trained.status, trained.stderr).toBe(0);
    const run = await raremask(project, 'export', 'runs/tiny', '--out', 'net.onnx');
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain('images [batch, depth, height, width, 1]');
    expect(await shapesOf(project.at('net.onnx'), [2, 4, 10, 6, 1])).toEqual([2, 4, 10, 6, 2]);
    // Two of them would be more pixels than are compared at once.
    const large = ['--out', 'large.onnx', '--size', '96x96x96'];
    const sized = await raremask(project, 'export', 'runs/tiny', ...large);
    expect(sized.status, sized.stderr).toBe(0);
    expect(sized.stdout).toContain('run by onnxruntime with a batch of 1: at most');
  });

  test('of one size is asked for where the graph needs it', async () => {
    const project = createProject(
      MANIFEST.replace(/model: .*/, 'model: { use: ./own.ts }').replace('epochs: 2', 'epochs: 1'),
    );
    project.write(
      'own.ts',
      ownModel(`({ images, weights }) => {
      const places = tf.reshape(tf.linspace(0, 1, images.shape[2]!), [1, 1, -1, 1]);
      return { logits: tf.conv2d(tf.mul(images, places) as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same') };
    }`),
    );
    const trained = await raremask(project, 'train');
    expect(trained.status, trained.stderr).toBe(0);
    const without = await raremask(project, 'export', 'runs/tiny', '--out', 'net.onnx');
    expect(without.status).toBe(1);
    expect(without.stderr).toContain('[RAREMASK_EXPORT_SIZE]');
    expect(project.files('.')).not.toContain('net.onnx');
    const sized = await raremask(
      project,
      'export',
      'runs/tiny',
      '--out',
      'net.onnx',
      '--size',
      '8x16',
    );
    expect(sized.status, sized.stderr).toBe(0);
    expect(sized.stdout).toContain('images [batch, 8, 16, 1]');
    expect(await shapesOf(project.at('net.onnx'), [4, 8, 16, 1])).toEqual([4, 8, 16, 2]);
    const wrong = await raremask(
      project,
      'export',
      'runs/tiny',
      '--out',
      'net.onnx',
      '--size',
      'big',
    );
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('[RAREMASK_WRONG_SIZE]');
  });
});
