import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Facts, Model, Parameter } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { describe as describeModel } from '../src/index.ts';
import { countTensors } from './gradients.ts';
import { FACTS, network, uniform } from './network.ts';

countTensors();

/** Written by fixtures/make.py, with PyTorch. */
interface Reference {
  readonly size: readonly number[];
  readonly options: object;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Every fifth one. */
  readonly logits: Readonly<Record<'train' | 'infer', readonly number[]>>;
}

const file = join(import.meta.dirname, 'fixtures', 'networks.json');
const references = JSON.parse(readFileSync(file, 'utf8')) as readonly Reference[];

const CLASSES = ['background', 'lesion', 'vessel'].map((name, value) => ({ name, value }));

/** The same sines of their place as in make.py. */
function sine(name: string, shape: readonly number[]): Float64Array {
  const phase = 0.1 * [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const size = tf.util.sizeFromShape([...shape]);
  return Float64Array.from({ length: size }, (_, at) => Math.sin(0.37 * at + phase));
}

function valuesOf({ name, shape }: Parameter): tf.Tensor {
  const sines = sine(name, shape);
  const kind = name.split('.').at(-1)!;
  const fan = tf.util.sizeFromShape(shape.slice(0, -1));
  const value = (x: number) => {
    if (kind === 'kernel') return (1.4 / Math.sqrt(fan)) * x;
    if (kind === 'scale') return 1 + 0.2 * x;
    return kind === 'variance' ? 1 + 0.3 * x : 0.1 * x;
  };
  return tf.tensor(Float32Array.from(sines, value), [...shape]);
}

async function made({ options, size }: Reference): Promise<Model> {
  const facts: Facts = {
    ...FACTS,
    space: size.length as 2 | 3,
    channels: 2,
    classes: CLASSES,
  };
  return network(options, { facts, shares: [0.9, 0.05, 0.05] });
}

describe.each(references)('$options on images of $size', (reference) => {
  test('has the weights and buffers of the network in PyTorch', async () => {
    const model = await made(reference);
    const all = [...model.weights, ...model.buffers];
    expect(Object.fromEntries(all.map(({ name, shape }) => [name, shape]))).toEqual(
      reference.shapes,
    );
    const numbers = Object.values(reference.shapes).reduce(
      (sum, shape) => sum + tf.util.sizeFromShape([...shape]),
      0,
    );
    const { parameters, buffers } = describeModel(model);
    expect(parameters + buffers).toBe(numbers);
  });

  test.each(['train', 'infer'] as const)('gives its logits, mode %s', async (mode) => {
    const model = await made(reference);
    const found = tf.tidy(() => {
      const shape = [2, ...reference.size, 2];
      const { logits } = model.forward({
        images: tf.tensor(Float32Array.from(sine('images', shape)), shape),
        weights: model.weights.map(valuesOf),
        buffers: model.buffers.map(valuesOf),
        mode,
        uniform,
      });
      return [...logits.dataSync()].filter((_, at) => at % 5 === 0);
    });
    const expected = reference.logits[mode];
    expect(found).toHaveLength(expected.length);
    const largest = Math.max(...expected.map(Math.abs));
    for (const [at, value] of expected.entries()) {
      // float32 against float64 through a dozen normalised layers.
      expect(Math.abs(found[at]! - value)).toBeLessThan(2e-5 * Math.max(1, largest));
    }
  });
});
