import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { isRaremaskError } from '@raremask/core';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { numbers, withFlip } from '../../../test/seededDamage.ts';
import { readItk } from '../src/formats/itk.ts';
import { extent, type Files, ramp } from './niftiFixture.ts';
import { floats, metaImage, nrrd } from './otherFormatsFixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'raremask-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));

// What the readers of the package print of damaged files.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

async function outcome(name: string, files: Files): Promise<string> {
  for (const [own, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, own)), { recursive: true });
    await writeFile(join(folder, own), bytes);
  }
  try {
    const { header, values } = await readItk(join(folder, name));
    return JSON.stringify([header.extent, header.channels, header.affine, [...values]]);
  } catch (error) {
    if (!isRaremaskError(error) || error.category !== 'data') throw error;
    return error.code;
  }
}

/** Each costs some milliseconds of WebAssembly: the 75 of each kind run with `npm run test:full`. */
const [CUTS, FLIPS] = process.env.RAREMASK_FULL === '1' ? [75, 150] : [12, 24];

const raw = Buffer.from(floats(ramp));
const [zlib, gzip] = [deflateSync(raw), gzipSync(raw)];
const sizes = extent.join(' ');
const nrrdOf = (header: Record<string, string>) =>
  nrrd(
    { sizes, 'space directions': '(1,0,0) (0,2,0) (0,0,3)', 'space origin': '(0,0,0)', ...header },
    [],
  );
const metaOf = (header: Record<string, string>, file = 'LOCAL') =>
  metaImage(
    {
      TransformMatrix: '1 0 0 0 1 0 0 0 1',
      Offset: '0 0 0',
      CenterOfRotation: '0 0 0',
      AnatomicalOrientation: 'RAI',
      ElementSpacing: '1 2 3',
      DimSize: sizes,
      ...header,
    },
    [],
    file,
  );
const packed = { CompressedData: 'True' };

/** The file that is opened, the one that is damaged, all files, and where the damaged one has its voxels. */
interface Kind {
  readonly name: string;
  readonly damaged: string;
  readonly files: Record<string, Uint8Array>;
  readonly voxels: number;
}

function one(name: string, header: Uint8Array, voxels: Uint8Array): Kind {
  const bytes = Buffer.concat([header, voxels]);
  return { name, damaged: name, files: { [name]: bytes }, voxels: header.length };
}

function two(name: string, header: Uint8Array, data: string, voxels: Uint8Array): Kind {
  return { name, damaged: data, files: { [name]: header, [data]: voxels }, voxels: 0 };
}

/** Whether nothing in the file speaks for its voxels. */
const kinds: readonly (readonly [string, Kind, boolean])[] = [
  ['.nrrd', one('raw.nrrd', nrrdOf({}), raw), true],
  ['packed .nrrd', one('gzip.nrrd', nrrdOf({ encoding: 'gzip' }), gzip), false],
  ['voxels of a .nhdr', two('a.nhdr', nrrdOf({ 'data file': 'n.raw' }), 'n.raw', raw), true],
  [
    'packed voxels of a .nhdr',
    two('b.nhdr', nrrdOf({ encoding: 'gzip', 'data file': 'n.raw.gz' }), 'n.raw.gz', gzip),
    false,
  ],
  ['.mha', one('raw.mha', metaOf({}), raw), true],
  [
    'packed .mha',
    one('zlib.mha', metaOf({ ...packed, CompressedDataSize: `${zlib.length}` }), zlib),
    false,
  ],
  ['packed .mha without a size', one('z.mha', metaOf(packed), zlib), false],
  ['voxels of a .mhd', two('a.mhd', metaOf({}, 'm.raw'), 'm.raw', raw), true],
  ['packed voxels of a .mhd', two('b.mhd', metaOf(packed, 'm.zraw'), 'm.zraw', zlib), false],
  [
    'header of a .mhd',
    { ...two('c.mhd', metaOf({}, 'c.raw'), 'c.raw', raw), damaged: 'c.mhd', voxels: 1e9 },
    false,
  ],
];

/** Numbers of the place of a header, which nothing else speaks for: those of the offset and the like. */
function isNumberOfPlace(bytes: Uint8Array, at: number): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, text.indexOf('\n', at));
  return /^(space |Offset|CenterOf|ElementSpacing|TransformM|AnatomicalO|kinds|ObjectType)/.test(
    line,
  );
}

describe.each(kinds)('a %s', (_, { name, damaged, files, voxels }, alone) => {
  const bytes = files[damaged]!;
  const changedTo = (changed: Uint8Array) => outcome(name, { ...files, [damaged]: changed });

  it('that is cut anywhere is refused', async () => {
    expect(await changedTo(bytes)).toMatch(/^\[\[2,3,2\],1,/);
    const next = numbers(17);
    const read: number[] = [];
    const lengths = Array.from({ length: CUTS }, () => Math.floor(next() * bytes.length));
    for (const length of [0, bytes.length - 1, ...lengths]) {
      if (!(await changedTo(bytes.subarray(0, length))).startsWith('RAREMASK_')) read.push(length);
    }
    expect(read).toEqual([]);
  });

  it('with a bit flipped is read otherwise only where its format cannot tell', async () => {
    const whole = await changedTo(bytes);
    const next = numbers(19);
    const different: number[] = [];
    for (let round = 0; round < FLIPS; round++) {
      const bit = Math.floor(next() * 8 * bytes.length);
      const found = await changedTo(withFlip(bytes, bit));
      if (found === whole || found.startsWith('RAREMASK_')) continue;
      const at = bit >> 3;
      const known = at >= voxels ? !alone : !isNumberOfPlace(bytes, at);
      if (known) different.push(at);
    }
    expect(different).toEqual([]);
  });
});

it.each([
  ['ElemantSpacing = 1 2 3', /"ElemantSpacing", as ElementSpacing is called/],
  ['ElementSpacing = 1 2', /ElementSpacing = "1 2"/],
  ['TransformMatrix = 1 0 0 0 2 0 0 0 1', /TransformMatrix = "1 0 0 0 2/],
  ['BinaryDataByteOrderMSB 9 False', /the line "BinaryDataByteOrderMSB/],
  ['CompressedData = Trve', /CompressedData = "Trve"/],
  ['DimSize = 2 3 2', /two entries DimSize/],
])('a MetaImage with the entry %s is refused with it', async (entry, text) => {
  const [name] = entry.split(' = ');
  const header = Buffer.from(metaOf({})).toString();
  const start = header
    .split('\n')
    .filter((line) => !line.startsWith(`${name} =`) || name === 'DimSize');
  const file = join(folder, 'entry.mha');
  await writeFile(file, Buffer.concat([Buffer.from([entry, ...start].join('\n')), raw]));
  await expect(readItk(file)).rejects.toMatchObject({ code: 'RAREMASK_VOLUMES_BROKEN_HEADER' });
  await expect(readItk(file)).rejects.toThrow(text);
});

it('a MetaImage may have entries of its own', async () => {
  const file = join(folder, 'own.mha');
  const header = Buffer.from('ITK_original_spacing = 1\n0008|0060 = CT\n');
  await writeFile(file, Buffer.concat([header, metaOf({}), raw]));
  expect((await readItk(file)).values).toEqual(Float32Array.from(ramp));
});
