/**
 * One training step and one inference of the U-Net, in this process: one JSON line with the seconds of
 * each repetition. Usage: node ours.ts BACKEND BATCH SIZE FILTERS REPETITIONS
 */

import { fileURLToPath } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import * as services from '@raremask/core';
import { createHost, createRandom } from '@raremask/core/host';
import { loadManifest } from '@raremask/core/manifest';
import { createOptimizer, infer, type StepState, trainStep } from '@raremask/engine';
import * as tf from '@tensorflow/tfjs';

const [backend, ...numbers] = process.argv.slice(2) as ['wasm', ...string[]];
const [batch, size, filters, repetitions] = numbers.map(Number) as [number, number, number, number];
const { name } = await prepareBackend(backend);
const loaded = await loadManifest(
  [fileURLToPath(new URL('../../speed/speed.yaml', import.meta.url))],
  {
    set: [`model.with.filters=${filters}`],
  },
);
const run = createHost().run({ seed: 0 });
const facts: services.Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'structure', value: 1 },
  ],
  overlapping: false,
};
run.provide(services.facts, () => facts);
run.provide(services.census, () => () => Promise.reject(new Error('the benchmark has no data')));
run.provide(services.batchSize, () => batch);
const model = await run.make(loaded.plugins.model);
const losses = await Promise.all(loaded.plugins.losses.map((loss) => run.make(loss)));
const optimizer = createOptimizer(loaded.manifest.train.optimizer, model.weights);
const program = { facts, model, losses, optimizer, clip: null, outcomes: false };

const random = createRandom(1);
const pixels = batch * size * size;
const noise = Float32Array.from({ length: pixels }, () => random.normal());
const truth = new Float32Array(pixels * 2);
for (let pixel = 0; pixel < pixels; pixel++) truth[2 * pixel + (random.next() > 0.97 ? 1 : 0)] = 1;
const images = tf.tensor(noise, [batch, size, size, 1]);
const target = tf.tensor(truth, [batch, size, size, 2]);
const weight = tf.ones([batch, size, size, 1]);
let state: StepState = {
  weights: model.weights.map(({ initial, shape }) => tf.tensor(initial, [...shape])),
  buffers: model.buffers.map(({ initial, shape }) => tf.tensor(initial, [...shape])),
  slots: optimizer.slots.map(({ shape }) => tf.zeros([...shape])),
};
let step = 0;

async function train(): Promise<number> {
  const { firstCorrection, secondCorrection } = optimizer.scalars(++step);
  const output = trainStep(program, state, {
    images,
    target,
    weight,
    learningRate: tf.scalar(1e-3),
    firstCorrection: tf.scalar(firstCorrection),
    secondCorrection: tf.scalar(secondCorrection),
    termWeights: losses.map(() => tf.scalar(1)),
    uniform: (shape) => tf.ones([...shape]),
  });
  const [loss] = await output.monitor.data();
  tf.dispose([...state.weights, ...state.buffers, ...state.slots]);
  state = output.state;
  return loss!;
}

async function predict(): Promise<void> {
  const logits = infer(model, state, images);
  await logits.data();
  logits.dispose();
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const seconds: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

const result = { backend: name, train: await timed(train), infer: await timed(predict) };
console.log(JSON.stringify({ ...result, rss: process.memoryUsage().rss }));
process.exit(0);
