/**
 * One training step and one inference of the U-Net, in this process: one JSON line with the seconds of
 * each repetition, the peak of memory, what of it training took, and what that was estimated to be, in MiB.
 * Usage: node ours.js BACKEND BATCH SIZE FILTERS DEPTH ENCODER THREADS REPETITIONS [PROFILE]
 * SIZE: extents with an x between them. BACKEND: compiled, or one of tfjs's. PROFILE: beginning of the
 * name of a file into which onnxruntime writes the time of each operator.
 */

import { fileURLToPath } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import { loadRuntime } from '@raremask/compiler';
import * as services from '@raremask/core';
import { createHost, createRandom } from '@raremask/core/host';
import { loadManifest } from '@raremask/core/manifest';
import { initialState, openNetwork, openRunner, type RunEvent } from '@raremask/engine';

const [
  backend,
  batchText,
  sizeText,
  filters,
  depth,
  encoder,
  threadsText,
  repetitionsText,
  profile,
] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string?,
];
const [batch, threads, repetitions] = [batchText, threadsText, repetitionsText].map(Number) as [
  number,
  number,
  number,
];
const size = sizeText.split('x').map(Number);
const compiled = backend === 'compiled';
await prepareBackend(compiled ? 'wasm' : (backend as 'wasm'));
const outcome = await loadRuntime();
if (compiled && outcome.state !== 'ok') throw new Error(outcome.detail);
const compute =
  compiled && outcome.state === 'ok' ? { runtime: outcome.runtime, threads, profile } : undefined;

const loaded = await loadManifest(
  [fileURLToPath(new URL('../../speed/speed.yaml', import.meta.url))],
  {
    set: [
      `model.with.filters=${filters}`,
      `model.with.depth=${depth}`,
      `model.with.encoder=${encoder}`,
    ],
  },
);
const run = createHost().run({ seed: 0 });
const facts: services.Facts = {
  space: size.length as 2 | 3,
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
const optimizer = await run.make(loaded.plugins.optimizer);
const program = { facts, model, losses, optimizer, clip: null, outcomes: false };

const random = createRandom(1);
const pixels = size.reduce((product, extent) => product * extent, batch);
const images = Float32Array.from({ length: pixels }, () => random.normal());
const target = new Float32Array(pixels * 2);
for (let pixel = 0; pixel < pixels; pixel++) target[2 * pixel + (random.next() > 0.97 ? 1 : 0)] = 1;
const weight = new Float32Array(pixels).fill(1);

/** MiB that the step was said to take, before it took them. */
let estimate: number | undefined;

function note(event: RunEvent): void {
  const said = event.type === 'note' && /about (\d+) MiB/.exec(event.text)?.[1];
  if (said) estimate ??= Number(said);
  if (event.type === 'note' && event.level === 'warn') throw new Error(event.text);
}

const before = process.memoryUsage().rss / 2 ** 20;
const started = performance.now();
const runner = openRunner(compute, program, initialState(program), note);
let step = 0;

async function train(): Promise<number> {
  const { loss } = await runner.step({
    count: batch,
    size,
    images,
    target,
    weight,
    learningRate: 1e-3,
    numbers: optimizer.numbers?.(++step) ?? {},
    termWeights: losses.map(() => 1),
    uniform: (into) => into.fill(1),
  });
  return loss;
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

await train();
const first = (performance.now() - started) / 1000;
const training = await timed(train);
const trained = process.resourceUsage().maxRSS / 1024 - before;
const state = await runner.state();
await runner.dispose();
const network = openNetwork(compute && { ...compute, profile: undefined }, program, state, note);
const inference = await timed(() => network.infer(images, batch, size));
await network.dispose();
const memory = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({ backend, train: training, infer: inference, first, memory, trained, estimate }),
);
process.exit(0);
