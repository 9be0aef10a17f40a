/**
 * One training step and one inference of the U-Net, in this process: one JSON line with the seconds of
 * each repetition, the peak of memory, what of it training took, and what that was estimated to be, in MiB.
 * Usage: node ours.js BACKEND BATCH SIZE FILTERS DEPTH ENCODER THREADS REPETITIONS [PROFILE]
 * SIZE: extents with an x between them. BACKEND: compiled, or one of tfjs's. PROFILE: beginning of the
 * name of a file into which onnxruntime writes the time of each operator.
 */

import { prepareBackend } from '@raremask/backends';
import { loadRuntime } from '@raremask/compiler';
import { initialState, openNetwork, openRunner, type RunEvent } from '@raremask/engine';
import { networkOf, noise } from './network.ts';

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

const program = await networkOf(batch, size, [
  `model.with.filters=${filters}`,
  `model.with.depth=${depth}`,
  `model.with.encoder=${encoder}`,
]);
const { losses, optimizer } = program;
const { images, target, weight } = noise(batch, size, 1);

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

/** The first steps of a process are slower, here and in PyTorch, while memory settles: four are not counted. */
async function timed(work: () => Promise<unknown>): Promise<number[]> {
  for (let warm = 0; warm < 4; warm++) await work();
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
