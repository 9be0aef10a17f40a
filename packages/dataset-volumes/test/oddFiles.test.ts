import { gzipSync } from 'node:zlib';
import type { Sample } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import {
  changed,
  extent,
  image,
  inFolder,
  label,
  mask,
  nifti,
  openAt,
  opened,
  plain,
  ramp,
} from './niftiFixture.ts';

/** The one case whole, and the spacing of the set, [z, y, x]. */
async function whole(
  first: Uint8Array,
  second: Uint8Array = mask,
  raw: Record<string, unknown> = plain,
): Promise<{ sample: Sample; spacing: readonly number[] | undefined; channels: number }> {
  const [images, masks] = [raw['images'], raw['masks']] as [string, string];
  const files = { [images.replace('{id}', 'a')]: first, [masks.replace('{id}', 'a')]: second };
  let result: Awaited<ReturnType<typeof whole>> | undefined;
  await opened(files, { view: 'volume', ...raw }, async (set) => {
    const { spacing, channels } = set.facts;
    result = { sample: await set.read('a'), spacing, channels };
  });
  return result!;
}

const without = nifti({ extent, values: ramp, affine: null });
const maskWithout = nifti({ extent, values: label, datatype: 2, affine: null });

/** Writes a qform: factor of the third axis, voxel sizes, and the quaternion without its first part. */
function qform(
  file: Uint8Array,
  factor: number,
  sizes: number[],
  quaternion: number[],
): Uint8Array {
  return changed(file, (view) => {
    view.setInt16(252, 1, true);
    for (const [at, value] of [factor, ...sizes].entries()) {
      view.setFloat32(76 + 4 * at, value, true);
    }
    for (const [at, value] of quaternion.entries()) view.setFloat32(256 + 4 * at, value, true);
  });
}

describe('a place that is told', () => {
  it('by the qform alone counts', async () => {
    // Half a turn about z, quaternion (0, 0, 0, 1): x and y run the other way. Voxel [i, j, k] is
    // i + 2j + 6k in the file, so that canonical [z, y, x] holds (1 - x) + 2 (2 - y) + 6z.
    const turn = (file: Uint8Array) => qform(file, 1, [1, 2, 3], [0, 0, 1]);
    const { sample, spacing } = await whole(turn(without), turn(maskWithout));
    expect(spacing).toEqual([3, 2, 1]);
    expect(sample.spacing).toEqual(spacing);
    expect([...sample.image]).toEqual([5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6]);
    // 7 is the last but one of the upper slice.
    expect(sample.labels!.indexOf(1)).toBe(10);
  });

  it('by the qform with a third axis that is mirrored counts', async () => {
    const turn = (file: Uint8Array) => qform(file, -1, [1, 2, 3], [0, 0, 0]);
    const { sample } = await whole(turn(without), turn(maskWithout));
    expect([...sample.image]).toEqual([...ramp.slice(6), ...ramp.slice(0, 6)]);
  });

  it('by the qform with its axes in another order counts', async () => {
    // A quarter turn about z, (sqrt(1/2), 0, 0, sqrt(1/2)): i runs to the front, j to the left.
    const turn = (file: Uint8Array) => qform(file, 1, [1, 2, 3], [0, 0, Math.SQRT1_2]);
    const { sample, spacing } = await whole(turn(without), turn(maskWithout));
    expect(sample.size).toEqual([2, 2, 3]);
    expect(spacing!.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([3, 1, 2]);
    // [z, y, x] holds i = y, j = 2 - x: y + 2 (2 - x) + 6z.
    expect([...sample.image]).toEqual([4, 2, 0, 5, 3, 1, 10, 8, 6, 11, 9, 7]);
  });

  it('by both counts as the sform says', async () => {
    const { sample } = await whole(qform(image, 1, [5, 5, 5], [0, 0, 1]));
    expect([...sample.image]).toEqual(ramp);
  });

  it('by neither has the sizes of its voxels and the order of the file', async () => {
    const sized = (file: Uint8Array) => qform(file, 1, [1, 2, 3], [0, 0, 0]);
    const bare = (file: Uint8Array) => changed(sized(file), (view) => view.setInt16(252, 0, true));
    const { sample, spacing } = await whole(bare(without), bare(maskWithout));
    expect(spacing).toEqual([3, 2, 1]);
    expect([...sample.image]).toEqual(ramp);
  });
});

describe('a place that is told in two ways', () => {
  const half = Math.SQRT1_2;
  const space = (file: Uint8Array, code: number) =>
    changed(file, (view) => view.setInt16(252, code, true));
  // The sform of the image says [1, 2, 3] mm, the axes of the file along x, y and z.
  const contradictory: Record<string, readonly [Uint8Array, RegExp | undefined]> = {
    'turned half about z': [qform(image, 1, [1, 2, 3], [0, 0, 1]), /a\.nii \(x, y the other way\)/],
    'turned, of another space': [
      space(qform(image, 1, [1, 2, 3], [0, 0, 1]), 2),
      /a\.nii \(x, y the other way\)/,
    ],
    'mirrored along z': [qform(image, -1, [1, 2, 3], [0, 0, 0]), /a\.nii \(z the other way\)/],
    'turned a quarter about z': [
      qform(image, 1, [1, 2, 3], [0, 0, half]),
      /a\.nii \(x, y along another axis of the file\)/,
    ],
    // Two voxels of y are 2 x 2 mm apart by the sform, 2 x 4 mm by the qform.
    'of other voxels': [qform(image, 1, [1, 4, 3], [0, 0, 0]), /a\.nii \(y up to 4 mm elsewhere\)/],
    'of other voxels in another space': [
      space(qform(image, 1, [1, 4, 3], [0, 0, 0]), 2),
      undefined,
    ],
    'the same': [qform(image, 1, [1, 2, 3], [0, 0, 0]), undefined],
    'without sizes': [qform(image, 1, [0, 0, 0], [0, 0, 0]), undefined],
  };
  it.each(Object.entries(contradictory))(
    'by a qform that is %s is warned of where it matters, and the sform counts',
    async (_, [file, text]) => {
      await inFolder({ 'i/a.nii': file, 'm/a.nii': mask }, async (root) => {
        const warnings: string[] = [];
        const set = await openAt(root, { ...plain, view: 'volume' }, warnings);
        expect([...(await set.read('a')).image]).toEqual(ramp);
        expect(warnings).toHaveLength(text === undefined ? 0 : 1);
        if (text) expect(warnings[0]).toMatch(text);
      });
    },
  );

  it('is warned of in label maps, and in one line for all files', async () => {
    const turned = (file: Uint8Array) => qform(file, 1, [1, 2, 3], [0, 0, 1]);
    const ids = ['a', 'b', 'c', 'd'];
    const files = Object.fromEntries(
      ids.flatMap((id) => [
        [`i/${id}.nii`, turned(image)],
        [`m/${id}.nii`, turned(mask)],
      ]),
    );
    await inFolder(files, async (root) => {
      const warnings: string[] = [];
      await openAt(root, plain, warnings);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/sform, which is used.*i\/a\.nii.*m\/a\.nii.*and 3 more/);
    });
  });
});

describe('read all the same', () => {
  it.each([
    ['a fourth axis of one channel', [...extent, 1]],
    ['axes of extent 1 to the seventh', [...extent, 1, 1, 1, 1]],
  ])('%s, in image and mask', async (_, long) => {
    const second = nifti({ extent: long, values: label, datatype: 2 });
    const { sample, channels } = await whole(nifti({ extent: long, values: ramp }), second);
    expect(channels).toBe(1);
    expect([...sample.image]).toEqual(ramp);
    expect([...sample.labels!]).toEqual(label);
  });

  it.each([
    ['floats', { datatype: 16 }],
    ['floats of 64 bits', { datatype: 64 }],
    ['integers of 64 bits', { datatype: 1024 }],
    ['integers of 64 bits, big-endian', { datatype: 1024, little: false }],
  ] as const)('labels that are %s', async (_, kind) => {
    const { sample } = await whole(image, nifti({ extent, values: label, ...kind }));
    expect([...sample.labels!]).toEqual(label);
  });

  it('labels that a slope of 1/255 makes of 255', async () => {
    const values = label.map((value) => value * 255);
    const second = nifti({ extent, values, datatype: 2, slope: 1 / 255 });
    expect([...(await whole(image, second)).sample.labels!]).toEqual(label);
  });

  it('a compressed file without .gz in its name, and the reverse', async () => {
    expect([...(await whole(gzipSync(image), gzipSync(mask))).sample.image]).toEqual(ramp);
    const named = { images: 'i/{id}.nii.gz', masks: 'm/{id}.nii.gz' };
    expect([...(await whole(image, mask, named)).sample.image]).toEqual(ramp);
  });
});

const put = (values: readonly number[], at: number, value: number) =>
  values.map((own, index) => (index === at ? value : own));
const typed = (code: number) => changed(image, (view) => view.setInt16(70, code, true));
const magic = (text: string) =>
  changed(image, (view) => {
    for (const at of [0, 1, 2, 3]) view.setUint8(344 + at, text.charCodeAt(at) || 0);
  });

describe('refused with the place, what was expected, what was found and what to do', () => {
  const wrong: Record<string, readonly [Uint8Array, Uint8Array, string, RegExp]> = {
    'a label map of two channels': [
      image,
      nifti({ extent: [...extent, 2], values: [...label, ...label] }),
      'MASK_CHANNELS',
      /m\/a\.nii.*a fourth of extent 1.*2x3x2x2.*one label map/s,
    ],
    'a label that is no whole number': [
      image,
      nifti({ extent, values: put(label, 7, 0.5) }),
      'LABEL_NOT_WHOLE',
      // 7 = 1 + 0 x 2 + 1 x 6.
      /m\/a\.nii.*0\.5 at voxel \[1, 0, 1\].*nearest neighbour/s,
    ],
    'a label that is no number': [
      image,
      nifti({ extent, values: put(label, 0, Number.NaN) }),
      'LABEL_NOT_WHOLE',
      /NaN at voxel \[0, 0, 0\]/,
    ],
    'an intensity that is no number': [
      nifti({ extent, values: put(put(ramp, 9, Number.NaN), 10, Number.NaN) }),
      mask,
      'NOT_FINITE',
      // 9 = 1 + 1 x 2 + 1 x 6.
      /i\/a\.nii: 2 intensities.*NaN at voxel \[1, 1, 1\].*background/s,
    ],
    'an infinite intensity of the second channel': [
      nifti({
        extent: [...extent, 2],
        values: put([...ramp, ...ramp], 12, Number.POSITIVE_INFINITY),
      }),
      mask,
      'NOT_FINITE',
      /an intensity.*Infinity at voxel \[0, 0, 0, 1\]/s,
    ],
    'an intensity beyond float32': [
      nifti({ extent, values: put(ramp, 1, 1e300), datatype: 64 }),
      mask,
      'NOT_FINITE',
      /1e\+300 at voxel \[1, 0, 0\]/,
    ],
    'a file that ends early': [image.subarray(0, -1), mask, 'TRUNCATED', /400 bytes.*399 bytes/s],
    'a file that goes on behind its voxels': [
      Buffer.concat([image, new Uint8Array(48)]),
      mask,
      'TOO_LONG',
      /400 bytes.*448 bytes.*extent/s,
    ],
    'voxels that begin at no place': [
      changed(image, (view) => view.setFloat32(108, Number.NaN, true)),
      mask,
      'NOT_NIFTI',
      /byte NaN/,
    ],
    'a compressed file whose checksum is another': [
      image,
      changed(gzipSync(mask), (view) => view.setUint8(view.byteLength - 8, 1)),
      'DAMAGED_ARCHIVE',
      /m\/a\.nii.*damaged.*checksum/s,
    ],
    'a header that ends early': [
      image.subarray(0, 100),
      mask,
      'TRUNCATED',
      /348 bytes.*100 bytes/s,
    ],
    'nothing at all': [new Uint8Array(), mask, 'TRUNCATED', /348 bytes.*0 bytes/s],
    'a compressed file that ends early': [
      image,
      gzipSync(mask).subarray(0, -20),
      'TRUNCATED',
      /m\/a\.nii.*gzip stream.*breaks off.*again/s,
    ],
    'NIfTI-2': [
      changed(image, (view) => view.setInt32(0, 540, true)),
      mask,
      'NIFTI_2',
      /NIfTI-2.*540 bytes.*nibabel/s,
    ],
    'the header of a pair': [magic('ni1\0'), mask, 'HEADER_AND_IMAGE', /\.hdr and \.img.*nibabel/s],
    Analyze: [magic('\0\0\0\0'), mask, 'ANALYZE', /which side is left.*nibabel/s],
    RGB: [typed(128), mask, 'DATATYPE', /RGB colours \(NIfTI datatype 128\)/],
    'complex numbers': [typed(32), mask, 'DATATYPE', /complex numbers of 64 bits/],
    'an unheard-of type': [typed(77), mask, 'DATATYPE', /NIfTI datatype 77/],
    'a mask of other extents': [
      image,
      nifti({ extent: [2, 3, 1], values: label.slice(6), datatype: 2 }),
      'OTHER_GRID',
      /m\/a\.nii.*2x3x2 voxels.*2x3x1 voxels.*resample/s,
    ],
  };
  it.each(Object.entries(wrong))('%s', async (_, [first, second, code, text]) => {
    const error = await whole(first, second).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: `RAREMASK_VOLUMES_${code}`, category: 'data' });
    expect((error as Error).message).toMatch(text);
  });
});

it('keeps a case that cannot be opened as one sample, whose reading says why', async () => {
  const files: Record<string, Uint8Array> = {
    'i/a.nii': image,
    'i/b.nii': image.subarray(0, 100),
    'i/c.nii': typed(128),
    'i/d.nii': nifti({ extent: [...extent, 2], values: [...ramp, ...ramp] }),
    ...Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [`m/${id}.nii`, mask])),
  };
  for (const first of [undefined, 'i/a.nii'] as const) {
    // Where the first case is broken as well, the others still say what the set is.
    const more = { 'i/e.nii': image, 'm/e.nii': mask, 'i/f.nii': image, 'm/f.nii': mask };
    const own: Record<string, Uint8Array> = first === undefined ? files : { ...files, ...more };
    if (first !== undefined) own[first] = image.subarray(0, 50);
    await opened(own, plain, async (set) => {
      expect(set.facts.channels).toBe(1);
      for (const [id, code] of [
        ['b', 'TRUNCATED'],
        ['c', 'DATATYPE'],
        ['d', 'CHANNELS'],
      ]) {
        expect(set.ids).toContain(id);
        expect(set.group(id!)).toBe(id);
        await expect(set.read(id!)).rejects.toThrow(`${id}.nii`);
        await expect(set.read(id!)).rejects.toMatchObject({ code: `RAREMASK_VOLUMES_${code}` });
      }
    });
  }
  const none = { ...files, 'i/a.nii': image.subarray(0, 100), 'i/d.nii': typed(128) };
  const opening = opened(none, plain, async () => undefined);
  await expect(opening).rejects.toMatchObject({ code: 'RAREMASK_VOLUMES_SEVERAL_UNUSABLE' });
  await expect(opening).rejects.toThrow(/4 of 4 cases.*a\.nii.*b\.nii.*c\.nii.*d\.nii/s);
});
