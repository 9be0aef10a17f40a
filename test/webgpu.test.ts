import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import type { StepCall } from '@raremask/engine';
import { initialState, openRunner, type RunEvent, type StepProgram } from '@raremask/engine';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { further } from './further.ts';
import { softwareGpu } from './testRuntime.ts';

/**
 * The compiled step on a GPU's provider, whose device is played by a processor: shaders take seconds to
 * compile there, so the network of every run of the tests is one convolution.
 */
const outcome = await softwareGpu();

beforeAll(async () => {
  tf.enableProdMode();
  await prepareBackend('wasm');
});

const SIZE = 4;

/** One 1x1 convolution to two classes, plain gradient descent. */
const program: StepProgram = {
  facts: {
    space: 2,
    channels: 1,
    classes: [
      { name: 'background', value: 0 },
      { name: 'structure', value: 1 },
    ],
    overlapping: false,
  },
  model: {
    weights: [
      { name: 'filter', shape: [1, 1, 1, 2], initial: Float32Array.of(0.5, -0.25), decay: true },
    ],
    buffers: [],
    multipleOf: [1, 1],
    forward: ({ images, weights }) => ({
      logits: tf.conv2d(images as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same'),
      buffers: [],
    }),
  },
  losses: [
    ({ probabilities, target }) =>
      tf.mean(tf.squaredDifference(probabilities, target), [1, 2, 3]) as tf.Tensor1D,
  ],
  optimizer: {
    slots: [],
    update: ({ weight, gradient, learningRate }) => ({
      weight: tf.sub(weight, tf.mul(learningRate, gradient)),
      slots: {},
    }),
  },
  clip: null,
  outcomes: false,
};

function call(count: number): StepCall {
  const pixels = count * SIZE * SIZE;
  const images = Float32Array.from({ length: pixels }, (_, at) => Math.sin(at));
  const target = new Float32Array(2 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) target[2 * pixel + (pixel % 3 === 0 ? 1 : 0)] = 1;
  return {
    count,
    size: [SIZE, SIZE],
    images,
    target,
    weight: new Float32Array(pixels).fill(1),
    learningRate: 0.5,
    numbers: {},
    termWeights: [1],
    uniform: (into) => into.fill(0.5),
  };
}

test.skipIf(outcome.state !== 'ok')(
  'steps on a GPU equal those of the processor, and every operator runs there',
  async () => {
    if (outcome.state !== 'ok') return;
    const said: string[] = [];
    const note = (event: RunEvent) => {
      if (event.type === 'note') said.push(event.text);
    };
    // One pixel is kept: each size of batch throws the program of the other away, whose memory the state is in.
    const compute = { runtime: outcome.runtime, threads: 1, pixelsKept: 1 };
    const gpu = openRunner(compute, program, initialState(program), note);
    const eager = openRunner(undefined, program, initialState(program), note);
    for (const count of [1, 1, 2, 1]) {
      const [found, expected] = [await gpu.step(call(count)), await eager.step(call(count))];
      expect(found.loss).toBeCloseTo(expected.loss, 6);
    }
    const { images, count, size } = call(1);
    const logits = async (runner: typeof gpu) => (await runner.infer(images, count, size)).logits;
    const [found, expected] = [await logits(gpu), await logits(eager)];
    expect(Math.max(...found.map((value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(
      1e-6,
    );
    const [state, wanted] = [await gpu.state(), await eager.state()];
    for (const [at, value] of wanted.weights[0]!.entries()) {
      expect(state.weights[0]![at]).toBeCloseTo(value, 6);
    }
    // What was saved can be loaded, and is where the next step begins.
    gpu.load(initialState(program));
    eager.load(initialState(program));
    expect((await gpu.step(call(1))).loss).toBeCloseTo((await eager.step(call(1))).loss, 6);
    await gpu.dispose();
    await eager.dispose();
    const placed = said.filter((text) => !text.startsWith('compiled'));
    expect(placed.length).toBeGreaterThanOrEqual(3);
    for (const text of placed) {
      expect(text).toMatch(/^(training step|inference): all \d+ operators run on the GPU$/);
    }
  },
);

test
  .skipIf(outcome.state !== 'ok')
  .each(further('every loss, model option and optimizer on a GPU', [['compiled.test.ts']]))(
  'what holds of compiled steps holds on a GPU: %s',
  (file) => {
    const { status, stdout } = spawnSync(
      'npx',
      ['vitest', 'run', '--project', '@raremask/test', file, '--testTimeout', '600000'],
      {
        cwd: join(import.meta.dirname, '..'),
        encoding: 'utf8',
        env: { ...process.env, RAREMASK_TEST_GPU: '1' },
      },
    );
    expect(status, stdout.slice(-4000)).toBe(0);
  },
  3 * 3600 * 1000,
);
