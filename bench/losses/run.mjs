// Times value + gradient of every loss here and of the same loss in PyTorch, in turn.
// Usage: node bench/losses/run.mjs [--python python3] [--pythonpath folder] [--rounds 3] [--repetitions 3]
//   [--backends wasm,tensorflow] [--cpu] [--threads 1] [--shape 8,256,256] [--losses "dice,dice + cross-entropy"]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    pythonpath: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    repetitions: { type: 'string', default: '3' },
    backends: { type: 'string', default: 'wasm,tensorflow' },
    // Pure JavaScript, which takes minutes for some losses.
    cpu: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    shape: { type: 'string', default: '8,256,256' },
    losses: { type: 'string' },
  },
});
const CLASSES = 4;
const SIGNAL = 1.5;
const [batch, height, width] = values.shape.split(',').map(Number);
const shape = [batch, height, width, CLASSES].join(',');
const rounds = Number(values.rounds);

const known = [
  ...readFileSync(join(here, 'losses.yaml'), 'utf8').matchAll(/^ {2}- (?:\{ )?name: ([^,\n]+)/gm),
].map(([, name]) => name);
const names = values.losses?.split(',') ?? [...known, 'dice + cross-entropy'];
const unknown = names.flatMap((name) => name.split(' + ')).filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no loss is called ${unknown.join(' or ')}; there are: ${known.join(', ')}`);
  process.exit(2);
}

const environment = {
  ...process.env,
  OMP_NUM_THREADS: values.threads,
  OPENBLAS_NUM_THREADS: values.threads,
  MKL_NUM_THREADS: values.threads,
  TF_NUM_INTRAOP_THREADS: values.threads,
  TF_NUM_INTEROP_THREADS: values.threads,
  TF_CPP_MIN_LOG_LEVEL: '3',
  ...(values.pythonpath !== undefined && { PYTHONPATH: values.pythonpath }),
};
const folder = mkdtempSync(join(tmpdir(), 'raremask-bench-losses-'));
try {
  writeInput();
  const torch =
    spawnSync(values.python, ['-c', 'import torch'], { env: environment, stdio: 'ignore' })
      .status === 0;
  if (!torch)
    console.log('no ratios: PyTorch cannot be imported (Debian: python3-torch; pip: torch)');
  const backends = [...values.backends.split(','), ...(values.cpu ? ['cpu'] : [])];
  console.log(
    `value + gradient of the logits, [${shape}], half of the images empty; ${rounds} rounds of ` +
      `${values.repetitions} in turn, medians in ms; ${cpus().length} x ${cpus()[0].model.trim()}`,
  );
  for (const backend of backends) compare(backend, torch);
} finally {
  rmSync(folder, { recursive: true });
}

function compare(backend, torch) {
  const own = new Map();
  const peer = new Map();
  let versions;
  let title;
  for (let round = 0; round < rounds; round++) {
    const ours = ran(process.execPath, [
      join(here, '..', 'dist', 'losses', 'ours.js'),
      backend,
      folder,
      shape,
      values.repetitions,
      ...names,
    ]);
    if (ours.skipped !== undefined) {
      console.log(`\n${backend}: skipped, ${ours.skipped}`);
      return;
    }
    collect(own, ours.results);
    title = `${ours.backend} (tfjs ${ours.tfjs}, ${threadsOf(backend)})`;
    if (torch) {
      const parameters = [folder, shape, values.threads, values.repetitions, ...names];
      const theirs = ran(values.python, [join(here, 'peer.py'), ...parameters]);
      if (theirs.skipped !== undefined) throw new Error(theirs.skipped);
      collect(peer, theirs.results);
      const monai = theirs.monai === null ? 'no MONAI' : `MONAI ${theirs.monai}`;
      versions = `PyTorch ${theirs.torch}, ${monai}, ${threads(theirs.threads)}`;
    }
  }
  console.log(`\n${title}${versions === undefined ? '' : ` against ${versions}`}`);
  console.log(
    `${'loss'.padEnd(24)} |    ours    peer  peer/ours | peer     | value, ours and peer's`,
  );
  for (const name of names) {
    const a = own.get(name);
    const b = peer.get(name);
    const ratio = b === undefined ? '' : (median(b.seconds) / median(a.seconds)).toFixed(2);
    const source = b?.peer ?? (torch ? 'has none' : '');
    const value = [a.value, b?.value].flatMap((each) => each?.toPrecision(5) ?? []).join('  ');
    const cells = [ms(a), ms(b), ratio.padStart(10)].join(' ');
    console.log(`${name.padEnd(24)} | ${cells} | ${source.padEnd(8)} | ${value}`);
  }
}

function threadsOf(backend) {
  return backend.startsWith('tensorflow') ? threads(values.threads) : '1 thread';
}

function threads(count) {
  return `${count} thread${Number(count) === 1 ? '' : 's'}`;
}

function ran(command, parameters) {
  try {
    const output = execFileSync(command, parameters, {
      encoding: 'utf8',
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output.trim().split('\n').at(-1));
  } catch (error) {
    const lines = String(error.stderr || error.message).split('\n');
    const said =
      lines.find((line) => /Error: /.test(line)) ?? lines.findLast((line) => line !== '');
    return { skipped: said.trim() };
  }
}

function collect(into, results) {
  for (const [name, result] of Object.entries(results)) {
    const before = into.get(name)?.seconds ?? [];
    into.set(name, { ...result, seconds: [...before, ...result.seconds] });
  }
}

function median(numbers) {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)];
}

function ms(result) {
  return (result === undefined ? '-' : (1000 * median(result.seconds)).toFixed(0)).padStart(7);
}

/** Discs of each class in every second image, and noisy logits that lean to the truth; always the same. */
function writeInput() {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const labels = new Uint8Array(batch * height * width);
  for (let image = 0; image < batch; image += 2) {
    for (let disc = 0; disc < 6; disc++) {
      const [y, x] = [uniform() * height, uniform() * width];
      const radius = (0.02 + 0.06 * uniform()) * width;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          if (Math.hypot(row - y, column - x) > radius) continue;
          labels[(image * height + row) * width + column] = 1 + (disc % (CLASSES - 1));
        }
      }
    }
  }
  const logits = Float32Array.from({ length: labels.length * CLASSES }, (_, index) => {
    const noise = 2 * (uniform() + uniform() + uniform()) - 3;
    return noise + (labels[Math.floor(index / CLASSES)] === index % CLASSES ? SIGNAL : 0);
  });
  writeFileSync(join(folder, 'logits.f32'), logits);
  writeFileSync(join(folder, 'labels.u8'), labels);
}
