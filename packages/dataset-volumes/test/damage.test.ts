import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isRaremaskError } from '@raremask/core';
import { afterAll, describe, expect, it } from 'vitest';
import { numbers, withFlip } from '../../../test/seededDamage.ts';
import { readSeries } from '../src/formats/dicom.ts';
import { readNifti } from '../src/formats/nifti.ts';
import type { Volume } from '../src/formats/volume.ts';
import { image, ramp } from './niftiFixture.ts';
import { dicom } from './otherFormatsFixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'raremask-volumes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is read: the grid and voxels as text, or the code of the error that refuses the file. */
async function outcomeOf(reading: Promise<Volume>): Promise<string> {
  try {
    const { header, values } = await reading;
    return JSON.stringify([header.extent, header.channels, header.affine, [...values]]);
  } catch (error) {
    if (!isRaremaskError(error) || error.category !== 'data') throw error;
    return error.code;
  }
}

async function outcome(bytes: Uint8Array): Promise<string> {
  const file = join(folder, 'a.nii');
  await writeFile(file, bytes);
  return outcomeOf(readNifti(file));
}

const [CUTS, FLIPS] = process.env.RAREMASK_FULL === '1' ? [100, 250] : [25, 60];

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

describe.each([
  ['explicit', '1.2.840.10008.1.2.1'],
  ['implicit', '1.2.840.10008.1.2'],
])('the last of three DICOM slices, with %s types,', async (name, syntax) => {
  const series = join(folder, name);
  await mkdir(series);
  const slices = [0, 1, 2].map((z) =>
    dicom({
      rows: 3,
      columns: 2,
      spacing: [2, 1],
      values: ramp.slice(0, 6),
      position: [0, 0, 3 * z],
      syntax,
    }),
  );
  for (const [z, bytes] of slices.entries()) await writeFile(join(series, `${z}.dcm`), bytes);
  const last = slices[2]!;
  const changedTo = async (bytes: Uint8Array) => {
    await writeFile(join(series, '2.dcm'), bytes);
    return outcomeOf(readSeries(series));
  };

  it('is refused wherever it is cut', async () => {
    const next = numbers(11);
    const read: number[] = [];
    for (let round = 0; round < CUTS; round++) {
      const length = Math.floor(next() * last.length);
      const found = await changedTo(last.subarray(0, length));
      if (!found.startsWith('RAREMASK_')) read.push(length);
    }
    expect(read).toEqual([]);
  });

  it('never goes missing in silence when a bit of its header is flipped', async () => {
    const next = numbers(13);
    const missing: number[] = [];
    // Behind the 128 bytes that mean nothing, up to the six pixels of two bytes.
    const bits = 8 * (last.length - 12 - 128);
    for (let round = 0; round < FLIPS; round++) {
      const bit = 8 * 128 + Math.floor(next() * bits);
      const found = await changedTo(withFlip(last, bit));
      if (found.startsWith('RAREMASK_')) continue;
      const [[, , depth]] = JSON.parse(found);
      if (depth !== 3) missing.push(bit);
    }
    expect(missing).toEqual([]);
  });
});
