// Times one training step and one inference of the same U-Net here and in PyTorch, in turn.
// Usage: node bench/speed/run.mjs [--rounds 3] [--repetitions 5] [--backend compiled] [--threads 1,2]
//        [--shapes "4,128x128,16;1,32x64x64,8,3"] [--python python3] [--forms plain,channels-last,compile] [--profile]
// A shape: batch, extents, filters of the first level, poolings (4 unless named), and encoder (own unless
// named, or efficientnet-lite0, for whose peer Python needs timm). The peer is PyTorch in the form that is fastest
// of those named, chosen for training and for inference apart; torch.compile needs a C++ compiler.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    repetitions: { type: 'string', default: '5' },
    backend: { type: 'string', default: 'compiled' },
    threads: { type: 'string', default: `1,${availableParallelism()}` },
    shapes: {
      type: 'string',
      default: '4,128x128,16;4,256x256,16;2,256x256,32;1,32x64x64,8,3',
    },
    python: { type: 'string', default: 'python3' },
    forms: { type: 'string', default: 'plain,channels-last,compile' },
    profile: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const ours = join(here, '..', 'dist', 'speed', 'ours.js');

const torch = spawnSync(values.python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
const forms = torch ? values.forms.split(',') : [];
if (!torch) {
  console.log('skipped: PyTorch is not installed (Debian: python3-torch libopenblas0; pip: torch)');
}

if (values.profile) {
  for (const shape of values.shapes.split(';')) profile(shape);
} else {
  measure();
}

function measure() {
  console.log(
    `${values.backend}; ${rounds} rounds of ${values.repetitions} repetitions, medians, ms`,
  );
  console.log(
    'ratio: PyTorch, in its fastest form, by ours; GFLOP/s of the convolutions, counted directly; memory at its peak, MiB',
  );
  console.log(
    'threads  shape                  training: ours  PyTorch  ratio  GFLOP/s | inference: ours  PyTorch  ratio | memory: ours  PyTorch  forms',
  );
  for (const threads of [...new Set(values.threads.split(','))]) {
    for (const shape of values.shapes.split(';')) {
      const parameters = parametersOf(shape);
      const mine = { train: [], infer: [], memory: [] };
      const peers = forms.map((form) => ({ form, train: [], infer: [], memory: [] }));
      for (let round = 0; round < rounds; round++) {
        collect(mine, threads, process.execPath, [
          ours,
          values.backend,
          ...parameters,
          threads,
          values.repetitions,
        ]);
        for (const peer of peers) {
          collect(peer, threads, values.python, [
            join(here, 'peer.py'),
            ...parameters,
            threads,
            values.repetitions,
            peer.form,
          ]);
        }
      }
      const trainer = fastest(peers, 'train');
      const inferrer = fastest(peers, 'infer');
      const step = [median(mine.train), median(trainer?.train ?? [])];
      const one = [median(mine.infer), median(inferrer?.infer ?? [])];
      const own = parameters[4] === 'own';
      const speed = own ? (3 * convolutions(parameters)) / step[0] / 1e9 : Number.NaN;
      console.log(
        [
          threads.padStart(7),
          ` ${shape.padEnd(22)}`,
          ms(step[0], 14),
          ms(step[1], 8),
          ratio(step),
          (own ? speed.toFixed(0) : '-').padStart(8),
          '|',
          ms(one[0], 15),
          ms(one[1], 8),
          ratio(one),
          '|',
          median(mine.memory).toFixed(0).padStart(12),
          trainer ? median(trainer.memory).toFixed(0).padStart(8) : '',
          ...(trainer ? [`  ${trainer.form}; ${inferrer.form}`] : []),
        ].join(' '),
      );
    }
  }
}

function profile(shape) {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-profile-'));
  const threads = values.threads.split(',')[0];
  execFileSync(process.execPath, [
    ours,
    'compiled',
    ...parametersOf(shape),
    threads,
    values.repetitions,
    join(folder, 'step'),
  ]);
  const [file] = readdirSync(folder);
  const events = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  rmSync(folder, { recursive: true });
  const runs = events.filter(({ name }) => name === 'model_run').length;
  const totals = new Map();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    const total = totals.get(args.op_name) ?? { count: 0, time: 0 };
    totals.set(args.op_name, { count: total.count + 1, time: total.time + dur / 1000 });
  }
  console.log(`${shape}, ${threads} threads: operators of a training step, how many, ms`);
  const sorted = [...totals].sort(([, a], [, b]) => b.time - a.time);
  for (const [name, { count, time }] of sorted.slice(0, 15)) {
    console.log(
      `  ${name.padEnd(20)} ${(count / runs).toFixed(0).padStart(5)} ${(time / runs).toFixed(2).padStart(8)}`,
    );
  }
}

function parametersOf(shape) {
  const [batch, size, filters, depth = '4', encoder = 'own'] = shape.split(',');
  return [batch, size, filters, depth, encoder];
}

/** Floating-point operations of the convolutions of one forward pass: a product and a sum for each tap. */
function convolutions([batchText, size, filtersText, depthText]) {
  const [batch, filters, depth] = [batchText, filtersText, depthText].map(Number);
  const extents = size.split('x').map(Number);
  const width = (level) => filters * 2 ** level;
  const pixels = (level) =>
    extents.reduce((product, extent) => (product * extent) / 2 ** level, batch);
  const taps = 3 ** extents.length;
  let products = pixels(0) * filters * 2;
  for (let level = 0; level <= depth; level++) {
    const from = level === 0 ? 1 : width(level - 1);
    products += pixels(level) * taps * width(level) * (from + width(level));
    if (level === depth) continue;
    products += pixels(level) * taps * width(level) * (2 * width(level) + width(level));
    products += pixels(level) * width(level + 1) * width(level);
  }
  return 2 * products;
}

function collect(into, threads, command, parameters) {
  const output = execFileSync(command, parameters, {
    encoding: 'utf8',
    env: {
      ...process.env,
      OMP_NUM_THREADS: threads,
      OPENBLAS_NUM_THREADS: '1',
      MKL_NUM_THREADS: threads,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = JSON.parse(output.trim().split('\n').at(-1));
  into.train.push(...result.train);
  into.infer.push(...result.infer);
  into.memory.push(result.memory);
}

/** The peer whose median of the seconds is least; none where there is no PyTorch. */
function fastest(peers, what) {
  return peers.toSorted((left, right) => median(left[what]) - median(right[what]))[0];
}

function median(values) {
  return (
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

function ratio([own, peer]) {
  return (torch ? (peer / own).toFixed(2) : '').padStart(6);
}

function ms(seconds, width) {
  return (Number.isNaN(seconds) ? '-' : (1000 * seconds).toFixed(0)).padStart(width);
}
