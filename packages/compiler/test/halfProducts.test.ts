import { tf } from '@raremask/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  compile,
  type Elements,
  gpuProvider,
  graphOf,
  inMemory,
  intoPort,
  lower,
  productsAt,
  segmentsOf,
  type Tracer,
} from '../src/index.ts';
import type { OnnxModel } from '../src/onnx/model.ts';
import { withHalfProducts } from '../src/passes/halfProducts.ts';
import { runtimeOrLine } from './comparison.ts';
import { seeded } from './random.ts';

/** An image, the filters of three layers of which one widens, and a matrix that only an optimizer multiplies with. */
const SHAPES = [
  [2, 8, 8, 3],
  [3, 3, 3, 16],
  [2, 2, 16, 16],
  [3, 3, 16, 2],
  [4, 4],
];

/** A model, a loss that convolves as well, gradients, and a product of an optimizer's own. */
function step(
  [image, ...weights]: readonly tf.Tensor[],
  at: Tracer['at'] = (_, run) => run(),
): tf.Tensor[] {
  const forward = (first: tf.Tensor, up: tf.Tensor, last: tf.Tensor) => {
    const logits = at('model', () => {
      const wide = tf.relu(tf.conv2d(image as tf.Tensor4D, first as tf.Tensor4D, 1, 'same'));
      const narrow = tf.maxPool(wide as tf.Tensor4D, 2, 2, 0);
      const again = tf.conv2dTranspose(narrow, up as tf.Tensor4D, [2, 8, 8, 16], 2, 'same');
      const joined = tf.add(wide, again) as tf.Tensor4D;
      return tf.conv2d(joined, last as tf.Tensor4D, 1, 'same');
    });
    const smooth = tf.reshape(tf.range(-0.9, 0.9, 0.1), [3, 3, 2, 1]) as tf.Tensor4D;
    return at('loss[0]', () =>
      tf.sum(tf.square(tf.conv2d(tf.softmax(logits) as tf.Tensor4D, smooth, 1, 'same'))),
    ) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(forward)(weights.slice(0, 3));
  const moved = at('train.optimizer', () => tf.matMul(weights[3]!, weights[3]!));
  return [value, ...grads, moved];
}

async function traced() {
  const { graph } = await graphOf(
    SHAPES.map((shape) => ({ shape, type: 'float32' as const })),
    (tensors, tracer) => step(tensors, tracer.at),
  );
  return graph;
}

/** Operators that give float16, by the names of what they give. */
function halves({ nodes }: OnnxModel): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { operator, inputs, outputs, attributes } of nodes) {
    const is =
      operator === 'Cast' ? attributes['to'] === 10 : inputs.some((input) => found.has(input));
    if (is) for (const output of outputs) found.add(output);
  }
  return found;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the products of a model in float16', () => {
  test('are its convolutions and their gradients, and none of a loss or an optimizer', async () => {
    const graph = await traced();
    const found = productsAt(graph, 'model');
    const kernels = graph.nodes
      .filter(({ outputs }) => found.has(outputs[0]!))
      .map(({ kernel }) => kernel);
    // Of the transposed convolution, which is an input gradient, the gradients are a convolution and a filter gradient.
    expect(kernels.toSorted()).toEqual([
      ...['Conv2D', 'Conv2D', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropFilter'],
      ...['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'Conv2DBackpropInput'],
    ]);
    const others = graph.nodes.filter(
      ({ kernel, outputs }) => /^Conv|MatMul/.test(kernel) && !found.has(outputs[0]!),
    );
    // The loss's own and its gradient; the optimizer's.
    expect(others.map(({ kernel }) => kernel).toSorted()).toEqual([
      ...['BatchMatMul', 'Conv2D', 'Conv2DBackpropInput'],
    ]);
  });

  test('get nothing but float16, and everything else gets none of it', async () => {
    const graph = await traced();
    const provider = gpuProvider('webgpu');
    const { model } = lower(graph, {
      name: 'half',
      provider,
      halves: productsAt(graph, 'model'),
    });
    const half = halves(model);
    const ints = new Set(
      model.initializers.filter(({ type }) => type === 7).map(({ name }) => name),
    );
    const mixed = model.nodes.filter(({ operator, inputs }) => {
      const numbers = inputs.filter((input) => !ints.has(input));
      const count = numbers.filter((input) => half.has(input)).length;
      return operator !== 'Cast' && count > 0 && count < numbers.length;
    });
    expect(mixed).toEqual([]);
    const using = new Set(
      model.nodes
        .filter(({ inputs }) => inputs.some((input) => half.has(input)))
        .map(({ operator }) => operator),
    );
    expect(
      [...using].filter((operator) => /Add|Mul|Relu|Exp|Reduce|Softmax|Div/.test(operator)),
    ).toEqual(['MatMul']);
    for (const { name } of model.outputs) expect(half.has(name)).toBe(false);
  });

  test('are found before a graph is cut into segments, in which forward and gradients lie apart', async () => {
    const graph = await traced();
    const found = productsAt(graph, 'model');
    const inSegments = segmentsOf(graph).flatMap(({ graph: part }) =>
      part.nodes.filter(({ outputs }) => found.has(outputs[0]!)),
    );
    expect(inSegments).toHaveLength(found.size);
  });

  test('take numbers that are moved to them in float16, unless somebody else wants these too', () => {
    const node = (operator: string, inputs: string[], output: string) => ({
      ...{ operator, inputs, outputs: [output], attributes: {} },
    });
    const model = {
      ...{ name: 'moves', initializers: [], metadata: {} },
      inputs: [{ name: 'x', type: 1, shape: [2, 2] }],
      outputs: [{ name: 'sum', type: 1, shape: [2, 2] }],
      nodes: [
        node('Transpose', ['x'], 'turned'),
        node('Reshape', ['x', 'shape'], 'shaped'),
        node('MatMul', ['turned', 'shaped'], 'y'),
        node('Add', ['y', 'shaped'], 'sum'),
      ],
    };
    const { nodes } = withHalfProducts(model, new Set(['y']), false);
    expect(nodes.map(({ operator, inputs }) => [operator, ...inputs].join(' '))).toEqual([
      'Cast x',
      'Transpose x.rounded',
      'Reshape x shape',
      'Cast shaped',
      'MatMul turned shaped.rounded',
      'Cast y.half',
      'Add y shaped',
    ]);
  });
});

test('a step in float16 is near that in float32, and is rounded', async () => {
  const runtime = await runtimeOrLine();
  if (runtime === undefined) return;
  const random = seeded(3);
  const values = SHAPES.map((shape) =>
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random() - 0.5),
  );
  const graph = await traced();
  const results = async (half: boolean): Promise<Elements[]> => {
    const program = await compile(runtime, graph, {
      ...{ name: 'half', threads: 1, optimize: 'extended' },
      ...(half && { halves: productsAt(graph, 'model') }),
    });
    const inputs = values.map((one, index) => intoPort(program.inputs[index]!, one));
    const found = inMemory(await program.run(inputs));
    await program.dispose();
    return found;
  };
  const [whole, half] = [await results(false), await results(true)];
  const apart = whole.map((expected, index) => {
    const largest = Math.max(...Array.from(expected, Math.abs));
    return Math.max(
      ...Array.from(expected, (one, at) => Math.abs(one - half[index]![at]!) / largest),
    );
  });
  // Operands and results have 11 bits, each 5e-4 of itself apart at most; three products follow each other, both ways.
  for (const difference of apart.slice(0, 4)) expect(difference).toBeLessThan(6 * 5e-4);
  // The gradients of all filters, and not the optimizer's product.
  for (const difference of apart.slice(1, 4)) expect(difference).toBeGreaterThan(1e-5);
  expect(apart[4]).toBe(0);
});
