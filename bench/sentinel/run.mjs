// What the sentinel costs: the same training with it and without, in turn; seconds of processor time of all threads.
// Usage: node bench/sentinel/run.mjs [--rounds 3] [--cases 40] [--size 64] [--epochs 3] [--batch 4]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatePhantom } from '../../packages/dataset-phantom/dist/index.js';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: '40' },
    size: { type: 'string', default: '64' },
    epochs: { type: 'string', default: '3' },
    batch: { type: 'string', default: '4' },
  },
});
const command = join(here, '..', '..', 'packages', 'cli', 'bin', 'raremask.js');
const root = mkdtempSync(join(tmpdir(), 'raremask-sentinel-'));
try {
  await make();
  const seconds = { on: [], off: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who goes first changes from round to round.
    for (const which of round % 2 === 0 ? ['on', 'off'] : ['off', 'on']) {
      seconds[which].push(train(which, round));
    }
  }
  const [on, off] = [median(seconds.on), median(seconds.off)];
  console.log(
    `${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}; ${values.cases} cases of ${values.size} x ${values.size}, ${values.epochs} epochs, batches of ${values.batch}`,
  );
  console.log(
    `with ${seconds.on.map(text).join(', ')} s; without ${seconds.off.map(text).join(', ')} s`,
  );
  console.log(
    `medians: ${text(on)} and ${text(off)} s, ${(100 * (on / off - 1)).toFixed(1)} % more`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function make() {
  const out = join(root, 'data');
  const [cases, size] = [Number(values.cases), Number(values.size)];
  await generatePhantom({ out, seed: 7, cases, slicesPerCase: 20, size });
  mkdirSync(join(root, 'node_modules'));
  for (const scope of ['@raremask', '@tensorflow']) {
    symlinkSync(join(here, '..', 'node_modules', scope), join(root, 'node_modules', scope));
  }
  writeFileSync(
    join(root, 'raremask.yaml'),
    `name: watched
seed: 7
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt, test: test.txt }
model: { use: "@raremask/unet", with: { filters: 8, depth: 3 } }
loss:
  - { use: "@raremask/loss-ce" }
  - { use: "@raremask/loss-dice", with: { pool: batch } }
train: { epochs: ${values.epochs}, batch: ${values.batch}, optimizer: { learningRate: 0.003 } }
`,
  );
}

function train(which, round) {
  const used = join(root, 'used');
  const run = join(root, `${which}${round}`);
  const set = which === 'off' ? ['--set', 'train.sentinel=off'] : [];
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', join(here, 'used.mjs'), command, 'train', '--out', run, ...set],
    { cwd: root, encoding: 'utf8', env: { ...process.env, RAREMASK_USED: used } },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(readFileSync(used, 'utf8'));
}

function median(numbers) {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)];
}

function text(seconds) {
  return seconds.toFixed(1);
}
