import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { graphOf, lower, NotTraceable, type Tracer, trace } from '../src/index.ts';

let before = 0;

beforeEach(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});

afterEach(() => {
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.memory().numTensors).toBe(before);
});

/** What tracing a function of an image [1, 4, 4, 2] fails with. */
async function failure(run: (x: tf.Tensor4D, tracer: Tracer) => tf.Tensor): Promise<NotTraceable> {
  try {
    const { graph } = await graphOf([{ shape: [1, 4, 4, 2], type: 'float32' }], ([x], tracer) => [
      run(x as tf.Tensor4D, tracer),
    ]);
    lower(graph, { name: 'one' });
  } catch (error) {
    expect(error).toBeInstanceOf(NotTraceable);
    return error as NotTraceable;
  }
  throw new Error('was traced');
}

it('an unknown kernel names the operation and who called it', async () => {
  const error = await failure((x, tracer) =>
    tracer.at('loss "mine"', () => tf.image.rotateWithOffset(x, 0.1)),
  );
  expect(error.message).toBe(
    'loss "mine": RotateWithOffset is not among the operations that can be compiled',
  );
  expect(error).toMatchObject({ operation: 'RotateWithOffset', place: 'loss "mine"' });
});

it('the innermost place is named', async () => {
  const error = await failure((x, tracer) =>
    tracer.at('model', () => tracer.at('layer', () => tf.image.rotateWithOffset(x, 0.1))),
  );
  expect(error.place).toBe('layer');
});

it('outside any place the maker of the operand is named', async () => {
  const error = await failure((x, tracer) => {
    const made = tracer.at('model', () => tf.exp(x));
    return tf.image.rotateWithOffset(made, 0.1);
  });
  expect(error.place).toBe('model');
});

it('reading values names who read', async () => {
  const error = await failure((x, tracer) =>
    tracer.at('loss "mine"', () => (tf.sum(x).dataSync()[0]! > 0 ? x : tf.neg(x))),
  );
  expect(error.message).toBe('loss "mine": reading values of a tensor that depends on the input');
});

it('constants may be read', async () => {
  const { graph } = await trace([{ shape: [2], type: 'float32' }], ([x]) => [
    tf.mul(x!, tf.scalar(3).dataSync()[0]!),
  ]);
  expect(graph.nodes.map(({ kernel }) => kernel)).toEqual(['Multiply']);
});

it('an attribute that no operator has is named', async () => {
  const format = await failure((x) =>
    tf.conv2d(x, tf.ones([1, 1, 4, 4]) as tf.Tensor4D, 1, 'same', 'NCHW'),
  );
  expect(format.message).toBe('Conv2D cannot be compiled with the data format NCHW');
});

it('what shows when operators are chosen is named, too', async () => {
  const error = await failure((x) =>
    tf.grad((image) =>
      tf.sum(tf.square(tf.conv2d(image as tf.Tensor4D, tf.ones([1, 1, 2, 2]), 1, 1))),
    )(x),
  );
  expect(error.message).toBe(
    'Conv2DBackpropInput cannot be compiled with padding wider than the filter',
  );
});

it('texts are not compiled', async () => {
  const error = await failure((x) => {
    tf.tensor1d(['a', 'b']);
    return x;
  });
  expect(error.message).toBe('a tensor of type string cannot be compiled');
});

it('the error that counts is found behind a wrapper', async () => {
  const error = await failure((x) => {
    try {
      return tf.image.rotateWithOffset(x, 0.1);
    } catch (cause) {
      throw new Error('the plugin failed', { cause });
    }
  });
  expect(error.operation).toBe('RotateWithOffset');
});

it('other errors come through as they are', async () => {
  await expect(
    trace([{ shape: [2], type: 'float32' }], () => {
      throw new RangeError('a mistake');
    }),
  ).rejects.toThrow(RangeError);
});

const CHANGING = 'making numbers that differ from call to call';

it.each<[string, () => number]>([
  ['a slow clock', () => Math.floor(Date.now() / 3_600_000)],
  ['a date', () => new Date().getMinutes()],
  ['a monotonic clock', () => Math.floor(performance.now() / 60_000)],
  ['the clock of the process', () => Math.floor(process.hrtime()[0] / 60)],
  [
    'the clock of the process, as one number',
    () => Number(process.hrtime.bigint() / 60_000_000_000n),
  ],
  ['coarse random numbers', () => Math.floor(3 * Math.random())],
])('%s is not frozen', async (_, read) => {
  const clocks = [Date, Math.random, performance.now, process.hrtime];
  const error = await failure((x) => tf.mul(x, tf.scalar(read())));
  expect(error.message).toContain(CHANGING);
  expect([Date, Math.random, performance.now, process.hrtime]).toEqual(clocks);
});

it('constants that are kept from the first call are those of a graph', async () => {
  const kept: tf.Tensor[] = [];
  const once = (make: () => tf.Tensor, at: number) => (kept[at] ??= tf.keep(make()));
  const { graph } = await graphOf([{ shape: [3], type: 'float32' }], ([x]) => [
    // Used in another order than made, one of them computed.
    tf.mul(
      once(() => tf.sub(1, tf.tensor1d([1, 2, 3])), 1),
      tf.add(
        x!,
        once(() => tf.tensor1d([4, 5, 6]), 0),
      ),
    ),
  ]);
  expect(graph.nodes.map(({ kernel }) => kernel)).toEqual(['Add', 'Multiply']);
  // Outside of a trace, too, they have their values.
  expect([...kept[1]!.dataSync()]).toEqual([0, -1, -2]);
  tf.dispose(kept);
});

it('a tensor of an earlier batch is named, and is zeros outside', async () => {
  const kept: tf.Tensor[] = [];
  const error = await failure((x, tracer) =>
    tracer.at('loss "mine"', () => {
      const before = kept.at(-1);
      kept.push(tf.keep(tf.exp(x)));
      return before ? tf.sub(x, before) : x;
    }),
  );
  expect(error.message).toMatch(/^loss "mine": keeping a tensor of an earlier batch/);
  expect(tf.tidy(() => [...tf.add(kept[0]!, 1).dataSync()])).toEqual(Array(32).fill(1));
  tf.dispose(kept);
});
