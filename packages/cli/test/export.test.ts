import { readFileSync } from 'node:fs';
import { loadRuntime } from '@raremask/compiler';
import { describe, expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';

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
    'filters: 4, depth: 1, blocks: residual, blocksPerLevel: 1, attention: true, squeezeExcite: true',
    'filters: 4, depth: 1, norm: instance',
  ])('of %s takes any size as well', async (options) => {
    const project = await trained(options);
    const run = await raremask(project, 'export', 'runs/tiny', '--out', 'net.onnx');
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/batches of 1, 2 and 5: at most [\d.]+e-\d of the largest logit/);
    expect(await shapesOf(project.at('net.onnx'), [3, 10, 14, 1])).toEqual([3, 10, 14, 2]);
  });

  test('of one size is asked for where the graph needs it', async () => {
    const project = await trained(
      'filters: 2, depth: 1, norm: group, groups: 2, upsampling: resize',
    );
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
