/**
 * Training steps of a U-Net in one of several processes: rank 0 prints one JSON line with the seconds that each step
 * has spent in computing the gradient, waiting for the others, summing, and updating.
 * Usage: mpirun -np N node rank.js BATCH SIZE FILTERS SYNC THREADS REPETITIONS; alone without mpirun.
 * BATCH is that of all processes; SYNC: whether batch normalisation is over all of them.
 */

import { prepareBackend } from '@raremask/backends';
import { loadRuntime } from '@raremask/compiler';
import { ALONE, initialState, openRunner, type Team } from '@raremask/engine';
import { joinProcesses, launchOf } from '@raremask/mpi';
import { networkOf, noise } from '../speed/network.ts';

const [batchText, sizeText, filters, sync, threadsText, repetitionsText] = process.argv.slice(
  2,
) as [string, string, string, string, string, string];
const [batch, threads, repetitions] = [batchText, threadsText, repetitionsText].map(Number) as [
  number,
  number,
  number,
];
const size = sizeText.split('x').map(Number);
const launch = launchOf(process.env);
const joined = launch === undefined ? undefined : await joinProcesses(launch);
const team: Team = joined ?? ALONE;
if (batch % team.size !== 0) throw new Error('the batch is to be divided evenly');

await prepareBackend('wasm');
const outcome = await loadRuntime();
if (outcome.state !== 'ok') throw new Error(outcome.detail);
const isAlone = team.size === 1;
let summing = 0;
const timed = (values: Float32Array) => {
  const before = performance.now();
  team.sum(values);
  summing += performance.now() - before;
};
const network = await networkOf(
  { batch, size, filters: Number(filters), depth: 4, encoder: 'own' },
  [`model.with.syncBatchNorm=${sync}`],
);
const { model, losses, optimizer } = network;
const program = {
  ...network,
  ...(!isAlone && {
    accumulate: true,
    processes: { rank: team.rank, size: team.size, sum: timed },
  }),
};
const own = batch / team.size;
const part = noise(own, size, 1 + team.rank);
const shares = Array.from({ length: team.size }, () => 1 / team.size);
const call = (step: number) => ({
  ...{ count: own, size, ...part },
  ...{ learningRate: 1e-3, numbers: optimizer.numbers?.(step) ?? {} },
  termWeights: losses.map(() => 1),
  processes: { shares, images: batch },
  uniform: (into: Float32Array) => void into.fill(1),
});

const runner = openRunner(
  { runtime: outcome.runtime, threads },
  program,
  initialState(program),
  (event) => {
    if (event.type === 'note' && event.level === 'warn') throw new Error(event.text);
  },
);
const steps: Record<'compute' | 'joined' | 'wait' | 'sum' | 'copy' | 'update' | 'whole', number>[] =
  [];
const meeting = new Float64Array(1);
for (let step = 1; step <= repetitions + 1; step++) {
  team.sum(meeting);
  const started = performance.now();
  summing = 0;
  if (isAlone) {
    await runner.step(call(step));
    const whole = performance.now() - started;
    steps.push({ compute: whole, joined: 0, wait: 0, sum: 0, copy: 0, update: 0, whole });
    continue;
  }
  await runner.step({
    ...call(step),
    gathering: { share: 1 / team.size, first: true, last: false },
  });
  const joinedTime = summing;
  const computed = performance.now();
  team.sum(meeting);
  const met = performance.now();
  summing = 0;
  await runner.exchange((gathered, buffers) => {
    timed(gathered);
    timed(buffers);
  });
  const exchanged = performance.now();
  await runner.update(call(step));
  const ended = performance.now();
  steps.push({
    compute: computed - started - joinedTime,
    joined: joinedTime,
    wait: met - computed,
    sum: summing,
    copy: exchanged - met - summing,
    update: ended - exchanged,
    whole: ended - started,
  });
}
await runner.dispose();
// The first step compiles.
const counted = steps.slice(1);
const median = (of: keyof (typeof counted)[number]) => {
  const sorted = counted.map((step) => step[of] / 1000).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
};
const weights = model.weights.reduce((sum, { initial }) => sum + initial.length, 0);
if (team.rank === 0) {
  const names = ['compute', 'joined', 'wait', 'sum', 'copy', 'update', 'whole'] as const;
  const seconds = Object.fromEntries(names.map((name) => [name, median(name)]));
  process.stdout.write(`${JSON.stringify({ ranks: team.size, weights, ...seconds })}\n`);
}
await joined?.leave();
