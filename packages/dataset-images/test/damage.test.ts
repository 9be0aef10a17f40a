import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import sharp, { type TiffOptions } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { someOf } from '../../../test/further.ts';
import { numbers, withFlip } from '../../../test/seededDamage.ts';
import { decodeImage } from '../src/decoding/image.ts';
import { readTiff, TAG } from '../src/decoding/tiff/directory.ts';
import { decodeMask } from '../src/masks/maskFile.ts';
import { bmp } from './bmp.ts';
import { png } from './folder.ts';
import { gif } from './gif.ts';
import { tiff } from './tiff.ts';

const folder = mkdtempSync(join(tmpdir(), 'raremask-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Reading = (file: string) => Promise<{ width: number; height: number; data: Iterable<number> }>;

const asImage: Reading = (file) => decodeImage(file, { inks: false, upright: false });
const asMask: Reading = (file) =>
  decodeMask(file, { lossy: false, whiteIsZero: 'error', upright: false });

/** What is read: size and values as text, or the code of the error that refuses the file. */
async function outcome(bytes: Uint8Array, reading: Reading): Promise<string> {
  const file = join(folder, 'a');
  await writeFile(file, bytes);
  try {
    const { width, height, data } = await reading(file);
    return JSON.stringify([width, height, [...data]]);
  } catch (error) {
    if (!isRaremaskError(error) || error.category !== 'data') throw error;
    return error.code;
  }
}

const [CUTS, FLIPS] = process.env.RAREMASK_FULL === '1' ? [75, 150] : [20, 50];
const SIDE = 40;

// Smooth with some noise, as pictures are.
const draw = numbers(17);
const grey = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => 3 * (at % SIDE) + 40 * draw());
const rgb = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => 2 * (at % SIDE) + 40 * draw());
const greyRaw = { raw: { width: SIDE, height: SIDE, channels: 1 as const } };
const rgbRaw = { raw: { width: SIDE, height: SIDE, channels: 3 as const } };
const greyTiff = (options: TiffOptions) =>
  sharp(grey, greyRaw).toColourspace('b-w').tiff(options).toBuffer();
const rgbTiff = (options: TiffOptions) => sharp(rgb, rgbRaw).tiff(options).toBuffer();
const tile = { tile: true, tileWidth: 16, tileHeight: 16 };
const planes = Uint8Array.from({ length: 5 * SIDE * SIDE }, (_, at) => (at % SIDE) + 40 * draw());

/** Files in which every change can be known, wherever it is. */
const checked: Record<string, Uint8Array> = {
  'PNG of 8 bit': png(SIDE, SIDE, grey),
  'PNG of 16 bit in colour': png(SIDE, SIDE, Uint16Array.from(rgb), { depth: 16, channels: 3 }),
  'PNG with a palette': await sharp(rgb, rgbRaw).png({ palette: true, colours: 16 }).toBuffer(),
  'interlaced PNG': await sharp(rgb, rgbRaw).png({ progressive: true }).toBuffer(),
};

const tiffs: Record<string, Uint8Array> = {
  'uncompressed TIFF': await greyTiff({ compression: 'none' }),
  'tiled TIFF': await greyTiff({ compression: 'none', ...tile }),
  'tiled BigTIFF with Deflate': await greyTiff({ compression: 'deflate', bigtiff: true, ...tile }),
  'TIFF with LZW': await rgbTiff({ compression: 'lzw', predictor: 'horizontal' }),
  'tiled TIFF with LZW': await rgbTiff({ compression: 'lzw', ...tile }),
  'TIFF with Deflate': await rgbTiff({ compression: 'deflate' }),
  'TIFF with PackBits': await greyTiff({ compression: 'packbits' }),
  'TIFF with JPEG': await rgbTiff({ compression: 'jpeg', quality: 90 }),
  'tiled TIFF with JPEG': await greyTiff({ compression: 'jpeg', ...tile }),
  'fax TIFF': await greyTiff({ compression: 'ccittfax4', bitdepth: 1 }),
  'TIFF of five planes': tiff(SIDE, SIDE, planes, { planar: true, rowsPerStrip: 8 }),
  'TIFF of five planes with Deflate': tiff(SIDE, SIDE, planes, {
    planar: true,
    rowsPerStrip: 8,
    deflate: true,
  }),
};

const jpegs: Record<string, Uint8Array> = {
  'grey JPEG': await sharp(grey, greyRaw).toColourspace('b-w').jpeg().toBuffer(),
  'JPEG in colour': await sharp(rgb, rgbRaw).jpeg({ quality: 95 }).toBuffer(),
  'progressive JPEG': await sharp(rgb, rgbRaw).jpeg({ progressive: true }).toBuffer(),
};

const ramp = Array.from({ length: 16 }, (_, at) => [at * 17, at * 17, at * 17] as const);
const bright = ramp.map(([value]) => [value, 0, 255 - value] as const);

function bmps(side: number): Record<string, Uint8Array> {
  const indices = [...grey.slice(0, side * side)].map((value) => value >> 4);
  const bits = indices.map((value) => value & 1);
  const rows = Array.from({ length: side }, () => [side - 3, 7, 0, 3, 1, 2, 3, 0, 0, 0]).flat();
  const stored = Uint8Array.from([...rows, 0, 1]);
  return {
    'BMP of 8 bit': bmp(side, side, [...grey.slice(0, side * side)]),
    'BMP of 4 bit, from the top down': bmp(side, side, indices, { bits: 4, topDown: true }),
    'BMP of 1 bit': bmp(side, side, bits, { bits: 1, header: 124 }),
    'BMP of 24 bit in colour': bmp(side, side, [...rgb.slice(0, 3 * side * side)], { bits: 24 }),
    'BMP with run lengths': bmp(side, side, [], { compression: 1, stored }),
  };
}

function gifs(side: number): Record<string, Uint8Array> {
  const indices = [...grey.slice(0, side * side)].map((value) => value >> 4);
  return {
    'grey GIF': gif(side, side, indices, { palette: ramp }),
    'interlaced GIF': gif(side, side, indices, { palette: ramp, interlaced: true, transparent: 3 }),
    'GIF in colour': gif(side, side, indices, { palette: bright }),
  };
}

// Rows without bytes that fill them up, which a width that is a little larger would take for pixels.
const small = { ...bmps(8), ...gifs(8) };
const others = {
  ...bmps(SIDE),
  ...gifs(SIDE),
  'GIF of another encoder': await sharp(rgb, rgbRaw).gif().toBuffer(),
};

const all = { ...checked, ...tiffs, ...jpegs, ...others };

describe.each(Object.entries(all))('a %s', (name, bytes) => {
  it('that is cut anywhere is refused, or read as it was where nothing of it is missing', async () => {
    const whole = await outcome(bytes, asImage);
    expect(whole).toMatch(/^\[40,40,/);
    const next = numbers(5);
    const last = bytes.length - 1;
    const drawn = Array.from({ length: CUTS }, () => Math.floor(next() * bytes.length));
    const read: number[] = [];
    for (const length of [0, 1, 4, 8, 16, 30, last - 1, last].concat(drawn)) {
      const found = await outcome(bytes.subarray(0, length), asImage);
      if (found !== whole && !found.startsWith('RAREMASK_')) read.push(length);
    }
    expect(read).toEqual([]);
  });

  it('that is cut is no mask either', async () => {
    if (name.includes('JPEG') || name.includes('colour')) return;
    const whole = await outcome(bytes, asMask);
    const next = numbers(7);
    const read: number[] = [];
    for (let round = 0; round < 25; round++) {
      const length = Math.floor(next() * bytes.length);
      const found = await outcome(bytes.subarray(0, length), asMask);
      if (found !== whole && !found.startsWith('RAREMASK_')) read.push(length);
    }
    expect(read).toEqual([]);
  });
});

it.each(Object.entries(checked))(
  'a %s with a bit flipped anywhere is refused or read as it was',
  async (_, bytes) => {
    expect(await differing(bytes)).toEqual([]);
  },
);

/** Bytes, of those with a bit flipped at random, that make a file read as something else. */
async function differing(bytes: Uint8Array): Promise<number[]> {
  const whole = await outcome(bytes, asImage);
  const next = numbers(3);
  const found: number[] = [];
  for (let round = 0; round < FLIPS; round++) {
    const bit = Math.floor(next() * 8 * bytes.length);
    const read = await outcome(withFlip(bytes, bit), asImage);
    if (read !== whole && !read.startsWith('RAREMASK_')) found.push(bit >> 3);
  }
  return found;
}

/** Entries of a directory that nothing else in the file speaks for: see docs/files.md. */
const ALONE: readonly number[] = [
  TAG.photometric,
  TAG.fillOrder,
  TAG.predictor,
  TAG.colourMap,
  TAG.extraSamples,
  TAG.sampleFormat,
  TAG.jpegTables,
  TAG.planar,
];

/** Bytes of a TIFF file whose change its format cannot tell. */
function unknowable(file: Uint8Array): (byte: number) => boolean {
  const bytes = Buffer.from(file);
  const { pages } = readTiff(bytes);
  const ranges: [number, number][] = [];
  const [tags] = pages as [(typeof pages)[number]];
  // Deflate has a checksum.
  if (tags.get(TAG.compression)?.[0] !== 8) {
    const offsets = tags.get(TAG.stripOffsets) ?? tags.get(TAG.tileOffsets)!;
    const lengths = tags.get(TAG.stripBytes) ?? tags.get(TAG.tileBytes)!;
    for (const [index, offset] of offsets.entries()) {
      ranges.push([offset, offset + lengths[index]!]);
    }
  }
  const big = bytes.readUInt16LE(2) === 43;
  const directory = big ? Number(bytes.readBigUInt64LE(8)) : bytes.readUInt32LE(4);
  const count = big ? Number(bytes.readBigUInt64LE(directory)) : bytes.readUInt16LE(directory);
  const size = big ? 20 : 12;
  const tiled = tags.has(TAG.tileOffsets);
  const fax = tags.get(TAG.compression)?.[0] === 4;
  // A tile goes on beyond the edge, and a fax says nowhere how many rows it has.
  const open = [...ALONE, ...(tiled ? [TAG.width, TAG.height] : fax ? [TAG.height] : [])];
  for (let entry = 0; entry < count; entry++) {
    const at = directory + (big ? 8 : 2) + entry * size;
    if (!open.includes(bytes.readUInt16LE(at))) continue;
    ranges.push([at, at + size]);
    const width = { 3: 2, 4: 4, 7: 1 }[bytes.readUInt16LE(at + 2)] ?? 0;
    const length = width * bytes.readUInt32LE(at + 4);
    const list = bytes.readUInt32LE(at + size - (big ? 8 : 4));
    if (length > (big ? 8 : 4)) ranges.push([list, list + length]);
  }
  return (byte) => ranges.some(([from, to]) => from <= byte && byte < to);
}

it.each(Object.entries(tiffs))(
  'a %s with a bit flipped is read otherwise only where its format cannot tell',
  async (_, bytes) => {
    const alone = unknowable(bytes);
    expect((await differing(bytes)).filter((byte) => !alone(byte))).toEqual([]);
  },
);

it('a TIFF with Deflate is safe in all of its pixels, an uncompressed one in none', async () => {
  const next = numbers(9);
  for (const [name, expected] of [
    ['TIFF with Deflate', 0],
    ['uncompressed TIFF', 20],
  ] as const) {
    const bytes = tiffs[name]!;
    const whole = await outcome(bytes, asImage);
    const [tags] = readTiff(Buffer.from(bytes)).pages;
    const [offset] = tags!.get(TAG.stripOffsets)!;
    const [length] = tags!.get(TAG.stripBytes)!;
    let different = 0;
    for (let round = 0; round < 20; round++) {
      const bit = 8 * offset! + Math.floor(next() * 8 * length!);
      const found = await outcome(withFlip(bytes, bit), asImage);
      if (found !== whole && !found.startsWith('RAREMASK_')) different++;
    }
    expect([name, different]).toEqual([name, expected]);
  }
});

it.each(Object.entries(jpegs))(
  'a %s with a bit flipped is refused or read, and cannot always be told',
  async (_, bytes) => {
    // Whatever is read or refused, nothing else is thrown; that some is read is why masks are no JPEG files.
    const found = await differing(bytes);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(FLIPS);
  },
);

it.each(Object.entries(others))('a %s is refused wherever it is cut', async (_, bytes) => {
  const found = new Map<string, number>();
  for (const length of [...someOf(bytes.length, 250), bytes.length - 2, bytes.length - 1]) {
    const read = await outcome(bytes.subarray(0, length), asImage);
    if (read !== 'RAREMASK_IMAGES_DAMAGED') found.set(read.slice(0, 40), length);
  }
  expect([...found]).toEqual([]);
});

/** Bytes in front of the palette or the pixels. */
const HEADERS: Readonly<Record<string, number>> = {
  'BMP of 8 bit': 54,
  'BMP of 4 bit, from the top down': 54,
  'BMP of 24 bit in colour': 54,
  'BMP with run lengths': 54,
  'grey GIF': 13,
  'GIF in colour': 13,
};

it.each(Object.entries(HEADERS))(
  'the header of a %s is refused or read as it was',
  async (name, end) => {
    const bytes = small[name]!;
    const whole = await outcome(bytes, asImage);
    const found: number[] = [];
    for (const bit of someOf(8 * end, 150)) {
      const read = await outcome(withFlip(bytes, bit), asImage);
      if (read !== whole && !read.startsWith('RAREMASK_')) found.push(bit >> 3);
    }
    expect(found).toEqual([]);
  },
);

it.each(Object.entries(others))(
  'a %s with a bit flipped is refused or read, and cannot always be told',
  async (_, bytes) => {
    expect((await differing(bytes)).length).toBeGreaterThan(0);
  },
);
