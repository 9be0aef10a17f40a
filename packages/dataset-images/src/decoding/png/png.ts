import { inflateSync } from 'node:zlib';
import { checkIndices } from '../palette.ts';
import type { Raster } from '../raster.ts';
import { type PngHeader, pngChunks, pngHeader } from './chunks.ts';
import { unfiltered } from './filters.ts';

/** The values of a PNG file, and the colours of its palette where it has one. */
export interface PngPixels extends Raster {
  readonly depth: number;
  /** Pictures in the file: more than one of an animation, of which this is the first. */
  readonly frames: number;
  /** Red, green and blue of each index in turn. */
  readonly palette?: Uint8Array;
}

/**
 * The stored values of a PNG file, exactly: no gamma, no colour profile, no palette applied (the
 * values of a palette image are its indices), 1 to 16 bits. Every chunk is checked against its
 * checksum, up to the end mark. Throws an error that says what is wrong with the file.
 */
export function decodePng(bytes: Buffer): PngPixels {
  const header = pngHeader(bytes);
  const parts: Buffer[] = [];
  let palette: Buffer | undefined;
  let frames = 1;
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'IDAT') parts.push(data);
    if (type === 'PLTE') palette = data;
    if (type === 'acTL' && data.length >= 4) frames = data.readUInt32BE(0);
  }
  const passes = passesOf(header);
  const expected = passes.reduce((sum, { length }) => sum + length, 0);
  const filtered = inflateSync(parts.length === 1 ? parts[0]! : Buffer.concat(parts), {
    chunkSize: Math.max(expected + 64, 1024),
    maxOutputLength: expected + 64,
  });
  if (filtered.length < expected) throw new Error('there are fewer rows than its head says');
  const { width, height, channels, depth } = header;
  const data = header.interlaced
    ? deinterlaced(filtered, header, passes)
    : valuesOf(filtered, header, width, height);
  if (!header.palette) return { width, height, channels, depth, frames, data };
  if (palette === undefined) throw new Error('its palette is missing');
  checkIndices(data, palette);
  return { width, height, channels, depth, frames, data, palette };
}

/** A picture of every so many pixels, as it stands in the data. */
interface Pass {
  readonly width: number;
  readonly height: number;
  /** Column and row of the first pixel, and the steps to the next. */
  readonly left: number;
  readonly top: number;
  readonly across: number;
  readonly down: number;
  /** Bytes with the filters. */
  readonly length: number;
}

/** First column, first row, step across and step down of each pass of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf(header: PngHeader): Pass[] {
  const starts = header.interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return starts.flatMap(([left, top, across, down]) => {
    const width = Math.ceil((header.width - left) / across);
    const height = Math.ceil((header.height - top) / down);
    if (width <= 0 || height <= 0) return [];
    const length = height * (bytesOfRow(header, width) + 1);
    return [{ width, height, left, top, across, down, length }];
  });
}

function bytesOfRow({ channels, depth }: PngHeader, width: number): number {
  return Math.ceil((width * channels * depth) / 8);
}

function valuesOf(
  filtered: Buffer,
  header: PngHeader,
  width: number,
  height: number,
): Uint8Array | Uint16Array {
  const { channels, depth } = header;
  const step = Math.max((channels * depth) / 8, 1);
  const stored = unfiltered(filtered, height, bytesOfRow(header, width), step);
  if (depth === 8) return stored;
  if (depth < 8) return unpacked(stored, width, height, depth);
  const values = new Uint16Array(stored.length / 2);
  for (let at = 0; at < values.length; at++) {
    values[at] = (stored[2 * at]! << 8) | stored[2 * at + 1]!;
  }
  return values;
}

function deinterlaced(
  filtered: Buffer,
  header: PngHeader,
  passes: readonly Pass[],
): Uint8Array | Uint16Array {
  const { width, height, channels, depth } = header;
  const length = width * height * channels;
  const values = depth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  let from = 0;
  for (const pass of passes) {
    const part = valuesOf(filtered.subarray(from), header, pass.width, pass.height);
    from += pass.length;
    let read = 0;
    for (let y = pass.top; y < height; y += pass.down) {
      for (let x = pass.left; x < width; x += pass.across) {
        const to = (y * width + x) * channels;
        for (let channel = 0; channel < channels; channel++) values[to + channel] = part[read++]!;
      }
    }
  }
  return values;
}

/** One value a byte; rows of a packed image begin with a new byte, the first pixel in the high bits. */
function unpacked(packed: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const highest = (1 << depth) - 1;
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = packed[y * rowBytes + Math.floor(x / perByte)]!;
      values[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & highest;
    }
  }
  return values;
}
