import { inflateSync } from 'node:zlib';
import { TIFF_CODES, unlzw } from '../lzw.ts';
import { unJpeg } from './jpegSegment.ts';
import type { Layout } from './layout.ts';
import { unpackBits } from './packBits.ts';
import { unpredicted } from './predictor.ts';
import type { Segment } from './segments.ts';

/** Numbers of compressions, for messages. */
const NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT run lengths',
  3: 'CCITT group 3',
  4: 'CCITT group 4',
  6: 'JPEG of the old kind',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
};

/** Fax compressions of one bit, which the picture's decoder undoes whole. */
export const FAX: ReadonlySet<number> = new Set([2, 3, 4]);

/** What a compression is called, where this package does not undo it. */
export function unreadCompression({ compression }: Layout): string | undefined {
  if ([1, 5, 7, 8, 32773, 32946].includes(compression) || FAX.has(compression)) return undefined;
  return NAMES[compression] ?? `the unknown compression ${compression}`;
}

/** A strip or tile without its compression and predictor; throws an error that says what is wrong. */
export async function decompressed(
  file: Buffer,
  segment: Segment,
  layout: Layout,
): Promise<Uint8Array> {
  const { compression, predictor, bits, reversed } = layout;
  const stored = file.subarray(segment.offset, segment.offset + segment.length);
  const bytes = reversed && compression !== 7 ? turnedBits(stored) : stored;
  const rowBytes = Math.ceil((segment.width * segment.samples * bits) / 8);
  const expected = rowBytes * segment.height;
  try {
    if (compression === 7) return await unJpeg(bytes, segment, layout);
    const plain = unpacked(bytes, compression, expected);
    return predictor === 1 ? plain : unpredicted(plain, segment, layout);
  } catch (error) {
    throw new Error(`${segment.name}: ${(error as Error).message}`, { cause: error });
  }
}

function unpacked(bytes: Buffer, compression: number, expected: number): Uint8Array {
  if (compression === 5) return unlzw(bytes, expected, TIFF_CODES);
  if (compression === 32773) return unpackBits(bytes, expected);
  // Uncompressed data may be filled up to a multiple of four bytes.
  const slack = compression === 1 ? 3 : 0;
  const plain =
    compression === 1
      ? bytes
      : inflateSync(bytes, {
          chunkSize: Math.max(expected + 64, 1024),
          maxOutputLength: expected + 64,
        });
  if (plain.length < expected || plain.length > expected + slack) {
    throw new Error(`it holds ${plain.length} bytes, its size needs ${expected}`);
  }
  return plain.length === expected ? plain : plain.subarray(0, expected);
}

function turnedBits(bytes: Buffer): Buffer {
  const turned = Buffer.alloc(bytes.length);
  for (const [at, value] of bytes.entries()) {
    let other = 0;
    for (let bit = 0; bit < 8; bit++) other |= ((value >> bit) & 1) << (7 - bit);
    turned[at] = other;
  }
  return turned;
}
