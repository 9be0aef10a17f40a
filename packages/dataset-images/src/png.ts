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
 * values of a palette image are its indices), 1 to 16 bits. Throws what the decoder throws.
 */
export function decodePng(bytes: Buffer): Raster {
  const { width, height, channels, depth, data } = decode(bytes, { checkCrc: true });
  if (data instanceof Uint16Array) return { width, height, channels, data };
  const stored = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const values = depth === 8 ? stored : unpacked(stored, width, height, depth);
  return { width, height, channels, data: values };
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
