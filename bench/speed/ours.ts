/**
 * One training step and one inference of the U-Net, in this process: one JSON line with the seconds of
 * each repetition, the peak of memory, what of it training took, and what that was estimated to be, in MiB.
 * Usage: node ours.js REQUEST, which is JSON.
 */

import {
  initialState,
  openNetwork,
  openRunner,
  type RunEvent,
  type StepCall,
} from '@raremask/engine';
import { networkOf, noise, type Shape } from './network.ts';
import { type Computing, opened } from './opened.ts';

interface Request extends Computing, Shape {
  readonly repetitions: number;
  /** After which no further repetition begins; left out, all are made. */
  readonly seconds?: number;
}

const request = JSON.parse(process.argv[2]!) as Request;
const { backend, precision, batch, size, repetitions } = request;
const { compute, device } = await opened(request);
const program = {
  ...(await networkOf(request)),
  scaled: precision === 'float16',
};
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

/** As many steps as are best made at once. @returns how many */
async function train(): Promise<number> {
  const made = await runner.steps(Array.from({ length: runner.atOnce }, call));
  return made.length;
}

function call(): StepCall {
  return {
    count: batch,
    size,
    images,
    target,
    weight,
    learningRate: 1e-3,
    numbers: optimizer.numbers?.(++step) ?? {},
    termWeights: losses.map(() => 1),
    // A run lowers its scale until gradients fit; this one does from the start.
    ...(program.scaled && { lossScale: 1024 }),
    uniform: (into) => into.fill(1),
  };
}

/** The first steps of a process are slower, here and in PyTorch, while memory settles: four are not counted. */
async function timed(work: () => Promise<number>): Promise<number[]> {
  const until = performance.now() + 1000 * (request.seconds ?? Number.POSITIVE_INFINITY);
  const isOver = () => performance.now() >= until;
  for (let warm = 0; warm < 4 && !isOver(); warm++) await work();
  const seconds: number[] = [];
  for (
    let repetition = 0;
    repetition < repetitions && !(repetition > 0 && isOver());
    repetition++
  ) {
    const start = performance.now();
    const done = await work();
    seconds.push((performance.now() - start) / 1000 / done);
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
const inference = await timed(async () => {
  await network.infer(images, batch, size);
  return 1;
});
await network.dispose();
const memory = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({
    ...{ backend, precision, device, train: training, infer: inference },
    ...{ first, memory, trained, estimate },
  }),
);
process.exit(0);
