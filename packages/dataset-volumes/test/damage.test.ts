import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isRaremaskError } from '@raremask/core';
import { afterAll, expect, it } from 'vitest';
import { readNifti } from '../src/nifti.ts';
import { image } from './niftiFixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'raremask-volumes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is read of a file: its grid and voxels as text, or the code of the error that refuses it. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const file = join(folder, 'a.nii');
  await writeFile(file, bytes);
  try {
    const { header, values } = await readNifti(file);
    return JSON.stringify([header.extent, header.channels, header.affine, [...values]]);
  } catch (error) {
    if (!isRaremaskError(error) || error.category !== 'data') throw error;
    return error.code;
  }
}

/** Numbers from 0 to 1 (exclusive) that are the same in every run (Lehmer 1951). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function withFlip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

const CUTS = 100;
const FLIPS = 250;

const whole = await outcome(image);
const packed = gzipSync(image);

it.each([
  ['.nii', image],
  ['.nii.gz', packed],
])('a %s that is cut anywhere is refused', async (_, bytes) => {
  const read: number[] = [];
  const next = numbers(5);
  const last = bytes.length - 1;
  const lengths = Array.from({ length: CUTS }, () => Math.floor(next() * bytes.length));
  for (const length of [0, 1, 347, 348, 352, last].concat(lengths)) {
    if (length > last) continue;
    if (!(await outcome(bytes.subarray(0, length))).startsWith('RAREMASK_')) read.push(length);
  }
  expect(read).toEqual([]);
});

it('a .nii.gz with a bit flipped is refused or read as it was', async () => {
  const different: number[] = [];
  const next = numbers(3);
  for (let round = 0; round < FLIPS; round++) {
    const bit = Math.floor(next() * 8 * packed.length);
    const found = await outcome(withFlip(packed, bit));
    if (found !== whole && !found.startsWith('RAREMASK_')) different.push(bit);
  }
  expect(different).toEqual([]);
});

/** Bytes of this .nii that nothing else in it speaks for: scaling, codes and numbers of the place, voxels. */
const ALONE = [
  [112, 120],
  [252, 328],
  [352, image.length],
] as const;

it('a .nii with a bit flipped is read otherwise only where its format cannot tell', async () => {
  const next = numbers(7);
  const different: number[] = [];
  for (let round = 0; round < FLIPS; round++) {
    const bit = Math.floor(next() * 8 * image.length);
    const found = await outcome(withFlip(image, bit));
    if (found !== whole && !found.startsWith('RAREMASK_')) different.push(bit >> 3);
  }
  const known = different.filter((byte) => !ALONE.some(([from, to]) => from <= byte && byte < to));
  expect(known).toEqual([]);
  // That there are such places is why .nii.gz is the safer file.
  expect(different.length).toBeGreaterThan(0);
});
