// Draws docs/augmentation.png: each change of train.augment on a slice of the synthetic set.
// node bench/feed/picture.mjs [file]
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts } from '@raremask/core';
import { loadManifest } from '@raremask/core/manifest';
import sharp from 'sharp';
import { generatePhantom } from '../../packages/dataset-phantom/dist/index.js';
import { makeAugmentations } from '../../packages/engine/dist/augment/makeAugmentations.js';
import { openData } from '../../packages/engine/dist/opening/openData.js';

/** Strong enough to be seen; the last one is drawn on an image without a nodule. */
const CHANGES = {
  'as it is': {},
  flip: { flip: 1 },
  rotate: { rotate: 1 },
  turn: { turn: { probability: 1, degrees: 25 } },
  scale: { scale: { probability: 1, from: 0.7, to: 1.5 } },
  elastic: { elastic: { probability: 1, strength: 5, spacing: 20 } },
  brightness: { brightness: { probability: 1, strength: 0.8 } },
  contrast: { contrast: { probability: 1, from: 0.4, to: 2 } },
  gamma: { gamma: { probability: 1, from: 0.4, to: 2.5 } },
  noise: { noise: { probability: 1, strength: 0.6 } },
  blur: { blur: { probability: 1, sigma: 3 } },
  cutout: { cutout: { probability: 1, size: 0.5 } },
  'without a nodule': {},
  paste: { paste: { probability: 1 } },
};
const SIZE = 128;
const ENLARGED = 2;
const COLUMNS = 5;
const TITLE = 22;
const GAP = 6;
/** Draws of which the one that changes most is shown. */
const TRIED = 16;
const OUTLINE = [0, 224, 120];
const UNJUDGED = [58, 84, 140];

const file = process.argv[2] ?? join(import.meta.dirname, '../../docs/augmentation.png');
const root = await mkdtemp(join(tmpdir(), 'raremask-picture-'));
try {
  await generatePhantom({ out: join(root, 'data'), size: SIZE, cases: 8, slicesPerCase: 10 });
  await symlink(join(import.meta.dirname, '../node_modules'), join(root, 'node_modules'));
  const data = await openPhantom();
  const survey = await data.survey();
  const pixels = (id) => survey.image(id).classPixels[1];
  const [filled] = data.splits.train.toSorted((left, right) => pixels(right) - pixels(left));
  // Another slice of the same patient, so that the two look alike.
  const empty = data.splits.train.find(
    (id) => pixels(id) === 0 && id.startsWith(filled.slice(0, 9)),
  );
  const tiles = [];
  for (const [name, rule] of Object.entries(CHANGES)) {
    const id = name === 'paste' || name === 'without a nodule' ? empty : filled;
    tiles.push({ name, ...(await changed(data, id, rule, [filled])) });
  }
  await data.close();
  await writeFile(file, await drawn(tiles));
} finally {
  await rm(root, { recursive: true });
}

async function openPhantom() {
  const manifest = {
    name: 'picture',
    data: {
      use: '@raremask/dataset-images',
      with: { root: 'data', classes: { background: 0, nodule: 255 } },
      split: { train: 'train.txt', validation: 'val.txt' },
    },
    model: { use: '@raremask/unet' },
    loss: [{ use: '@raremask/loss-dice' }],
    sampler: { use: '@raremask/sampler' },
    train: { workers: 0 },
  };
  await writeFile(join(root, 'raremask.yaml'), JSON.stringify(manifest));
  return openData(await loadManifest([join(root, 'raremask.yaml')]), () => {});
}

async function augmentationsOf(data, augment) {
  const set = [`train.augment=${JSON.stringify(augment)}`];
  const { plugins } = await loadManifest([join(root, 'raremask.yaml')], { set });
  const scope = data.scope(() => {});
  scope.provide(facts, () => data.facts);
  return makeAugmentations(plugins.augmentations, data.facts, (one) => scope.make(one));
}

/** Of several draws the one that differs most from the image, as long as it shows what it had. */
async function changed(data, id, rule, donors) {
  const open = async (augment) =>
    data.feed({
      normalization: { kind: 'affine', mean: [90], deviation: [60] },
      multipleOf: [1, 1],
      augmentations: await augmentationsOf(data, { flip: false, rotate: false, ...augment }),
      donors,
    });
  const draw = async (feed, epoch) => {
    for await (const { images, target, weight } of feed.batches(epoch, [[{ id }]])) {
      return { images, target, weight };
    }
  };
  const original = await draw(await open({}), 0);
  const feed = await open(rule);
  const area = ({ target }) => target.filter((value, at) => at % 2 === 1 && value > 0).length;
  let best = original;
  let most = 0;
  for (let epoch = 0; epoch < TRIED; epoch++) {
    const one = await draw(feed, epoch);
    const distance = one.images.reduce(
      (sum, value, at) => sum + Math.abs(value - original.images[at]),
      0,
    );
    if (distance <= most || area(one) < 0.6 * area(original)) continue;
    [best, most] = [one, distance];
  }
  return best;
}

async function drawn(tiles) {
  const edge = SIZE * ENLARGED;
  const rows = Math.ceil(tiles.length / COLUMNS);
  const width = COLUMNS * (edge + GAP) + GAP;
  const height = rows * (edge + TITLE + GAP) + GAP;
  const places = tiles.map((_, at) => ({
    left: GAP + (at % COLUMNS) * (edge + GAP),
    top: GAP + Math.floor(at / COLUMNS) * (edge + TITLE + GAP),
  }));
  const titles = tiles.map(
    ({ name }, at) =>
      `<text x="${places[at].left}" y="${places[at].top + 16}" font-family="sans-serif" font-size="15" fill="#222">${name}</text>`,
  );
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${titles.join('')}</svg>`;
  return sharp(Buffer.from(page))
    .composite(
      tiles.map((tile, at) => ({
        input: tileOf(tile),
        raw: { width: edge, height: edge, channels: 3 },
        left: places[at].left,
        top: places[at].top + TITLE,
      })),
    )
    .removeAlpha()
    .png({ palette: true })
    .toBuffer();
}

/** The image in grey, what does not count in blue, and the outline of the mask. */
function tileOf({ images, target, weight }) {
  const edge = SIZE * ENLARGED;
  const data = Buffer.alloc(edge * edge * 3);
  const inMask = (y, x) =>
    y >= 0 && x >= 0 && y < edge && x < edge && target[2 * pixelAt(y, x) + 1] > 0;
  for (let y = 0; y < edge; y++) {
    for (let x = 0; x < edge; x++) {
      const pixel = pixelAt(y, x);
      const grey = Math.min(Math.max(Math.round(images[pixel] * 60 + 90), 0), 255);
      const beside = [-1, 0, 1].some((down) =>
        [-1, 0, 1].some((right) => inMask(y + down, x + right)),
      );
      const colour =
        beside && !inMask(y, x) ? OUTLINE : weight[pixel] === 0 ? UNJUDGED : [grey, grey, grey];
      data.set(colour, (y * edge + x) * 3);
    }
  }
  return data;
}

function pixelAt(y, x) {
  return Math.floor(y / ENLARGED) * SIZE + Math.floor(x / ENLARGED);
}
