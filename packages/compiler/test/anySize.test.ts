import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compileAnySize, type Graph, graphOf, NotGeneral } from '../src/index.ts';
import { runtimeOrLine } from './comparison.ts';

const runtime = await runtimeOrLine();

type Shape = [number, number, number, number];
type Body = (x: tf.Tensor4D) => tf.Tensor;

/** Rows and columns apart, then whatever lies before a column together with it. */
const folded: Body = (x) => {
  const [batch, height, width, channels] = x.shape;
  const halves = tf.reshape(x, [batch * height, width / 2, 2, channels]);
  const turned = tf.transpose(halves, [0, 2, 1, 3]);
  return tf.reshape(turned, [batch, height, 2, (width / 2) * channels]);
};

/** All extents but the channels' differ, by other ratios. */
const SIZES: readonly Shape[] = [
  [3, 5, 14, 2],
  [5, 7, 22, 2],
];

async function graphsOf(body: Body, sizes = SIZES): Promise<[Graph, Graph]> {
  await tf.setBackend('cpu');
  const graphs: Graph[] = [];
  for (const shape of sizes) {
    const { graph } = await graphOf([{ shape, type: 'float32' }], ([x]) => [
      body(x as tf.Tensor4D),
    ]);
    graphs.push(graph);
  }
  return graphs as [Graph, Graph];
}

const options = { name: 'any', threads: 1, optimize: 'all' } as const;

test.skipIf(!runtime)('shapes of several products of extents fit every size', async () => {
  const program = await compileAnySize(runtime!, await graphsOf(folded), options);
  for (const shape of [
    [2, 3, 6, 2],
    [1, 1, 2, 2],
    [4, 8, 4, 2],
  ] satisfies Shape[]) {
    const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, at) => at);
    const [found] = await program.run([values], new Map([[0, shape]]));
    const wanted = tf.tidy(() => folded(tf.tensor4d(values, shape)).dataSync());
    expect([...found!]).toEqual([...wanted]);
  }
  await program.dispose();
});

test.skipIf(!runtime)(
  'extents that are no products are refused, and those that could be several',
  async () => {
    const lengthened: Body = (x) => {
      const [batch, height, width, channels] = x.shape;
      const padded = tf.pad(x, [
        [0, 0],
        [1, 1],
        [1, 2],
        [0, 0],
      ]);
      return tf.reshape(padded, [batch * channels, (height + 2) * 1, width + 3]);
    };
    await expect(compileAnySize(runtime!, await graphsOf(lengthened), options)).rejects.toThrow(
      NotGeneral,
    );
    // Batch and height grow alike: which of them an extent is cannot be seen.
    const alike = await graphsOf(folded, [
      [3, 3, 14, 2],
      [5, 5, 22, 2],
    ]);
    await expect(compileAnySize(runtime!, alike, options)).rejects.toThrow(NotGeneral);
  },
);
