// Samples a second of the feed here, and of a DataLoader with torchvision's or MONAI's transforms, in turn.
// node bench/feed/run.mjs [--python python3] [--peers torchvision,monai] [--workers 1,2] [--changes plain,rigid,all]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatePhantom } from '../../packages/dataset-phantom/dist/index.js';

/** What is changed, by the manifest's names; `paste` is left out, since no peer has it. */
const CHANGES = {
  plain: { flip: true, rotate: true },
  all: {
    flip: true,
    rotate: true,
    turn: { probability: 0.3, degrees: 15 },
    scale: { probability: 0.3, from: 0.8, to: 1.25 },
    elastic: { probability: 0.2, strength: 3, spacing: 16 },
    brightness: { probability: 0.3, strength: 0.2 },
    contrast: { probability: 0.3, from: 0.75, to: 1.33 },
    gamma: { probability: 0.3, from: 0.7, to: 1.5 },
    noise: { probability: 0.2, strength: 0.1 },
    blur: { probability: 0.2, sigma: 1 },
    cutout: { probability: 0.2, size: 0.25 },
  },
};

// torchvision's elastic transform smooths noise at every pixel and takes most of its time.
const { elastic: _, ...rigid } = CHANGES.all;
CHANGES.rigid = rigid;

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    peers: { type: 'string', default: 'torchvision,monai' },
    workers: { type: 'string', default: '1,2' },
    changes: { type: 'string', default: 'plain,rigid,all' },
    rounds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '4' },
    size: { type: 'string', default: '256' },
    batch: { type: 'string', default: '8' },
    passes: { type: 'string', default: '1' },
  },
});

const peers = values.peers.split(',').filter((peer) => {
  const found = spawnSync(values.python, ['-c', `import torch, ${peer}`], { stdio: 'ignore' });
  if (found.status !== 0) console.log(`skipped: ${values.python} cannot import torch and ${peer}`);
  return found.status === 0;
});

const root = await mkdtemp(join(tmpdir(), 'raremask-feed-'));
try {
  await make(root);
  console.log(
    `${values.rounds} rounds of ${values.epochs} epochs (${values.passes} times the training images) after one to warm up, batches of ${values.batch}, grey images of ${values.size} x ${values.size}; medians, samples a second`,
  );
  console.log(
    `changes workers |    ours ${peers.map((peer) => `${peer.padStart(12)}  ratio`).join('')}  load`,
  );
  for (const changes of values.changes.split(',')) {
    for (const workers of values.workers.split(',')) await compare(changes, workers);
  }
} finally {
  await rm(root, { recursive: true });
}

async function make(folder) {
  await generatePhantom({
    out: join(folder, 'data'),
    size: Number(values.size),
    cases: 8,
    slicesPerCase: 16,
    validationShare: 0.2,
    testShare: 0.125,
  });
  await symlink(join(here, '../node_modules'), join(folder, 'node_modules'));
}

async function compare(changes, workers) {
  const rule = CHANGES[changes];
  const manifest = {
    name: 'feed',
    data: {
      use: '@raremask/dataset-images',
      with: { root: 'data', classes: { background: 0, nodule: 255 } },
      split: { train: 'train.txt', validation: 'val.txt', test: 'test.txt' },
    },
    model: { use: '@raremask/unet' },
    loss: [{ use: '@raremask/loss-dice' }],
    sampler: { use: '@raremask/sampler' },
    train: { batch: Number(values.batch), workers: Number(workers), augment: rule },
  };
  await writeFile(join(root, 'raremask.yaml'), JSON.stringify(manifest));
  const own = [];
  const theirs = Object.fromEntries(peers.map((peer) => [peer, []]));
  const loads = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    loads.push(loadavg()[0]);
    own.push(
      ...measure(process.execPath, [join(here, 'ours.mjs'), root, values.epochs, values.passes]),
    );
    for (const peer of peers) {
      theirs[peer].push(
        ...measure(values.python, [
          join(here, 'peer.py'),
          peer,
          join(root, 'data'),
          values.batch,
          workers,
          values.epochs,
          values.passes,
          values.size,
          JSON.stringify(rule),
        ]),
      );
    }
  }
  const mine = median(own);
  const cells = peers.map((peer) => {
    const theirMedian = median(theirs[peer]);
    return `${theirMedian.toFixed(0).padStart(12)}  ${(mine / theirMedian).toFixed(2).padStart(5)}`;
  });
  console.log(
    `${changes.padEnd(7)} ${workers.padStart(7)} | ${mine.toFixed(0).padStart(7)} ${cells.join('')}  ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
  );
}

function measure(command, parameters) {
  const output = execFileSync(command, parameters, {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function median(numbers) {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
