// One training step on one process and on two of an MPI, with as many cores in all: speed-up, efficiency, and where the
// time goes. Then a model with what was measured, and what it says of more processes.
// Usage: node bench/scale/run.mjs [--mpirun mpirun] [--ranks 1,2] [--cores 2] [--rounds 3] [--steps 10] [--shapes "8,128x128,16"]
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    mpirun: { type: 'string', default: 'mpirun' },
    ranks: { type: 'string', default: '1,2' },
    cores: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '10' },
    shapes: { type: 'string', default: '8,128x128,16;8,256x256,16;32,64x64,8' },
  },
});
const [cores, rounds] = [values.cores, values.rounds].map(Number);
const ranks = values.ranks.split(',').map(Number);
const rank = fileURLToPath(new URL('../dist/scale/rank.js', import.meta.url));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const ms = (seconds) => (seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0).padStart(7);
const open = [
  '--oversubscribe',
  '--bind-to',
  'none',
  ...(process.getuid?.() === 0 ? ['--allow-run-as-root'] : []),
];

function measured(count, [batch, size, filters], sync, threads) {
  const words = [rank, batch, size, filters, String(sync), String(threads), values.steps];
  const [command, ...rest] =
    count === 1
      ? [process.execPath, ...words]
      : [values.mpirun, ...open, '-np', String(count), process.execPath, ...words];
  const { stdout, stderr, status } = spawnSync(command, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.slice(stdout.indexOf('{')));
}

console.log(
  `${cpus()[0].model}, ${cores} cores; medians of ${rounds} rounds of ${values.steps} steps, milliseconds`,
);
console.log(
  'batch, size, filters    norm    ranks x threads   step compute joined   wait    sum   copy update   speed-up efficiency',
);
for (const shape of values.shapes.split(';').map((text) => text.split(','))) {
  // One process on one core, and on all of them; then several, each with its share.
  const plans = [
    { count: 1, threads: 1, sync: false },
    ...ranks.map((count) => ({
      count,
      threads: Math.max(1, Math.floor(cores / count)),
      sync: false,
    })),
    ...ranks
      .filter((count) => count > 1)
      .map((count) => ({ count, threads: Math.max(1, Math.floor(cores / count)), sync: true })),
  ].filter(
    (plan, at, all) =>
      all.findIndex((other) => JSON.stringify(other) === JSON.stringify(plan)) === at,
  );
  const results = plans.map(() => []);
  // In turn, so that a slow minute of the machine slows all of them.
  for (let round = 0; round < rounds; round++) {
    for (const [index, plan] of plans.entries()) {
      results[index].push(measured(plan.count, shape, plan.sync, plan.threads));
    }
  }
  const medians = results.map((all) =>
    Object.fromEntries(Object.keys(all[0]).map((key) => [key, median(all.map((one) => one[key]))])),
  );
  const single = medians[0].whole;
  for (const [index, plan] of plans.entries()) {
    const of = medians[index];
    const used = plan.count * plan.threads;
    const up = single / of.whole;
    const parts = ['whole', 'compute', 'joined', 'wait', 'sum', 'copy', 'update']
      .map((name) => ms(of[name]))
      .join('');
    console.log(
      `${shape.join(', ').padEnd(20)} ${plan.count === 1 ? '     ' : plan.sync ? 'joint' : 'local'} ${`${plan.count} x ${plan.threads}`.padStart(10)}   ${parts}   ${up.toFixed(2).padStart(8)} ${(up / used).toFixed(2).padStart(8)}`,
    );
  }
  const two = medians[plans.findIndex(({ count, sync }) => count === Math.max(...ranks) && !sync)];
  modelled(shape, medians[0], two);
}

/**
 * A step of N processes, each with a batch of its own (weak scaling): computing and updating as one does, and a ring that sums:
 * each process sends 2 (N - 1) / N of the gradient's bytes in 2 (N - 1) messages (Thakur, Rabenseifner and Gropp 2005,
 * Optimization of collective communication operations in MPICH).
 */
function modelled(shape, one, several) {
  const bytes = 4 * one.weights;
  const networks = [
    [
      'memory, as measured here',
      several.sum > 0 ? bytes / several.sum : Number.POSITIVE_INFINITY,
      1e-6,
    ],
    ['100 Gbit/s, 5 us a message', 100e9 / 8, 5e-6],
    ['1 Gbit/s, 50 us a message', 1e9 / 8, 50e-6],
  ];
  const fixed = several.copy + several.update;
  console.log(
    `  MODEL, not measured: ${shape.join(', ')} a process; ${(bytes / 1e6).toFixed(2)} MB of gradient; efficiency at 8, 64, 512 processes`,
  );
  for (const [name, bandwidth, latency] of networks) {
    const said = [8, 64, 512].map((count) => {
      const sum = (2 * (count - 1) * bytes) / count / bandwidth + 2 * (count - 1) * latency;
      return (one.whole / (one.whole + fixed + sum)).toFixed(3);
    });
    console.log(`    ${name.padEnd(28)} ${said.join('  ')}`);
  }
}
