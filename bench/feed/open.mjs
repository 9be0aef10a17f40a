// Opens a folder of 100,000 tiny images twice: with a census, and with the counts of the first time.
// node bench/feed/open.mjs [images]
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadManifest } from '@raremask/core/manifest';

import sharp from 'sharp';
import { openData } from '../../packages/engine/dist/opening/openData.js';

setFlagsFromString('--expose-gc');
// A flag of the process would be refused by its reader threads.
const collectGarbage = runInNewContext('gc');

const [first = '100000', folder] = process.argv.slice(2);
if (folder === undefined) await whole(Number(first));
else await open(folder);

async function whole(count) {
  const root = await mkdtemp(join(tmpdir(), 'raremask-open-'));
  try {
    const made = await seconds(() => make(root, count));
    console.log(`${count} images and masks of 16 x 16 pixels made in ${made.toFixed(1)} s`);
    for (const what of ['first opening, with the census', 'second opening']) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        import.meta.filename,
        `${count}`,
        root,
      ]);
      const { listing, split, survey, memory, index } = JSON.parse(stdout);
      console.log(
        `${what}: ${(listing + survey).toFixed(2)} s (listing and split ${listing.toFixed(2)}, survey ${survey.toFixed(2)}); ${split} training images; resident ${memory.toFixed(0)} MiB, index in the heap ${index.toFixed(1)} MiB`,
      );
    }
    const cache = join(root, '.raremask');
    for (const name of await readdir(cache, { recursive: true }).catch(() => [])) {
      const { size } = await stat(join(cache, name));
      console.log(`${name}: ${(size / 2 ** 20).toFixed(1)} MiB`);
    }
  } finally {
    await rm(root, { recursive: true });
  }
}

async function make(root, count) {
  await mkdir(join(root, 'data/images'), { recursive: true });
  await mkdir(join(root, 'data/masks'), { recursive: true });
  const encoded = [];
  for (let kind = 0; kind < 16; kind++) {
    const pixels = Uint8Array.from({ length: 256 }, (_, at) => (at * (kind + 3)) % 251);
    const mask = new Uint8Array(256);
    if (kind % 4 === 0) mask.fill(255, 16 * kind, 16 * kind + 5);
    const raw = { raw: { width: 16, height: 16, channels: 1 } };
    encoded.push([
      await sharp(pixels, raw).toColourspace('b-w').png().toBuffer(),
      await sharp(mask, raw).toColourspace('b-w').png().toBuffer(),
    ]);
  }
  for (let from = 0; from < count; from += 500) {
    await Promise.all(
      Array.from({ length: Math.min(500, count - from) }, async (_, own) => {
        const name = `${String(from + own).padStart(6, '0')}.png`;
        const [image, mask] = encoded[(from + own) % 16];
        await writeFile(join(root, 'data/images', name), image);
        await writeFile(join(root, 'data/masks', name), mask);
      }),
    );
  }
  await writeFile(
    join(root, 'raremask.yaml'),
    `name: many
data:
  use: "@raremask/dataset-images"
  with: { root: ./data, classes: { background: 0, spot: 255 } }
  split: { validation: 0.2 }
model: { use: "@raremask/unet" }
loss: [{ use: "@raremask/loss-dice" }]
sampler: { use: "@raremask/sampler" }
`,
  );
  const modules = join(import.meta.dirname, '../node_modules');

  await symlink(modules, join(root, 'node_modules'));
}

async function open(root) {
  let data;
  collectGarbage();
  const before = process.memoryUsage();
  const listing = await seconds(async () => {
    const loaded = await loadManifest([join(root, 'raremask.yaml')]);
    data = await openData(loaded, () => {});
  });
  const survey = await seconds(() => data.survey());
  const result = { listing, survey, split: data.splits.train.length };
  collectGarbage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const index = heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers;
  console.log(JSON.stringify({ ...result, memory: rss / 2 ** 20, index: index / 2 ** 20 }));
  await data.close();
}

async function seconds(action) {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}
