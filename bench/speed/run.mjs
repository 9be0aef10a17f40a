// Times one training step and one inference of the same U-Net here and in PyTorch, in turn.
// Usage: node bench/speed/run.mjs [--rounds 3] [--repetitions 5] [--backend compiled] [--threads 1,2]
//        [--shapes "4,128x128,16;1,32x64x64,8,3"] [--python python3] [--forms plain,channels-last,compile] [--profile]
// A shape: batch, extents, filters of the first level, poolings (4 unless named), and encoder (own unless
// named, or efficientnet-lite0, for whose peer Python needs timm). The peer is PyTorch in the form that is fastest
// of those named, chosen for training and for inference apart; torch.compile needs a C++ compiler.
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { column, median, ms } from './figures.mjs';
import { operatorTable } from './operatorTable.mjs';
import { operationsOf, shapeOf } from './shape.mjs';

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
  for (const shape of values.shapes.split(';')) await profile(shape);
} else {
  measure();
}

function measure() {
  console.log(
    `${values.backend}; ${rounds} rounds of ${values.repetitions} repetitions, medians, ms`,
  );
  console.log(
    'ratio: PyTorch, in its fastest form, by ours; GFLOP/s of the convolutions, counted directly; memory at its peak, MiB: of the process, and of it what training took and was estimated to take',
  );
  console.log(
    'threads  shape                  training: ours  PyTorch  ratio  GFLOP/s | inference: ours  PyTorch  ratio | memory: ours  PyTorch | training  estimate  forms',
  );
  for (const threads of [...new Set(values.threads.split(','))]) {
    for (const text of values.shapes.split(';')) {
      const shape = shapeOf(text);
      const mine = { train: [], infer: [], memory: [], trained: [], estimate: [] };
      const peers = forms.map((form) => ({ form, train: [], infer: [], memory: [] }));
      for (let round = 0; round < rounds; round++) {
        collect(mine, threads, process.execPath, [ours, requestOf(shape, threads)]);
        for (const peer of peers) {
          const { form } = peer;
          collect(peer, threads, values.python, [
            join(here, 'peer.py'),
            requestOf(shape, threads, { form }),
          ]);
        }
      }
      const trainer = fastest(peers, 'train');
      const inferrer = fastest(peers, 'infer');
      const step = [median(mine.train), median(trainer?.train ?? [])];
      const one = [median(mine.infer), median(inferrer?.infer ?? [])];
      const isOwn = shape.encoder === 'own';
      const speed = isOwn ? (3 * operationsOf(shape)) / step[0] / 1e9 : undefined;
      console.log(
        [
          threads.padStart(7),
          ` ${text.padEnd(22)}`,
          ms(step[0], 14),
          ms(step[1], 8),
          ratio(step),
          column(speed, 8),
          '|',
          ms(one[0], 15),
          ms(one[1], 8),
          ratio(one),
          '|',
          column(median(mine.memory), 12),
          column(median(trainer?.memory ?? []), 8),
          '|',
          column(median(mine.trained), 8),
          column(median(mine.estimate), 9),
          ...(trainer ? [`  ${trainer.form}; ${inferrer.form}`] : []),
        ].join(' '),
      );
    }
  }
}

async function profile(text) {
  const threads = values.threads.split(',')[0];
  const lines = await operatorTable((into) =>
    execFileSync(process.execPath, [ours, requestOf(shapeOf(text), threads, { profile: into })]),
  );
  console.log(`${text}, ${threads} threads: operators of a training step, how many, ms`);
  for (const line of lines) console.log(line);
}

/** What ours.ts and peer.py are asked for. */
function requestOf(shape, threads, more = {}) {
  return JSON.stringify({
    ...{ ...shape, ...more, backend: values.backend, precision: 'float32' },
    ...{ threads: Number(threads), repetitions: Number(values.repetitions) },
  });
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
  into.trained?.push(result.trained);
  // Steps that are not compiled are not estimated.
  if (result.estimate !== undefined) into.estimate?.push(result.estimate);
}

/** The peer whose median of the seconds is least; none where there is no PyTorch. */
function fastest(peers, what) {
  return peers.toSorted((left, right) => median(left[what]) - median(right[what]))[0];
}

function ratio([own, peer]) {
  return (torch ? (peer / own).toFixed(2) : '').padStart(6);
}
