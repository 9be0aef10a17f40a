// Times one training step and one inference of the same U-Net here and in PyTorch, in turn.
// Usage: node bench/speed/run.mjs [--rounds 3] [--repetitions 3] [--backend wasm] [--shapes 4,128,16;4,64,8]
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    repetitions: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'wasm' },
    shapes: { type: 'string', default: '4,128,16' },
    python: { type: 'string', default: 'python3' },
  },
});
const rounds = Number(values.rounds);

const torch = spawnSync(values.python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
if (!torch) {
  console.log('skipped: PyTorch is not installed (Debian: python3-torch libopenblas0; pip: torch)');
}

console.log(`${rounds} rounds of ${values.repetitions} repetitions, one thread each, medians, ms`);
console.log(
  'batch size filters |   ours  PyTorch  ratio |  ours  PyTorch  ratio  (training step | inference)',
);
for (const shape of values.shapes.split(';')) {
  const [batch, size, filters] = shape.split(',');
  const own = { train: [], infer: [] };
  const peer = { train: [], infer: [] };
  for (let round = 0; round < rounds; round++) {
    collect(own, process.execPath, [
      join(here, '..', 'dist', 'speed', 'ours.js'),
      values.backend,
      batch,
      size,
      filters,
      values.repetitions,
    ]);
    if (torch) {
      collect(peer, values.python, [
        join(here, 'peer.py'),
        batch,
        size,
        filters,
        '1',
        values.repetitions,
      ]);
    }
  }
  const cells = ['train', 'infer'].map((kind) => {
    const [a, b] = [median(own[kind]), median(peer[kind])];
    return `${ms(a)} ${ms(b)}  ${torch ? (b / a).toFixed(3) : '     '}`;
  });
  console.log(
    `${batch.padStart(5)} ${size.padStart(4)} ${filters.padStart(7)} | ${cells.join(' | ')}`,
  );
}

function collect(into, command, parameters) {
  const output = execFileSync(command, parameters, {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = JSON.parse(output.trim().split('\n').at(-1));
  into.train.push(...result.train);
  into.infer.push(...result.infer);
}

function median(values) {
  return (
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

function ms(seconds) {
  return Number.isNaN(seconds) ? '      -' : (1000 * seconds).toFixed(0).padStart(7);
}
