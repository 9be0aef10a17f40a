import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Graph, graphOf, lower, trace } from '../src/index.ts';
import { withoutDead } from '../src/passes/dead.ts';
import { simplified } from '../src/passes/simplify.ts';

let before = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});

afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

async function kernelsOf(
  shapes: readonly (readonly number[])[],
  run: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): Promise<{ graph: Graph; kernels: string[] }> {
  const { graph } = await graphOf(
    shapes.map((shape) => ({ shape, type: 'float32' as const })),
    (tensors) => [run(...tensors)].flat(),
  );
  return { graph, kernels: graph.nodes.map(({ kernel }) => kernel) };
}

it('computes what depends on constants only', async () => {
  const { graph, kernels } = await kernelsOf([[3]], (x) =>
    tf.add(x!, tf.mul(tf.tensor1d([1, 2, 3]), tf.scalar(2))),
  );
  expect(kernels).toEqual(['Add']);
  expect([...graph.nodes[0]!.inputs[1]!.constant!]).toEqual([2, 4, 6]);
});

it('folds constants of equal elements to one element', async () => {
  const { graph } = await kernelsOf([[2, 2]], (x) =>
    tf.mul(x!, tf.exp(tf.zeros([2, 2]))).add(tf.fill([2, 2], 3)),
  );
  expect(graph.nodes.map(({ kernel }) => kernel)).toEqual(['Add']);
  expect([...graph.nodes[0]!.inputs[1]!.constant!]).toEqual([3]);
});

it('leaves out products with 1 and sums with 0', async () => {
  const { graph, kernels } = await kernelsOf([[2, 3]], (x) =>
    tf.sub(tf.add(tf.mul(x!, tf.ones([2, 3])), tf.scalar(0)), tf.zeros([3])),
  );
  expect(kernels).toEqual([]);
  expect(graph.outputs[0]).toBe(graph.inputs[0]);
});

it('computes the same thing once', async () => {
  const { graph, kernels } = await kernelsOf([[2, 3]], (x) => [
    tf.exp(tf.neg(x!)),
    tf.exp(tf.neg(x!)),
  ]);
  expect(kernels).toEqual(['Neg', 'Exp']);
  expect(graph.outputs[0]).toBe(graph.outputs[1]);
});

it('does not share what differs in an attribute only', async () => {
  const { kernels } = await kernelsOf([[2, 3]], (x) => [tf.sum(x!, 0, true), tf.sum(x!, 0)]);
  expect(kernels).toEqual(['Sum', 'Sum']);
});

it('computes rows that are all alike once, and spreads the result', async () => {
  const { graph, kernels } = await kernelsOf([[1, 3]], (x) => tf.exp(tf.tile(x!, [1000, 1])));
  expect(kernels.filter((kernel) => kernel === 'Exp')).toHaveLength(1);
  const exp = graph.nodes.find(({ kernel }) => kernel === 'Exp')!;
  expect(exp.outputs[0]!.shape).toEqual([1, 3]);
  expect(graph.outputs[0]!.shape).toEqual([1000, 3]);
});

it('joins reshapes, and drops those that lead back', async () => {
  const { graph, kernels } = await kernelsOf([[2, 6]], (x) =>
    tf.reshape(tf.reshape(tf.reshape(x!, [12]), [3, 4]), [2, 6]),
  );
  expect(kernels).toEqual([]);
  expect(graph.outputs[0]).toBe(graph.inputs[0]);
});

it('leaves out what no result needs', async () => {
  const { graph } = await trace([{ shape: [3], type: 'float32' }], ([x]) => {
    tf.exp(tf.sin(x!));
    return [tf.neg(x!)];
  });
  expect(graph.nodes.map(({ kernel }) => kernel)).toEqual(['Sin', 'Exp', 'Neg']);
  expect(withoutDead(simplified(graph)).nodes.map(({ kernel }) => kernel)).toEqual(['Neg']);
});

it('transposes nothing between convolutions, bias and activation', async () => {
  const { graph } = await kernelsOf(
    [[1, 8, 8, 3], [3, 3, 3, 4], [4], [3, 3, 4, 4]],
    (x, first, bias, second) => {
      const made = tf.relu(
        tf.add(tf.conv2d(x as tf.Tensor4D, first as tf.Tensor4D, 1, 'same'), bias!),
      );
      return tf.conv2d(made as tf.Tensor4D, second as tf.Tensor4D, 1, 'same');
    },
  );
  const free = new Set([0, 1, 2, 3]);
  const { model, layouts } = lower(graph, { name: 'two', freeInputs: free });
  expect(layouts[1]).toEqual([3, 2, 0, 1]);
  // The image comes row by row and the result leaves so; nothing between them moves.
  const moves = model.nodes.filter(({ operator }) => operator === 'Transpose');
  expect(moves).toHaveLength(2);
});
