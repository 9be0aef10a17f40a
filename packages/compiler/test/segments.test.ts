import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  compile,
  compileInSegments,
  EXCHANGE,
  type Graph,
  graphOf,
  inMemory,
  intoPort,
  loadRuntime,
  outOfPort,
  type Program,
  type Runtime,
  segmentsOf,
} from '../src/index.ts';
import { seeded } from './random.ts';

/** A sum over processes, of which one does what `alone` does. */
const summed = (x: tf.Tensor) => tf.engine().runKernel(EXCHANGE, { x }) as tf.Tensor;
const tripled = (x: tf.Tensor) => tf.mul(x, 3);

let runtime: Runtime;

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.registerGradient({
    kernelName: EXCHANGE,
    gradFunc: (dy) => ({ x: () => summed(dy as tf.Tensor) }),
  });
  const outcome = await loadRuntime();
  if (outcome.state !== 'ok') throw new Error(`onnxruntime-node is ${outcome.state}`);
  runtime = outcome.runtime;
});

const SHAPES = [
  [2, 6, 6, 3],
  [3, 3, 3, 4],
  [3, 3, 4, 2],
];

/** Two convolutions, each normalised by what all processes say, and the gradients of both filters. */
function step(over: (x: tf.Tensor) => tf.Tensor) {
  return ([images, first, second]: tf.Tensor[]): tf.Tensor[] => {
    const normal = (x: tf.Tensor) => {
      const mean = over(tf.mean(x, [0, 1, 2]));
      const spread = over(tf.mean(tf.square(x), [0, 1, 2]));
      return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(spread, 1)));
    };
    const loss = (one: tf.Tensor, two: tf.Tensor) => {
      const hidden = tf.relu(
        normal(tf.conv2d(images as tf.Tensor4D, one as tf.Tensor4D, 1, 'same')),
      );
      const out = normal(tf.conv2d(hidden as tf.Tensor4D, two as tf.Tensor4D, 1, 'same'));
      return tf.sum(tf.square(out)) as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)([first!, second!]);
    return [value, ...grads, tf.sub(first!, tf.mul(grads[0]!, 0.1))];
  };
}

function graph(over: (x: tf.Tensor) => tf.Tensor): Promise<{ readonly graph: Graph }> {
  return graphOf(
    SHAPES.map((shape) => ({ shape, type: 'float32' as const })),
    step(over),
  );
}

async function results(program: Program): Promise<number[][]> {
  const random = seeded(3);
  const inputs = SHAPES.map((shape, index) => {
    const values = Float32Array.from(
      { length: tf.util.sizeFromShape(shape) },
      () => random() - 0.5,
    );
    return intoPort(program.inputs[index]!, values);
  });
  const made = inMemory(await program.run(inputs));
  return made.map((elements, index) => [...outOfPort(program.outputs[index]!, elements)]);
}

const options = { name: 'step', threads: 1, optimize: 'extended' } as const;

describe('a graph that sums over processes', () => {
  test('is cut where one sum waits for another, and nowhere else', async () => {
    const segments = segmentsOf((await graph(summed)).graph);
    // Two on the way forward and two back, each of a pair that does not wait for the other.
    expect(segments.map(({ exchanged }) => exchanged.length)).toEqual([2, 2, 2, 2, 0]);
    const nodes = segments.flatMap((segment) => segment.graph.nodes);
    expect(nodes.some(({ kernel }) => kernel === EXCHANGE)).toBe(false);
  });

  test('gives what one of one process gives', async () => {
    const exchange = (values: Float32Array) => {
      for (let at = 0; at < values.length; at++) values[at]! *= 3;
    };
    const layouts = { freeInputs: new Set([1, 2]), outputLike: new Map([[3, 1]]) };
    const cut = await compileInSegments(
      runtime,
      (await graph(summed)).graph,
      { ...options, ...layouts },
      exchange,
    );
    const whole = await compile(runtime, (await graph(tripled)).graph, { ...options, ...layouts });
    const [got, expected] = [await results(cut), await results(whole)];
    expect(got.map((values) => values.length)).toEqual(expected.map((values) => values.length));
    for (const [index, values] of got.entries()) {
      const largest = Math.max(...expected[index]!.map(Math.abs));
      for (const [at, value] of values.entries()) {
        expect(Math.abs(value - expected[index]![at]!)).toBeLessThan(1e-5 * largest);
      }
    }
    // What is held between segments is used again.
    expect(await results(cut)).toEqual(got);
    await cut.dispose();
    await whole.dispose();
  });
});
