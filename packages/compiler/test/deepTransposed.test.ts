import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile, graphOf, inMemory, onProvider } from '../src/index.ts';
import { runtimeOrLine } from './comparison.ts';

const runtime = await runtimeOrLine();

/** Extents of an image, of a filter, strides, padding. */
const CASES = [
  [6, 2, 2, 'valid'],
  [7, 3, 2, 'same'],
  [8, 3, 2, 'same'],
  [8, 3, 2, 'valid'],
  [7, 1, 2, 'valid'],
  [9, 4, 3, 'same'],
] as const;

test.skipIf(!runtime).each(CASES)(
  'without ConvTranspose in 3-D, dy spaced with zeros gives the same gradient: %i by %i, stride %i, %s',
  async (extent, size, stride, padding) => {
    await tf.setBackend('cpu');
    const shape: [number, number, number, number, number] = [2, extent, extent, extent, 3];
    const filterShape: [number, number, number, number, number] = [size, size, size, 3, 4];
    const wave = (of: readonly number[]) =>
      Float32Array.from({ length: of.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(at));
    const gradient = ([x, filter]: readonly tf.Tensor[]) => [
      tf.grad((image) =>
        tf.sum(tf.square(tf.conv3d(image as tf.Tensor5D, filter as tf.Tensor5D, stride, padding))),
      )(x!),
    ];
    const inputs = [shape, filterShape].map((one) => ({ shape: one, type: 'float32' as const }));
    const { graph } = await graphOf(inputs, gradient);
    const provider = { ...runtime!.provider, deepTransposed: false };
    const options = { name: 'one', threads: 1, optimize: 'extended' } as const;
    const program = await compile(onProvider(runtime!, provider), graph, options);
    const [found] = inMemory(await program.run([wave(shape), wave(filterShape)]));
    await program.dispose();
    const wanted = tf.tidy(() =>
      gradient([
        tf.tensor(wave(shape), shape),
        tf.tensor(wave(filterShape), filterShape),
      ])[0]!.dataSync(),
    );
    const scale = Math.max(...Array.from(wanted, Math.abs));
    for (const [at, value] of wanted.entries()) {
      expect(Math.abs(found![at]! - value)).toBeLessThan(1e-5 * scale);
    }
  },
);
