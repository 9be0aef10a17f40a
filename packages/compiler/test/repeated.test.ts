import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CompileOptions,
  compile,
  type Elements,
  type Graph,
  graphOf,
  loadRuntime,
  type Program,
  type Runtime,
} from '../src/index.ts';
import { seeded } from './random.ts';

const FILTER = [3, 3, 2, 2];
const IMAGE = [2, 6, 5, 2];

/** A step of gradient descent, whose filter is the next one's; beside it what it says, and a state that stays. */
function step(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  const [filter, kept, image, rate] = tensors as [tf.Tensor4D, tf.Tensor, tf.Tensor4D, tf.Scalar];
  return tf.tidy(() => {
    const loss = (moved: tf.Tensor): tf.Scalar =>
      tf.mean(tf.square(tf.conv2d(image, moved as tf.Tensor4D, 1, 'same')));
    const gradient = tf.grad(loss)(filter);
    return [tf.stack([loss(filter)]), tf.sub(filter, tf.mul(gradient, rate)), tf.clone(kept)];
  });
}

const NEXT = new Map([
  [1, 0],
  [2, 1],
]);

const options: CompileOptions = {
  ...{ name: 'step', threads: 1, optimize: 'extended' },
  freeInputs: new Set([0]),
  outputLike: NEXT,
};

describe('a program that is made several times in one run', () => {
  let runtime: Runtime;
  let graph: Graph;
  const random = seeded(5);
  const noise = (size: number) => Float32Array.from({ length: size }, () => random() - 0.5);
  const filter = noise(tf.util.sizeFromShape(FILTER));
  const kept = Float32Array.of(3, 4);
  const images = Array.from({ length: 3 }, () => noise(tf.util.sizeFromShape(IMAGE)));
  const rates = [0.5, 0.25, 2].map((rate) => Float32Array.of(rate));
  let alone: Elements[][];

  beforeAll(async () => {
    await tf.setBackend('cpu');
    const outcome = await loadRuntime();
    if (outcome.state !== 'ok') throw new Error(outcome.detail);
    ({ runtime } = outcome);
    const shapes = [FILTER, [2], IMAGE, []];
    ({ graph } = await graphOf(
      shapes.map((shape) => ({ shape, type: 'float32' })),
      step,
    ));
    const program = await compile(runtime, graph, options);
    alone = [];
    let state: Elements[] = [filter, kept];
    for (const [time, image] of images.entries()) {
      const results = (await program.run([...state, image, rates[time]!])) as Elements[];
      alone.push(results);
      state = results.slice(1);
    }
    await program.dispose();
  });

  const made = async (program: Program, times: number, into: Elements[] = []) =>
    (await program.run(
      [filter, kept, joined(images.slice(0, times)), joined(rates.slice(0, times))],
      into,
      times,
    )) as Elements[];

  it('gives what as many runs give, bit by bit', async () => {
    const program = await compile(runtime, graph, { ...options, repeated: true });
    for (const times of [1, 3, 2]) {
      const [said, ...state] = await made(program, times);
      expect([...said!]).toEqual(alone.slice(0, times).flatMap(([one]) => [...one!]));
      expect(state).toEqual(alone[times - 1]!.slice(1));
    }
    await program.dispose();
  });

  it('writes into arrays that it is given', async () => {
    const program = await compile(runtime, graph, { ...options, repeated: true });
    const into = [new Float32Array(2), new Float32Array(filter.length), new Float32Array(2)];
    const results = await made(program, 2, into);
    expect(results).toEqual(into);
    expect(into[1]).toEqual(alone[1]![1]);
    await program.dispose();
  });

  it('counts the operators of one', async () => {
    const [once, several] = await Promise.all([
      compile(runtime, graph, options),
      compile(runtime, graph, { ...options, repeated: true }),
    ]);
    expect(several.operators).toBe(once.operators);
    await Promise.all([once.dispose(), several.dispose()]);
  });
});

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
