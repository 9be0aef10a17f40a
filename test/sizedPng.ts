import { crc32 } from 'node:zlib';

/** Bytes of a PNG's mark and of its head, behind which other chunks may stand. */
const HEAD = 8 + 25;

/**
 * The same PNG, with what it says of its pixels' size (the chunk pHYs).
 *
 * @param perUnit pixels along x and y
 * @param unit 1: a metre; 0: none
 */
export function sizedPng(
  png: Uint8Array,
  [x, y]: readonly [number, number],
  unit: 0 | 1 = 1,
): Uint8Array {
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(x, 8);
  chunk.writeUInt32BE(y, 12);
  chunk[16] = unit;
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, HEAD), chunk, png.subarray(HEAD)]);
}
