import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function isPng(bytes: Buffer): boolean {
  return bytes.length >= SIGNATURE.length && bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/** What the IHDR chunk says (PNG specification, third edition, 11.2.1). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** Samples of a pixel; 1 with a palette. */
  readonly channels: number;
  readonly palette: boolean;
  readonly interlaced: boolean;
}

/** Channels and depths of each colour type. */
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The header of a PNG file; throws an error that says what is wrong with it. */
export function pngHeader(bytes: Buffer): PngHeader {
  if (bytes.length < 33 || bytes.toString('latin1', 12, 16) !== 'IHDR') {
    throw new Error('it has no header');
  }
  checkChecksum(bytes, 8, bytes.readUInt32BE(8));
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const [depth, colourType, compression, filter, interlace] = bytes.subarray(24, 29);
  const type = COLOUR_TYPES[colourType!];
  const known = compression === 0 && filter === 0 && interlace! < 2 && width > 0 && height > 0;
  if (!known || !type?.depths.includes(depth!)) throw new Error('its header makes no sense');
  return {
    width,
    height,
    depth: depth!,
    channels: type.channels,
    palette: colourType === 3,
    interlaced: interlace === 1,
  };
}

/** The chunks of a PNG file up to its end mark, each checked against its checksum. */
export function* pngChunks(bytes: Buffer): Generator<{ type: string; data: Buffer }> {
  for (let at = SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) throw new Error('the end of the PNG is missing');
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new Error(`its chunk ${type} is cut off`);
    checkChecksum(bytes, at, length);
    yield { type, data: bytes.subarray(at + 8, end) };
    if (type === 'IEND') return;
    at = end + 4;
  }
}

function checkChecksum(bytes: Buffer, at: number, length: number): void {
  const end = at + 8 + length;
  if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    throw new Error(`the checksum of its chunk ${type} is wrong`);
  }
}
