import { open } from 'node:fs/promises';
import type { PixelSize } from '@raremask/core';
import { bmpHeader, MOST_BMP_HEADER } from './bmp/header.ts';
import { formatOf } from './bytes.ts';
import { cannotRead } from './errors.ts';
import type { Format } from './formats.ts';
import { gifPictures, gifScreen } from './gif/blocks.ts';
import type { Orientation } from './orientation.ts';
import { isGreyPalette } from './palette.ts';
import { NO_PIXEL_SIZE, ofBmp, ofExif, ofJfif, ofPhys, ofTiff } from './pixelSize.ts';

/** What the first bytes of an image file say, without its pixels. */
export interface Head {
  readonly format: Format;
  /** As stored; 0 where the head does not tell. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Along [height, width] as stored. */
  readonly pixelSize: PixelSize;
  /** Channels that are not alpha, as the network would get them; undefined where the head does not tell. */
  readonly channels: number | undefined;
  readonly alpha: boolean;
  readonly cmyk: boolean;
}

/** Bytes from a place on: fewer where the file ends. */
type Read = (at: number, length: number) => Promise<Buffer>;

/** Enough for the markers of a JPEG and the first directory of most files. */
const FIRST = 4096;

/** What stands before the picture of a GIF: of longer comments the head does not tell. */
const BEFORE_GIF = 65536;

/** Reads the head of a file. */
export async function headOfFile(file: string): Promise<Head> {
  const handle = await open(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  try {
    const further: Read = async (at, length) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await handle.read(buffer, 0, length, at);
      return buffer.subarray(0, bytesRead);
    };
    const first = await further(0, FIRST).catch((error: unknown) => {
      throw cannotRead(file, error);
    });
    const read: Read = async (at, length) =>
      at + length <= first.length ? first.subarray(at, at + length) : further(at, length);
    return await headOf(formatOf(file, first), read);
  } finally {
    await handle.close();
  }
}

/** The head of a file that is in memory. */
export async function headOfBytes(format: Format, bytes: Buffer): Promise<Head> {
  return headOf(format, async (at, length) => bytes.subarray(at, at + length));
}

async function headOf(format: Format, read: Read): Promise<Head> {
  const parts = { png: pngHead, jpeg: jpegHead, tiff: tiffHead, bmp: bmpHead, gif: gifHead };
  return { format, ...(await parts[format](read)) };
}

type Told = Omit<Head, 'format'>;

const UNTOLD: Told = {
  width: 0,
  height: 0,
  orientation: 1,
  pixelSize: NO_PIXEL_SIZE,
  channels: undefined,
  alpha: false,
  cmyk: false,
};

/** Headers of what is damaged, or not read, tell nothing. */
function toldBy(tell: () => Told): Told {
  try {
    return tell();
  } catch {
    return UNTOLD;
  }
}

async function bmpHead(read: Read): Promise<Told> {
  const start = await read(0, MOST_BMP_HEADER);
  return toldBy(() => {
    const { width, height, palette, places, density } = bmpHeader(start);
    const channels = palette !== undefined && isGreyPalette(palette) ? 1 : 3;
    const alpha = places.length === 4;
    return { ...UNTOLD, width, height, channels, alpha, pixelSize: ofBmp(density) };
  });
}

async function gifHead(read: Read): Promise<Told> {
  const start = await read(0, BEFORE_GIF);
  return toldBy(() => {
    // The first picture; without one there is no palette, which throws.
    const { palette, transparent } = gifPictures(start).next().value!;
    const channels = isGreyPalette(palette) ? 1 : 3;
    return { ...UNTOLD, ...gifScreen(start), channels, alpha: transparent !== undefined };
  });
}

async function pngHead(read: Read): Promise<Told> {
  const start = await read(16, 10);
  if (start.length < 10) return UNTOLD;
  const type = start[9]!;
  const [width, height] = [start.readUInt32BE(0), start.readUInt32BE(4)];
  let orientation: Orientation = 1;
  let pixelSize = NO_PIXEL_SIZE;
  for (let at = 8; ; ) {
    const chunk = await read(at, 8);
    const name = chunk.toString('latin1', 4, 8);
    if (chunk.length < 8 || name === 'IDAT' || name === 'IEND') break;
    const length = chunk.readUInt32BE(0);
    if (name === 'eXIf') orientation = orientationIn(await exifTags(await read(at + 8, length)));
    if (name === 'pHYs') pixelSize = ofPhys(await read(at + 8, length));
    at += 12 + length;
  }
  // Colour types: 2 is RGB, 3 a palette, 4 and 6 have alpha.
  const colour = type === 2 || type === 3 || type === 6;
  const alpha = type === 4 || type === 6;
  const channels = colour ? 3 : 1;
  return { width, height, orientation, pixelSize, channels, alpha, cmyk: false };
}

async function jpegHead(read: Read): Promise<Told> {
  let orientation: Orientation = 1;
  let pixelSize = NO_PIXEL_SIZE;
  for (let at = 2; ; ) {
    const start = await read(at, 4);
    if (start.length < 4 || start[0] !== 0xff) break;
    const marker = start[1]!;
    // Fill bytes, and markers that stand alone.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = start.readUInt16BE(2);
    if (marker === 0xe0) pixelSize = ofJfif(await read(at + 4, length - 2)) ?? pixelSize;
    if (marker === 0xe1) {
      const data = await read(at + 4, length - 2);
      if (data.toString('latin1', 0, 6) === 'Exif\0\0') {
        const tags = await exifTags(data.subarray(6));
        orientation = orientationIn(tags);
        // What stands in JFIF's own segment comes first.
        if (pixelSize.millimetres === undefined) pixelSize = ofExif(tags) ?? pixelSize;
      }
    }
    // Start of frame, of any kind but the tables c4, c8 and cc.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const frame = await read(at + 5, 5);
      if (frame.length < 5) break;
      const [height, width] = [frame.readUInt16BE(0), frame.readUInt16BE(2)];
      const components = frame[4];
      const channels = components === 1 ? 1 : 3;
      const cmyk = components === 4;
      return { width, height, orientation, pixelSize, channels, alpha: false, cmyk };
    }
    if (marker === 0xda || marker === 0xd9) break;
    at += 2 + length;
  }
  return { ...UNTOLD, orientation, pixelSize };
}

async function tiffHead(read: Read): Promise<Told> {
  const tags = await directoryTags(read);
  const photometric = tags.get(262)?.[0];
  const extra = tags.get(338) ?? [];
  const alpha = extra.filter((kind) => kind === 1 || kind === 2).length;
  const samples = tags.get(277)?.[0] ?? 1;
  const colours = photometric === 3 || photometric === 5 ? 3 : samples - alpha;
  return {
    width: tags.get(256)?.[0] ?? 0,
    height: tags.get(257)?.[0] ?? 0,
    orientation: orientationIn(tags),
    pixelSize: ofTiff(tags),
    channels: colours,
    alpha: alpha > 0,
    cmyk: photometric === 5,
  };
}

async function exifTags(data: Buffer): Promise<ReadonlyMap<number, readonly number[]>> {
  return await directoryTags(async (at, length) => data.subarray(at, at + length));
}

function orientationIn(tags: ReadonlyMap<number, readonly number[]>): Orientation {
  const value = tags.get(274)?.[0] ?? 1;
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}

/**
 * Tags that are looked at: size, photometric interpretation, description, maker of a camera, orientation,
 * samples, resolution along x and y, its unit, extra samples.
 */
const TOLD: ReadonlySet<number> = new Set([256, 257, 262, 270, 271, 274, 277, 282, 283, 296, 338]);
/** A picture has no more samples; what a description says of its scale stands in front. */
const MOST_VALUES = 4096;
const DESCRIPTION = 270;

/** How types of entries are stored: text, 16 and 32 bits, and fractions of two numbers of 32 bits. */
const STORED: Readonly<Record<number, { readonly width: 1 | 2 | 4; readonly each: 1 | 2 }>> = {
  2: { width: 1, each: 1 },
  3: { width: 2, each: 1 },
  4: { width: 4, each: 1 },
  5: { width: 4, each: 2 },
};

/**
 * Numbers of the first directory of a TIFF structure: of a fraction numerator and denominator, of a text its
 * bytes. Those behind a damage are left out.
 */
async function directoryTags(read: Read): Promise<ReadonlyMap<number, readonly number[]>> {
  const tags = new Map<number, readonly number[]>();
  try {
    const head = await read(0, 16);
    const little = head[0] === 0x49;
    const number = (bytes: Buffer, at: number, width: 1 | 2 | 4 | 8) => {
      if (width === 1) return bytes.readUInt8(at);
      if (width === 2) return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
      if (width === 4) return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
      return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    };
    const big = number(head, 2, 2) === 43;
    const word = big ? 8 : 4;
    const directory = number(head, big ? 8 : 4, word);
    const countBytes = big ? 8 : 2;
    const count = number(await read(directory, countBytes), 0, big ? 8 : 2);
    const size = 4 + 2 * word;
    const entries = await read(directory + countBytes, Math.min(count, 4096) * size);
    for (let at = 0; at + size <= entries.length; at += size) {
      const stored = STORED[number(entries, at + 2, 2)];
      const tag = number(entries, at, 2);
      if (!TOLD.has(tag) || stored === undefined) continue;
      const { width, each } = stored;
      const held = number(entries, at + 4, word);
      if (held > MOST_VALUES && tag !== DESCRIPTION) continue;
      const length = Math.min(held, MOST_VALUES) * each;
      const value = at + 4 + word;
      const outside = held * each * width > word;
      const values = outside
        ? await read(number(entries, value, word), length * width)
        : entries.subarray(value, value + word);
      tags.set(
        tag,
        Array.from({ length }, (_, index) => number(values, index * width, width)),
      );
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return tags;
}
