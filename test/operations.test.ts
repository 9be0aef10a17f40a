import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import { compile, graphOf, intoPort, loadRuntime } from '@raremask/compiler';
import type { LossInput } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { gradientGap, learntFrom, lossInput, tapeLength } from '@raremask/core/loss';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { further } from './further.ts';
import { differentiable, type Uses, without } from './operations.ts';
import { root } from './pack.ts';

const SHAPE = [2, 4, 6, 3] as const;
const SIZE = 144;
const random = createRandom('operations');
const logits = Float32Array.from({ length: SIZE }, () => random.normal());

/** What a loss of a mean is, as a function of the logits. */
const lossOf = (uses: Uses) => (x: tf.Tensor) => {
  const shape = [...SHAPE];
  const zeros = tf.zeros(shape);
  const seen = lossInput({ overlapping: false }, x, zeros, tf.ones([...shape.slice(0, 3), 1]));
  return tf.mean(tf.cast(uses(seen.probabilities as tf.Tensor4D), 'float32')) as tf.Scalar;
};

function gradientOf(uses: Uses): Float32Array {
  return tf.tidy(() =>
    tf
      .grad(lossOf(uses))(tf.tensor(logits, [...SHAPE]))
      .dataSync(),
  ) as Float32Array;
}

function computed(uses: Uses, at: Float32Array): number {
  return tf.tidy(() => lossOf(uses)(tf.tensor(at, [...SHAPE])).dataSync()[0]!);
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  const scale = Math.max(...Array.from(expected, Math.abs));
  expect(found.length).toBe(expected.length);
  for (let index = 0; index < found.length; index++) {
    expect(Math.abs(found[index]! - expected[index]!)).toBeLessThanOrEqual(
      tolerance * scale + 1e-7,
    );
  }
}

const runtime = await loadRuntime();

/** The gradient as a training step computes it. */
async function compiledGradientOf(uses: Uses): Promise<Float32Array> {
  if (runtime.state !== 'ok') throw new Error(runtime.detail);
  const input = { shape: SHAPE, type: 'float32' as const };
  const { graph } = await graphOf([input], ([x]) => [tf.grad(lossOf(uses))(x!)]);
  const options = { name: 'gradient', threads: 1, optimize: 'extended' } as const;
  const program = await compile(runtime.runtime, graph, options);
  const [gradient] = await program.run([intoPort(program.inputs[0]!, logits)]);
  await program.dispose();
  return gradient as Float32Array;
}

/** Each is a program of its own: with npm run test:full all of them, otherwise the first of its kind. */
const [first, ...others] = Object.entries(differentiable);
const compiled = [first!, ...further('every operation compiled', others)];

describe.skipIf(runtime.state !== 'ok')('compiled', () => {
  test.each(compiled)('%s has the same gradient', async (_, uses) => {
    await prepareBackend('cpu');
    const expected = gradientOf(uses);
    expectClose(await compiledGradientOf(uses), expected, 1e-4);
  });
});

describe.each(Object.entries(differentiable))('%s', (_, uses) => {
  test('has the gradient that differences of its values have', async () => {
    await prepareBackend('cpu');
    const gradient = gradientOf(uses);
    const steepness = Math.hypot(...gradient);
    const stream = createRandom('direction');
    let wrong = 0;
    for (let trial = 0; trial < 10; trial++) {
      // A few logits in each: a comparison makes a jump for few of them.
      const direction = Float32Array.from(logits, () =>
        stream.next() < 0.03 ? stream.normal() : 0,
      );
      const moved = (by: number) => logits.map((logit, index) => logit + by * direction[index]!);
      const [ahead, behind] = [computed(uses, moved(1e-2)), computed(uses, moved(-1e-2))];
      const differences = (ahead - behind) / 2e-2;
      const along = gradient.reduce((sum, slope, index) => sum + slope * direction[index]!, 0);
      // In float32, a value is off by 1e-7 of itself.
      const noise = (4e-7 * Math.abs(ahead)) / 2e-2;
      if (Math.abs(along - differences) > 0.02 * Math.max(Math.abs(along), steepness / 3) + noise) {
        wrong++;
      }
    }
    expect(wrong).toBeLessThan(4);
  });

  test('has the same gradient on wasm', async () => {
    await prepareBackend('cpu');
    const expected = gradientOf(uses);
    await prepareBackend('wasm');
    expectClose(gradientOf(uses), expected, 1e-4);
  });
});

describe.each(Object.entries(without))('%s', (_, [kernel, uses]) => {
  test('has none, and is named', async () => {
    await prepareBackend('cpu');
    const loss = ({ probabilities }: LossInput) =>
      tf.mean(tf.cast(uses(probabilities as tf.Tensor4D), 'float32')) as tf.Scalar;
    let named: string | undefined;
    tf.tidy(() =>
      tf.grad((x) => {
        const shape = [...SHAPE];
        const weight = tf.ones([...shape.slice(0, 3), 1]);
        const input = lossInput({ overlapping: false }, x, tf.zeros(shape), weight);
        const since = tapeLength();
        const gap = gradientGap({
          from: learntFrom(input),
          to: [loss(input)],
          since,
          again: () => loss(input),
        });
        named = gap?.kernel;
        expect(gap?.instead).toContain('docs/gradients.md');
        return tf.mean(x);
      })(tf.tensor(logits, [...SHAPE])),
    );
    expect(named).toBe(kernel);
  });
});

describe('docs/gradients.md', () => {
  const text = readFileSync(join(root, 'docs', 'gradients.md'), 'utf8');
  const blocks = [...text.matchAll(/^### (.*)\n(?:(?!^#)[\s\S])*?^```js\n([\s\S]*?)^```$/gm)];

  test('has a loss for each way round', () => expect(blocks).toHaveLength(3));

  test.each(blocks.map(([, title, code]) => [title!, code!]))('%s learns', async (_, code) => {
    await prepareBackend('wasm');
    const loss = new Function('tf', `${code}; return loss;`)(tf) as (input: LossInput) => tf.Tensor;
    const target = tf.oneHot(tf.range(0, 48, 1, 'int32').mod(tf.scalar(3, 'int32')), 3);
    const gradient = tf.tidy(() =>
      tf
        .grad((x) => {
          const truth = tf.cast(tf.reshape(target, [...SHAPE]), 'float32');
          return tf.mean(
            loss(lossInput({ overlapping: false }, x, truth, tf.ones([...SHAPE.slice(0, 3), 1]))),
          );
        })(tf.tensor(logits, [...SHAPE]))
        .dataSync(),
    );
    expect(gradient.some((slope) => slope !== 0)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});
