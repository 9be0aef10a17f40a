import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile, graphOf, inMemory, onProvider } from '../src/index.ts';
import { runtimeOrLine } from './comparison.ts';

const runtime = await runtimeOrLine();

/** Extents of an image, of a window, strides, padding: windows overlap, or leave gaps. */
const CASES = [
  [[8, 8], 3, 2, 'same'],
  [[7, 6], 3, 2, 'same'],
  [[8, 7], 3, 2, 'valid'],
  [[9, 9], 4, 3, 'same'],
  [[7, 6], 3, 2, 1],
  [[8, 8], 2, 3, 'valid'],
] as const;

test.skipIf(!runtime).each(CASES)(
  'without the places of maxima, comparing gives the same gradient: %j by %i, stride %i, %s',
  async (extent, size, stride, padding) => {
    await tf.setBackend('cpu');
    const shape: [number, number, number, number] = [2, ...extent, 3];
    // Few values, so that windows have several maxima; some of them far below 0.
    const values = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, at) => ((at * 7) % 5) - 1000,
    );
    const gradient = ([x]: readonly tf.Tensor[]) => [
      tf.grad((image) => {
        const pooled = tf.maxPool(image as tf.Tensor4D, size, stride, padding);
        const places = Float32Array.from({ length: pooled.size }, (_, at) => (at % 7) - 3);
        return tf.sum(tf.mul(pooled, tf.tensor(places, pooled.shape)));
      })(x!),
    ];
    const { graph } = await graphOf([{ shape, type: 'float32' }], gradient);
    const provider = { ...runtime!.provider, poolingPlaces: false };
    const options = { name: 'one', threads: 1, optimize: 'extended' } as const;
    const program = await compile(onProvider(runtime!, provider), graph, options);
    const [found] = inMemory(await program.run([values]));
    await program.dispose();
    const wanted = tf.tidy(() => gradient([tf.tensor(values, shape)])[0]!.dataSync());
    expect([...found!]).toEqual([...wanted]);
  },
);
