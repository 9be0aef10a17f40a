import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePng } from '../src/decoding/png/png.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOUR_TYPE: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

/** A PNG file of stored bytes, each row with the filter that is named for it. */
function filtered(
  { width, height, channels, depth }: Record<'width' | 'height' | 'channels' | 'depth', number>,
  bytes: Uint8Array,
  filters: readonly number[],
  parts = 1,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, COLOUR_TYPE[channels]!], 8);
  const step = (channels * depth) / 8;
  const rowBytes = width * step;
  const rows = Buffer.alloc(height * (rowBytes + 1));
  const byteAt = (y: number, at: number) => (y < 0 || at < 0 ? 0 : bytes[y * rowBytes + at]!);
  for (let y = 0; y < height; y++) {
    const filter = filters[y % filters.length]!;
    rows[y * (rowBytes + 1)] = filter;
    for (let at = 0; at < rowBytes; at++) {
      const [left, up, corner] = [
        byteAt(y, at - step),
        byteAt(y - 1, at),
        at < step ? 0 : byteAt(y - 1, at - step),
      ];
      const guesses = [0, left, up, Math.floor((left + up) / 2), nearest(left, up, corner)];
      rows[y * (rowBytes + 1) + 1 + at] = byteAt(y, at) - (guesses[filter] ?? 0);
    }
  }
  const data = deflateSync(rows);
  const length = Math.ceil(data.length / parts);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...Array.from({ length: parts }, (_, part) =>
      chunk('IDAT', data.subarray(part * length, (part + 1) * length)),
    ),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** The one of the three that is nearest to left + up - corner; in this order where two are. */
function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  return [left, up, corner].reduce((best, value) =>
    Math.abs(guess - value) < Math.abs(guess - best) ? value : best,
  );
}

const noise = (length: number) =>
  Uint8Array.from({ length }, (_, at) => (at * at * 37 + at * 11) % 256);

describe('the rows of a PNG', () => {
  it.each([
    [1, 8],
    [2, 8],
    [3, 8],
    [4, 8],
    [1, 16],
    [3, 16],
  ])('of %i channels of %i bit are the same under every filter', (channels, depth) => {
    const layout = { width: 7, height: 6, channels, depth };
    const bytes = noise((7 * 6 * channels * depth) / 8);
    // The filter of the first row, which has none above it, is each of them once.
    for (const first of [0, 1, 2, 3, 4]) {
      const { data } = decodePng(filtered(layout, bytes, [first, 4, 3, 2, 1, 0]));
      const expected =
        depth === 8
          ? bytes
          : Uint16Array.from({ length: bytes.length / 2 }, (_, at) =>
              Buffer.from(bytes).readUInt16BE(2 * at),
            );
      expect(data).toEqual(expected);
    }
  });

  it('are those that another decoder finds in what another encoder writes', async () => {
    for (const channels of [1, 3, 4] as const) {
      const raw = { raw: { width: 33, height: 21, channels } };
      const values = noise(33 * 21 * channels);
      const image = sharp(values, raw);
      const content = await (channels === 1 ? image.toColourspace('b-w') : image)
        .png({ adaptiveFiltering: true })
        .toBuffer();
      expect(decodePng(content).data).toEqual(values);
    }
  });

  it('may be spread over several chunks', () => {
    const layout = { width: 5, height: 5, channels: 1, depth: 8 };
    const bytes = noise(25);
    expect(decodePng(filtered(layout, bytes, [4], 3)).data).toEqual(bytes);
  });

  it('are refused with the reason where they are not what they say', () => {
    const layout = { width: 5, height: 5, channels: 1, depth: 8 };
    const bytes = noise(25);
    expect(() => decodePng(filtered(layout, bytes, [7]))).toThrow('row 0 has the unknown filter 7');
    const taller = filtered(layout, bytes, [0]);
    taller.writeUInt32BE(6, 20);
    taller.writeUInt32BE(crc32(taller.subarray(12, 29)), 29);
    expect(() => decodePng(taller)).toThrow('fewer rows than its head says');
    const changed = filtered(layout, bytes, [0]);
    changed[45]! ^= 1;
    expect(() => decodePng(changed)).toThrow('the checksum of its chunk IDAT is wrong');
  });
});
