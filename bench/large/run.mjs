// What a set of many images costs: listing it, counting it in shares at once, one of which is killed and goes on, and putting the
// counts together. Seconds and memory of each process.
// Usage: node bench/large/run.mjs [--images 100000] [--parts 2] [--kill-after 10] [--keep folder]
import { spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    parts: { type: 'string', default: '2' },
    /** Seconds after which the first share is killed, once; 0: never. */
    'kill-after': { type: 'string', default: '10' },
    /** Where the set is made, and stays: a later call goes on with it. */
    keep: { type: 'string' },
  },
});
const command = join(here, '..', '..', 'packages', 'cli', 'bin', 'raremask.js');
const images = Number(values.images);
const parts = Number(values.parts);
const root = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'raremask-large-'));
/** Images that differ; the others are links to them. */
const DISTINCT = 1000;
const SLICES = 20;

try {
  if (!existsSync(join(root, 'raremask.yaml'))) await make();
  console.log(
    `${images} images of 64 x 64; ${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`,
  );
  const index = await child(['--expose-gc', join(here, 'index.mjs'), join(root, 'data')]);
  tell(index.out.trim(), index);
  await survive();
  const started = performance.now();
  const counted = await Promise.all(
    Array.from({ length: parts }, (_, at) => inspect('--part', `${at + 1}/${parts}`)),
  );
  for (const [at, one] of counted.entries()) tell(`part ${at + 1} of ${parts}`, one);
  console.log(`all parts: ${seconds((performance.now() - started) / 1000)}`);
  tell('put together, and inspected', await inspect());
  tell('inspected once more', await inspect());
} finally {
  if (!values.keep) rmSync(root, { recursive: true, force: true });
}

/** The first share is killed in its middle; what it has counted is not counted again. */
async function survive() {
  const after = Number(values['kill-after']);
  if (after === 0) return;
  const { signal } = await child([command, 'inspect', '--part', `1/${parts}`], after);
  console.log(
    signal === null
      ? `part 1 of ${parts} was done before it could be killed`
      : `part 1 of ${parts} was killed after ${seconds(after)}`,
  );
}

async function inspect(...more) {
  const one = await child([command, 'inspect', 'raremask.yaml', '--json', ...more]);
  if (one.status !== 0) throw new Error(`inspect ${more.join(' ')}: ${one.error.slice(-2000)}`);
  return one;
}

function tell(what, { spent, memory }) {
  console.log(`${what}: ${seconds(spent)}, ${memory} MiB at most`);
}

/** A Node process in the set's folder, with its time and the largest memory that it had. */
function child(parameters, killAfter) {
  const begun = performance.now();
  const running = spawn(process.execPath, ['--import', join(here, 'peak.mjs'), ...parameters], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, error] = ['', ''];
  running.stdout.on('data', (text) => {
    out += text;
  });
  running.stderr.on('data', (text) => {
    error += text;
  });
  const timer = killAfter && setTimeout(() => running.kill('SIGKILL'), 1000 * killAfter);
  return new Promise((done, fail) => {
    running.on('error', fail);
    running.on('close', (status, signal) => {
      clearTimeout(timer);
      const spent = (performance.now() - begun) / 1000;
      done({ status, signal, out, error, spent, memory: /peak (\d+) MiB/.exec(error)?.[1] });
    });
  });
}

function seconds(value) {
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}

async function make() {
  const [from, data] = [join(root, 'distinct'), join(root, 'data')];
  for (const folder of [from, join(data, 'images'), join(data, 'masks')]) {
    mkdirSync(folder, { recursive: true });
  }
  mkdirSync(join(root, 'node_modules'));
  for (const scope of ['@raremask', '@tensorflow']) {
    symlinkSync(join(here, '..', 'node_modules', scope), join(root, 'node_modules', scope));
  }
  const raw = { width: 64, height: 64, channels: 1 };
  for (let index = 0; index < DISTINCT; index++) {
    const image = Uint8Array.from(
      { length: 4096 },
      (_, at) => (at * 37 + index * 101 + (at >> 5) ** 2) % 251,
    );
    const mask = new Uint8Array(4096);
    // One image of five has a structure.
    if (index % 5 === 0)
      for (let at = 0; at < 25; at++) mask[(10 + (at % 5)) * 64 + 12 + Math.floor(at / 5)] = 255;
    await sharp(image, { raw })
      .png()
      .toFile(join(from, `image-${index}.png`));
    await sharp(mask, { raw })
      .png()
      .toFile(join(from, `mask-${index}.png`));
  }
  const rows = ['id,group'];
  for (let index = 0; index < images; index++) {
    const group = `case-${String(Math.floor(index / SLICES)).padStart(6, '0')}`;
    const id = `${group}_slice-${String(index % SLICES).padStart(3, '0')}`;
    for (const kind of ['image', 'mask']) {
      linkSync(join(from, `${kind}-${index % DISTINCT}.png`), join(data, `${kind}s`, `${id}.png`));
    }
    rows.push(`${id},${group}`);
  }
  writeFileSync(join(data, 'groups.csv'), `${rows.join('\n')}\n`);
  writeFileSync(
    join(root, 'raremask.yaml'),
    `name: large
seed: 0
data:
  use: "@raremask/dataset-images"
  with:
    root: data
    images: "images/*.png"
    masks: "masks/{id}.png"
    classes: { background: 0, structure: 255 }
    group: { file: groups.csv, id: id, column: group }
  split: { validation: 0.1 }
model: { use: "@raremask/unet", with: { filters: 8, depth: 3 } }
loss:
  - { use: "@raremask/loss-ce" }
  - { use: "@raremask/loss-dice", with: { pool: batch } }
train: { epochs: 1, batch: 8 }
`,
  );
}
