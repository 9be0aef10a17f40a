// Sets that no rule of `init` was chosen on, drawn from a seed: what a recommendation is worth where nobody has looked.
// `scratches`: brushed metal, each part photographed twice in another light; one part in five has a faint scratch or two.
// `boards`: printed circuits of straight tracks and drilled pads, each photographed once; half of them have up to three
// flaws of one of four kinds: a gap, a bridge, a spur, a pad that was not drilled.
// `ships`: the sea from above in colour, four tiles of each scene, with swell, foam, clouds and cliffs; ships lie in about
// two tiles of five, of 6 to 40 pixels, some of them in one colour with the foam.
// `fundus`: the back of the eye in colour, both eyes of a patient; half of the patients have lesions of up to three classes:
// red points of a few pixels, dark red blots, bright yellow deposits. Vessels, a pale disc and reflexes are none.
// `cloth`: weaves of other threads and brightness, 640 x 640, two places of each piece; two pieces of five have up to three tiny
// flaws of six kinds: holes, knots, missing and doubled threads, oil, lint.
// Usage: node bench/quality/made.mjs scratches|boards|ships|fundus|cloth FOLDER [SEED]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@raremask/core/host';
import sharp from 'sharp';
import { boards } from './made/boards.mjs';
import { cloth } from './made/cloth.mjs';
import { fundus } from './made/fundus.mjs';
import { scratches } from './made/scratches.mjs';
import { ships } from './made/ships.mjs';

const KINDS = { scratches, boards, ships, fundus, cloth };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, folder, seed = '1'] = process.argv.slice(2);
  await make(kind, folder, Number(seed));
}

/** Writes images/, masks/, train.txt, val.txt (a quarter of the groups) and split.csv with the groups. */
export async function make(kind, folder, seed) {
  for (const name of ['images', 'masks']) mkdirSync(join(folder, name), { recursive: true });
  const rows = [];
  for (const { id, group, held, side, image, mask } of KINDS[kind](
    createRandom(`${kind} ${seed}`),
  )) {
    const channels = image.length / side ** 2;
    const raw = { width: side, height: side, channels };
    const bytes = Uint8Array.from(image, (value) =>
      Math.max(0, Math.min(255, Math.round(255 * value))),
    );
    await sharp(bytes, { raw })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toFile(join(folder, 'images', `${id}.png`));
    await sharp(mask, { raw: { ...raw, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'masks', `${id}.png`));
    rows.push({ id, group, split: held ? 'val' : 'train' });
  }
  for (const split of ['train', 'val']) {
    const ids = rows.filter((row) => row.split === split).map(({ id }) => id);
    writeFileSync(join(folder, `${split}.txt`), `${ids.join('\n')}\n`);
  }
  const lines = rows.map(({ id, group, split }) => `${id},${split},${group}\n`);
  writeFileSync(join(folder, 'split.csv'), `id,split,group\n${lines.join('')}`);
}
