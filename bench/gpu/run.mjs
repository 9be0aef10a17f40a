// What this machine's GPU does: is it right, how fast is it, what does it take, against PyTorch where it is installed.
// Usage: node bench/gpu/run.mjs [--python python3] [--backends webgpu,cuda,tensorflow-gpu,compiled]
//        [--shapes "4,128x128,16;12,512x512,32"] [--rounds 2] [--repetitions 10] [--seconds 8] [--limit 120]
//        [--forms plain,channels-last] [--out results.ndjson] [--no-demo] [--quick] [--profile]
// A shape: batch, extents, filters of the first level, and poolings (4 unless named).
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { column, median } from '../speed/figures.mjs';
import { operatorTable } from '../speed/operatorTable.mjs';
import { operationsOf, shapeOf } from '../speed/shape.mjs';
import { difference, TOLERANCES } from './agreement.mjs';
import { commandOf, cudaEnvironment, installCuda, nvidia, torchOf } from './machine.mjs';
import { measured } from './measured.mjs';
import { unpack } from './natives.mjs';
import { HEAD, label, lineOf } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, '..', '..');
const built = (...path) => join(here, '..', 'dist', ...path);

/** The most telling come first: U-Nets of three sizes, and nnU-Net's sizes of images in two and three dimensions. */
const SHAPES = '4,128x128,16;12,512x512,32;2,128x128x128,32;2,256x256,32;4,256x256,16';
/** One that takes no time, and one that fills a GPU. */
const QUICK = '4,128x128,16;12,512x512,32';

/** In what each backend is timed. */
const PRECISIONS = {
  webgpu: ['float32', 'float16'],
  cuda: ['float32', 'tf32', 'float16'],
  'tensorflow-gpu': ['float32', 'tf32'],
  tensorflow: ['float32'],
  compiled: ['float32'],
};
/** And PyTorch on a GPU. */
const PEERS = ['float32', 'tf32', 'bfloat16', 'float16'];

/** Steps of more operations are not timed on a processor, which takes half a minute for each. */
const TOO_MUCH = 2e12;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    python: { type: 'string', default: 'python3' },
    backends: { type: 'string', default: 'webgpu,cuda,tensorflow-gpu,compiled' },
    shapes: { type: 'string' },
    rounds: { type: 'string' },
    repetitions: { type: 'string', default: '10' },
    seconds: { type: 'string' },
    limit: { type: 'string', default: '120' },
    forms: { type: 'string' },
    out: { type: 'string', default: 'results.ndjson' },
    demo: { type: 'boolean', default: true },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});
const { quick } = values;
const shapes = (values.shapes ?? (quick ? QUICK : SHAPES)).split(';');
const forms = (values.forms ?? (quick ? 'channels-last' : 'plain,channels-last')).split(',');
const rounds = Number(values.rounds ?? (quick ? 1 : 2));
const seconds = Number(values.seconds ?? (quick ? 3 : 8));
const limit = Number(values.limit);
const threads = availableParallelism();
const timing = { threads, seconds, repetitions: Number(values.repetitions) };
const backends = values.backends.split(',');
const unknown = backends.find((name) => PRECISIONS[name] === undefined);
if (unknown !== undefined) {
  const known = Object.keys(PRECISIONS).join(', ');
  throw new Error(`--backends: there is no ${unknown}. Expected: some of ${known}`);
}
for (const shape of shapes) shapeOf(shape);

const started = performance.now();
let device = nvidia();
writeFileSync(values.out, '');
unpack(top);
const lack = backends.includes('cuda') ? installCuda(join(top, 'wheels')) : undefined;
if (lack !== undefined) say(`CUDA's libraries are not put in place: ${lack}`);
const env = cudaEnvironment();
say(
  `${device ?? 'No GPU of NVIDIA answers'}; ${cpus()[0].model}, ${threads} cores; Node ${process.version}`,
);
const ours = await right();
if (values.profile) {
  for (const row of ours) await profile(row);
} else {
  const rows = [...ours, ...peers()];
  for (const shape of shapes) await table(shape, rows);
  if (values.demo) await demo();
}
const whole = ((performance.now() - started) / 1000).toFixed(0);
say(`\nDone in ${whole} s; every measurement is a line of ${values.out}`);

/** First of all: whether each computes what the processor does. What does not, is not timed. */
async function right() {
  const shape = { ...shapeOf('2,32x32,8,2'), threads };
  const stepOf = (backend, precision) =>
    node([built('gpu', 'gradients.js'), JSON.stringify({ ...shape, backend, precision })]);
  say('\nOne step of a small U-Net against the processor in float32: how far it is, and may be');
  const expected = await stepOf('compiled', 'float32');
  if (!expected.ok) throw new Error(`the processor itself does not compute: ${expected.reason}`);
  const good = [];
  for (const backend of backends) {
    for (const precision of PRECISIONS[backend]) {
      const row = { backend, precision };
      if (backend === 'compiled') {
        good.push(row);
        continue;
      }
      const found = await stepOf(backend, precision);
      if (!found.ok) {
        say(`${label(row)} not here: ${found.reason}`);
        keep({ what: 'agreement', ...row, reason: found.reason });
        if (precision === 'float32') break;
        continue;
      }
      const { of, apart } = difference(expected.value, found.value, precision);
      const isRight = apart <= TOLERANCES[precision];
      const { device: adapter } = found.value;
      if (isRight) good.push(row);
      device ??= backend === 'webgpu' ? adapter : undefined;
      say(
        `${label(row)} ${apart.toExponential(1)} in ${of}, ${TOLERANCES[precision]} may be: ${isRight ? 'right' : 'WRONG, and not timed'}; ${adapter}`,
      );
      keep({ what: 'agreement', ...row, apart, of, isRight, adapter });
    }
  }
  return good;
}

/** PyTorch, where it is installed. */
function peers() {
  const torch = torchOf(values.python);
  if (torch === undefined) {
    say(`\nskipped: ${values.python} has no PyTorch`);
    return [];
  }
  const isOnGpu = torch.device === 'cuda';
  say(`\nPyTorch ${torch.version}${isOnGpu ? '' : ', which finds no GPU, on the processor'}`);
  const name = isOnGpu ? 'PyTorch' : 'PyTorch (CPU)';
  return (isOnGpu ? PEERS : ['float32']).map((precision) => ({
    ...{ backend: name, precision, torch: torch.device },
  }));
}

/** One shape: all in turn, round by round, each said as soon as it is measured; then the medians. */
async function table(text, all) {
  const shape = shapeOf(text);
  const operations = 3 * operationsOf(shape);
  say(`\n${device ?? 'no GPU'}: ${text}, ${(operations / 1e9).toFixed(1)} GFLOP a training step`);
  say(HEAD);
  const rows = all.map((row) => ({ row, results: [], isDone: isTooMuch(row, operations) }));
  for (let round = 0; round < rounds; round++) {
    for (const one of rows.filter(({ isDone }) => !isDone)) {
      const { row } = one;
      const result = row.torch ? await peer(row, shape) : await own(row, shape);
      keep({ what: 'speed', shape: text, round, ...row, ...result });
      one.isDone = result.reason !== undefined;
      if (one.isDone) say(`${label(row)} ${result.reason}`);
      else {
        one.results.push(result);
        say(lineOf(row, [result], operations));
      }
    }
  }
  if (rounds === 1) return;
  say(`  medians of ${rounds} rounds:`);
  for (const { row, results } of rows) {
    if (results.length > 0) say(lineOf(row, results, operations));
  }
}

function isTooMuch(row, operations) {
  const isProcessor = row.backend === 'compiled' || row.torch === 'cpu';
  const is = isProcessor && operations > TOO_MUCH;
  if (is) say(`${label(row)} left out: more than ${TOO_MUCH / 1e9} GFLOP a step`);
  return is;
}

async function own({ backend, precision }, shape, profileInto) {
  const request = { ...shape, ...timing, backend, precision, profile: profileInto };
  return resultOf(await node([built('speed', 'ours.js'), JSON.stringify(request)]));
}

/** PyTorch in the fastest of its forms. */
async function peer({ precision, torch }, shape) {
  const found = [];
  for (const form of forms) {
    const request = JSON.stringify({ ...shape, ...timing, precision, form, device: torch });
    const environment = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: '1' };
    const ended = await measured(values.python, [join(here, '..', 'speed', 'peer.py'), request], {
      ...{ limit, env: environment },
    });
    found.push({ form, ...resultOf(ended) });
  }
  const good = found.filter(({ reason }) => reason === undefined);
  return good.toSorted((a, b) => median(a.train) - median(b.train))[0] ?? found[0];
}

/** The demo's whole run, from its manifest to its report. */
async function demo() {
  const example = join(top, 'examples', 'lung-phantom', 'raremask.yaml');
  const folder = mkdtempSync(join(tmpdir(), 'raremask-gpu-'));
  try {
    const data = join(folder, 'data');
    const phantom = commandOf('@raremask/dataset-phantom', 'raremask-phantom');
    execFileSync(process.execPath, [phantom, '--out', data, '--seed', '7'], { stdio: 'ignore' });
    say(`\n${device ?? 'no GPU'}: the demo's whole run, from manifest to report`);
    say('                             seconds | memory, MiB: GPU');
    for (const row of ours) {
      const found = await node([
        ...[commandOf('raremask', 'raremask'), 'train', example],
        ...['--out', join(folder, `${row.backend}-${row.precision}`)],
        ...['--set', `data.with.root=${data}`],
        ...['--backend', row.backend, '--precision', row.precision],
      ]);
      const result = resultOf(found);
      keep({ what: 'demo', ...row, ...result });
      const { seconds: took, gpu } = result;
      say(`${label(row)} ${result.reason ?? `${column(took, 8, 1)} | ${column(gpu, 16)}`}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where time goes in the first shape; tfjs's backends write no profile. */
async function profile(row) {
  if (row.backend.startsWith('tensorflow')) return;
  const { backend, precision } = row;
  say(
    `\n${device ?? 'no GPU'}: ${shapes[0]} on ${backend} in ${precision}: operators of a training step, how many, ms`,
  );
  try {
    const lines = await operatorTable(async (into) => {
      const { reason } = await own(row, shapeOf(shapes[0]), into);
      if (reason !== undefined) throw new Error(reason);
    });
    for (const line of lines) say(line);
    keep({ what: 'profile', ...row, shape: shapes[0], lines });
  } catch (error) {
    say(`  ${error.message}`);
    keep({ what: 'profile', ...row, shape: shapes[0], reason: error.message });
  }
}

/** A measurement of ours. */
function node(words) {
  return measured(process.execPath, words, { limit, env });
}

function resultOf(found) {
  return found.ok ? found.value : { reason: found.reason };
}

function keep(record) {
  appendFileSync(values.out, `${JSON.stringify({ device, ...record })}\n`);
}

function say(line) {
  console.log(line);
}
