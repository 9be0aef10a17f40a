// Two sets that no rule of `init` was chosen on, drawn from a seed: what a recommendation is worth where nobody has looked.
// `scratches`: brushed metal, each part photographed twice in another light; one part in five has a faint scratch or two.
// `boards`: printed circuits of straight tracks and drilled pads, each photographed once; half of them have up to three
// flaws of one of four kinds: a gap, a bridge, a spur, a pad that was not drilled.
// Usage: node bench/quality/made.mjs scratches|boards FOLDER [SEED]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@raremask/core/host';
import sharp from 'sharp';

const KINDS = { scratches, boards };

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
    const raw = { width: side, height: side, channels: 1 };
    const grey = Uint8Array.from(image, (value) =>
      Math.max(0, Math.min(255, Math.round(255 * value))),
    );
    await sharp(grey, { raw })
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'images', `${id}.png`));
    await sharp(mask, { raw })
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

function* scratches(random) {
  const [side, parts] = [256, 140];
  for (let part = 0; part < parts; part++) {
    const flawed = part % 5 === 0;
    const grain = Float32Array.from({ length: side }, () => random.normal());
    const flaws = Array.from({ length: flawed ? 1 + Number(random.next() < 0.4) : 0 }, () => ({
      ...{ x: 40 + 176 * random.next(), y: 40 + 176 * random.next() },
      // Never along the grain.
      angle: (0.15 + 0.7 * random.next()) * Math.PI,
      bend: 0.01 * random.normal(),
      length: 30 + 90 * random.next(),
      depth: (random.next() < 0.5 ? -1 : 1) * (0.1 + 0.12 * random.next()),
    }));
    for (let light = 0; light < 2; light++) {
      const image = new Float32Array(side * side);
      const mask = new Uint8Array(side * side);
      const [level, slope, tilt] = [
        0.35 + 0.3 * random.next(),
        0.2 * random.normal(),
        random.next(),
      ];
      const moved = 4 * (random.next() - 0.5);
      for (let y = 0, at = 0; y < side; y++) {
        for (let x = 0; x < side; x++, at++) {
          const ramp = slope * ((x / side - 0.5) * tilt + (y / side - 0.5) * (1 - tilt));
          image[at] = level + ramp + 0.03 * grain[y] + 0.03 * random.normal();
        }
      }
      // Dust, and marks along the grain, are no flaws.
      for (let count = random.integer(2, 6); count > 0; count--) {
        disc(
          image,
          side,
          side * random.next(),
          side * random.next(),
          1 + 1.5 * random.next(),
          (old) => old - 0.2,
        );
      }
      for (let count = random.integer(0, 2); count > 0; count--) {
        const [y, from] = [random.integer(4, side - 5), random.integer(0, side / 2)];
        for (let x = from; x < from + 60; x++) image[y * side + x] += 0.15;
      }
      for (const { x, y, angle, bend, length, depth } of flaws) {
        let [px, py, direction] = [x + moved, y + moved, angle];
        for (let step = 0; step < length; step += 0.5, direction += bend / 2) {
          px += Math.cos(direction) / 2;
          py += Math.sin(direction) / 2;
          const fade = depth * Math.min(1, step / 8, (length - step) / 8);
          disc(image, side, px, py, 0.8, (old) => old + fade / 3);
          disc(mask, side, px, py, 1.5, () => 255);
        }
      }
      yield {
        id: `part${part}_light${light}`,
        group: `part${part}`,
        held: Math.floor(part / 5) % 4 === 3,
        side,
        image,
        mask,
      };
    }
  }
}

function* boards(random) {
  const [side, count, pitch] = [320, 160, 20];
  for (let board = 0; board < count; board++) {
    const image = new Float32Array(side * side).fill(0.25 + 0.15 * random.next());
    const mask = new Uint8Array(side * side);
    const copper = 0.55 + 0.2 * random.next();
    const tracks = [];
    const drawn = () => copper;
    for (let row = 1; row < side / pitch - 1; row++) {
      let from = random.integer(0, 3);
      while (from < side / pitch - 3) {
        const to = Math.min(from + random.integer(3, 8), side / pitch - 1);
        const track = { y: row * pitch, from: from * pitch + 6, to: to * pitch };
        tracks.push(track);
        box(image, side, track.from, track.y - 2, track.to, track.y + 2, drawn);
        from = to + random.integer(1, 3);
      }
    }
    const pads = tracks.flatMap(({ y, from, to }) => [
      { x: from, y },
      { x: to, y },
    ]);
    const kind = board % 2 === 0 ? 1 + ((board / 2) % 4) : 0;
    const flaws = kind === 0 ? 0 : random.integer(1, 3);
    const undrilled = new Set();
    for (const { x, y } of pads) disc(image, side, x, y, 6, drawn);
    for (let flaw = 0; flaw < flaws; flaw++) {
      const track = tracks[random.integer(0, tracks.length - 1)];
      const x = random.integer(track.from + 12, Math.max(track.from + 12, track.to - 12));
      const bare = 0.3;
      if (kind === 1) {
        box(image, side, x - 2, track.y - 2, x + 3, track.y + 2, () => bare);
        box(mask, side, x - 2, track.y - 2, x + 3, track.y + 2, () => kind);
      } else if (kind === 2) {
        box(image, side, x - 1, track.y + 2, x + 2, track.y + pitch - 2, drawn);
        box(mask, side, x - 1, track.y + 2, x + 2, track.y + pitch - 2, () => kind);
      } else if (kind === 3) {
        disc(image, side, x, track.y - 4, 2.5, drawn);
        disc(mask, side, x, track.y - 4, 3, () => kind);
      } else {
        const pad = pads[random.integer(0, pads.length - 1)];
        undrilled.add(pad);
        disc(mask, side, pad.x, pad.y, 6, () => kind);
      }
    }
    for (const pad of pads) {
      if (!undrilled.has(pad)) disc(image, side, pad.x, pad.y, 2.5, () => 0.1);
    }
    const noise = 0.03 + 0.03 * random.next();
    for (let at = 0; at < image.length; at++) image[at] += noise * random.normal();
    yield {
      id: `board${board}`,
      group: `board${board}`,
      held: Math.floor(board / 8) % 4 === 3,
      side,
      image,
      mask,
    };
  }
}

function disc(plane, side, x, y, radius, value) {
  const reach = Math.ceil(radius);
  for (
    let row = Math.max(0, Math.round(y) - reach);
    row <= Math.min(side - 1, Math.round(y) + reach);
    row++
  ) {
    for (
      let column = Math.max(0, Math.round(x) - reach);
      column <= Math.min(side - 1, Math.round(x) + reach);
      column++
    ) {
      const at = row * side + column;
      if ((row - y) ** 2 + (column - x) ** 2 <= radius ** 2) plane[at] = value(plane[at]);
    }
  }
}

/** From the first to the last row and column, both included. */
function box(plane, side, left, top, right, bottom, value) {
  for (let row = Math.max(0, top); row <= Math.min(side - 1, bottom); row++) {
    for (let column = Math.max(0, left); column <= Math.min(side - 1, right); column++) {
      plane[row * side + column] = value(plane[row * side + column]);
    }
  }
}
