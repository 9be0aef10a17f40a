import { crc32, inflateSync } from 'node:zlib';
import { decode } from 'fast-png';

/** Pixels as they are stored. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Channels last, rows from the top. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/** What the first bytes of a PNG file say. */
export interface PngHeader {
  readonly depth: number;
  readonly interlaced: boolean;
  readonly palette: boolean;
  /** Channels of the stored image: a palette counts as colour. */
  readonly colour: boolean;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The header of a PNG file; undefined for anything else. */
export function pngHeader(bytes: Buffer): PngHeader | undefined {
  if (bytes.length < 29 || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const colourType = bytes[25]!;
  return {
    depth: bytes[24]!,
    interlaced: bytes[28] === 1,
    palette: colourType === 3,
    colour: colourType === 2 || colourType === 3 || colourType === 6,
  };
}

/** A PNG file without its end mark has been cut off, even where all its rows are there. */
export function hasPngEnd(bytes: Buffer): boolean {
  const end = bytes.lastIndexOf('IEND', undefined, 'latin1');
  return end > 0 && bytes.length >= end + 8;
}

/**
 * The stored values of a PNG file, exactly: no gamma, no colour profile, no palette applied (the
 * values of a palette image are its indices), 1 to 16 bits. Throws an error that says what is wrong
 * with the file.
 */
export function decodePng(bytes: Buffer): Raster {
  const layout = layoutOf(bytes);
  if (layout !== undefined) return decodeRows(bytes, layout);
  const { width, height, channels, depth, data } = decode(bytes, { checkCrc: true });
  if (data instanceof Uint16Array) return { width, height, channels, data };
  const stored = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const values = depth === 8 ? stored : unpacked(stored, width, height, depth);
  return { width, height, channels, data: values };
}

/** How the rows of a PNG file are laid out. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly depth: number;
}

/** Channels and depths of each colour type. */
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

const HEADER_END = 33;

/** The layout of a file whose rows follow each other; undefined for an interlaced or an odd one. */
function layoutOf(bytes: Buffer): Layout | undefined {
  if (bytes.length < HEADER_END || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const [depth, colourType, compression, filter, interlace] = bytes.subarray(24, 29);
  const type = COLOUR_TYPES[colourType!];
  const usual = compression === 0 && filter === 0 && interlace === 0 && width > 0 && height > 0;
  if (!usual || !type?.depths.includes(depth!)) return undefined;
  return { width, height, channels: type.channels, depth: depth! };
}

function decodeRows(bytes: Buffer, { width, height, channels, depth }: Layout): Raster {
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const expected = height * (rowBytes + 1);
  const filtered = inflateSync(imageData(bytes), {
    chunkSize: Math.max(expected + 64, 1024),
    maxOutputLength: expected + 64,
  });
  if (filtered.length < expected) throw new Error('there are fewer rows than its head says');
  const stored = unfiltered(filtered, height, rowBytes, Math.max((channels * depth) / 8, 1));
  if (depth === 8) return { width, height, channels, data: stored };
  if (depth < 8) return { width, height, channels, data: unpacked(stored, width, height, depth) };
  const values = new Uint16Array(stored.length / 2);
  for (let at = 0; at < values.length; at++) {
    values[at] = (stored[2 * at]! << 8) | stored[2 * at + 1]!;
  }
  return { width, height, channels, data: values };
}

/** What the IDAT chunks hold together; all chunks are checked against their checksums. */
function imageData(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new Error(`its chunk ${type} is cut off`);
    if (crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) {
      throw new Error(`the checksum of its chunk ${type} is wrong`);
    }
    if (type === 'IDAT') parts.push(bytes.subarray(at + 8, end));
    if (type === 'IEND') break;
    at = end + 4;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/**
 * Takes the filters of the rows back (PNG specification, third edition, 9).
 *
 * @param step bytes from a pixel to the next one, at least 1
 */
function unfiltered(rows: Buffer, height: number, rowBytes: number, step: number): Uint8Array {
  const result = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1) + 1;
    const to = y * rowBytes;
    const filter = rows[from - 1]!;
    result.set(rows.subarray(from, from + rowBytes), to);
    // The row above the first one counts as zeros: Up changes nothing there, Paeth is Sub.
    const above = y === 0 ? undefined : to - rowBytes;
    if (filter === 0) continue;
    if (filter === 1 || (filter === 4 && above === undefined)) {
      for (let at = to + step; at < to + rowBytes; at++) result[at]! += result[at - step]!;
    } else if (filter === 2) {
      if (above === undefined) continue;
      for (let at = 0; at < rowBytes; at++) result[to + at]! += result[above + at]!;
    } else if (filter === 3) {
      for (let at = 0; at < rowBytes; at++) {
        const left = at < step ? 0 : result[to + at - step]!;
        const up = above === undefined ? 0 : result[above + at]!;
        result[to + at]! += (left + up) >> 1;
      }
    } else if (filter === 4) {
      undoPaeth(result, to, above!, rowBytes, step);
    } else {
      throw new Error(`its row ${y} has the unknown filter ${filter}`);
    }
  }
  return result;
}

function undoPaeth(
  values: Uint8Array,
  to: number,
  above: number,
  rowBytes: number,
  step: number,
): void {
  for (let at = 0; at < step; at++) values[to + at]! += values[above + at]!;
  for (let at = step; at < rowBytes; at++) {
    const left = values[to + at - step]!;
    const up = values[above + at]!;
    const corner = values[above + at - step]!;
    const farLeft = Math.abs(up - corner);
    const farUp = Math.abs(left - corner);
    const farCorner = Math.abs(left + up - 2 * corner);
    const nearest =
      farLeft <= farUp && farLeft <= farCorner ? left : farUp <= farCorner ? up : corner;
    values[to + at]! += nearest;
  }
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
