import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  extent,
  image,
  label,
  mask,
  nifti,
  openAt,
  opened,
  plain,
  ramp,
  straight,
} from './niftiFixture.ts';

describe('a volume', () => {
  it('is read whole, z first, with spacing', async () => {
    await opened(
      { 'i/a.nii': image, 'm/a.nii': mask },
      { ...plain, view: 'volume' },
      async (set) => {
        expect(set.ids).toEqual(['a']);
        expect(set.facts).toMatchObject({ space: 3, channels: 1, spacing: [3, 2, 1] });
        const { size, image: values, labels } = await set.read('a');
        expect(size).toEqual([2, 3, 2]);
        expect([...values]).toEqual(ramp);
        expect([...labels!]).toEqual(label);
      },
    );
  });

  it('is the same whatever the order and direction of the axes in the file', async () => {
    // The file's i runs from top to bottom (z), j from right to left (x), k to the front (y).
    const turned: number[] = [];
    for (let y = 0; y < 3; y++) {
      for (let x = 1; x >= 0; x--) {
        for (let z = 1; z >= 0; z--) turned.push(z * 6 + y * 2 + x);
      }
    }
    const affine = [
      [0, -1, 0, 1],
      [0, 0, 2, 0],
      [-3, 0, 0, 3],
    ] as const;
    const file = nifti({ extent: [2, 2, 3], values: turned, affine });
    await opened(
      { 'i/a.nii': file, 'm/a.nii': mask },
      { ...plain, view: 'volume' },
      async (set) => {
        expect(set.facts.spacing).toEqual([3, 2, 1]);
        const sample = await set.read('a');
        expect([...sample.image]).toEqual(ramp);
        expect([...sample.labels!]).toEqual(label);
      },
    );
  });

  it('is read from big-endian, scaled, compressed and 4-D files', async () => {
    const values = [...ramp, ...ramp.map((value) => value + 100)];
    const file = nifti({
      extent: [...extent, 2],
      values,
      datatype: 4,
      little: false,
      slope: 0.5,
      intercept: -1,
    });
    const files = { 'i/a.nii.gz': gzipSync(file), 'm/a.nii.gz': gzipSync(mask) };
    const raw = { images: 'i/{id}.nii.gz', masks: 'm/{id}.nii.gz', view: 'volume' };
    await opened(files, raw, async (set) => {
      expect(set.facts.channels).toBe(2);
      // 3 x 0.5 - 1 and 103 x 0.5 - 1.
      expect([...(await set.read('a')).image.subarray(6, 8)]).toEqual([0.5, 50.5]);
    });
  });
});

describe('slices', () => {
  const files = {
    'i/a_0000.nii': image,
    'i/a_0001.nii': nifti({ extent, values: ramp.map((value) => value + 50) }),
    'm/a.nii': mask,
  };
  const raw = { images: ['i/{id}_0000.nii', 'i/{id}_0001.nii'], masks: 'm/{id}.nii' };

  it.each([
    ['axial', 2, [3, 2], [2, 1], 1, [6, 56, 7, 57], 1],
    ['coronal', 3, [2, 2], [3, 1], 0, [0, 50, 1, 51], 3],
    ['sagittal', 2, [2, 3], [3, 2], 1, [1, 51, 3, 53], 3],
  ])(
    'of the %s view cut across its axis',
    async (view, count, size, spacing, at, start, lesion) => {
      await opened(files, { ...raw, view }, async (set) => {
        expect(set.ids).toHaveLength(count);
        expect(set.facts).toMatchObject({ space: 2, channels: 2, spacing });
        const sample = await set.read(set.ids[at]!);
        expect(sample.size).toEqual(size);
        expect([...sample.image.subarray(0, 4)]).toEqual(start);
        expect(sample.labels!.indexOf(1)).toBe(lesion);
        expect(set.group(set.ids[at]!)).toBe('a');
      });
    },
  );

  it('have their neighbours as channels, the last slice repeated at the end', async () => {
    await opened(files, { ...raw, neighbours: 1 }, async (set) => {
      expect(set.facts.channels).toBe(6);
      const { image: values } = await set.read('a/0000');
      // Below 0 there is none, so 0 again; then 0; then 1, which begins at 6.
      expect([...values.subarray(0, 6)]).toEqual([0, 50, 0, 50, 6, 56]);
    });
  });
});

describe('refused with the file, what was expected and what was found', () => {
  const wrong: Record<string, readonly [Uint8Array, Uint8Array, string]> = {
    'a truncated file': [image.subarray(0, 370), mask, 'RAREMASK_VOLUMES_TRUNCATED'],
    'a file of 5 dimensions': [
      nifti({ extent: [2, 3, 1, 1, 2], values: ramp }),
      mask,
      'RAREMASK_VOLUMES_DIMENSIONS',
    ],
    'another magic': [
      image.map((byte, at) => (at === 344 ? 120 : byte)),
      mask,
      'RAREMASK_VOLUMES_NOT_NIFTI',
    ],
    'an affine of zeros': [
      nifti({
        extent,
        values: ramp,
        affine: [
          [0, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
        ],
      }),
      mask,
      'RAREMASK_VOLUMES_AFFINE',
    ],
    'a mask in another place': [
      image,
      nifti({ extent, values: label, affine: [[1, 0, 0, 5], straight[1], straight[2]] }),
      'RAREMASK_VOLUMES_OTHER_GRID',
    ],
    'an unknown label': [
      image,
      nifti({ extent, values: ramp.map((value) => (value === 7 ? 9 : 0)) }),
      'RAREMASK_VOLUMES_UNKNOWN_LABEL',
    ],
  };
  it.each(Object.entries(wrong))('%s', async (_, [first, second, code]) => {
    const reading = opened({ 'i/a.nii': first, 'm/a.nii': second }, plain, async (set) => {
      await set.read(set.ids[0]!);
    });
    await expect(reading).rejects.toMatchObject({ code });
  });

  it('names the voxel of an unknown label in the axes of the file', async () => {
    const second = nifti({ extent, values: ramp.map((value) => (value === 7 ? 9 : 0)) });
    const reading = opened({ 'i/a.nii': image, 'm/a.nii': second }, plain, async (set) => {
      await set.read('a/0000');
    });
    // 7 = 1 + 0 x 2 + 1 x 6.
    await expect(reading).rejects.toThrow(/9 at voxel \[1, 0, 1\]/);
  });

  it('a compressed file that ends early', async () => {
    const whole = gzipSync(nifti({ extent, values: ramp }));
    const raw = { images: 'i/{id}.nii.gz', masks: 'm/{id}.nii.gz' };
    for (const bytes of [whole.subarray(0, -20), whole.subarray(0, 8), new Uint8Array()]) {
      const reading = opened(
        { 'i/a.nii.gz': bytes, 'm/a.nii.gz': gzipSync(mask) },
        raw,
        async (set) => void (await set.read(set.ids[0]!)),
      );
      await expect(reading).rejects.toThrow(/a\.nii\.gz: .*(cannot be read|ends early)/);
    }
  });

  it('takes an empty label map', async () => {
    const empty = nifti({ extent, values: ramp.map(() => 0), datatype: 2 });
    await opened({ 'i/a.nii': image, 'm/a.nii': empty }, plain, async (set) => {
      expect((await set.read('a/0000')).labels!.every((value) => value === 0)).toBe(true);
    });
  });
});

const real = join(
  process.env['RAREMASK_DATA'] ??
    fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  'ms_lesion_3d',
);

describe.skipIf(!existsSync(real))('ms_lesion_3d (needs the data folder)', () => {
  it('has the size, channels and lesion voxels that DATA.md states', async () => {
    const set = await openAt(real, {
      images: ['images/{id}_FLAIR.nii.gz', 'images/{id}_T1.nii.gz'],
      view: 'volume',
    });
    expect(set.ids).toEqual(['patient07', 'patient19']);
    expect(set.facts).toMatchObject({ channels: 2, spacing: [1, 1, 1] });
    const { size, labels } = await set.read('patient07');
    expect(size).toEqual([182, 218, 182]);
    expect(labels!.reduce((sum, value) => sum + value, 0)).toBe(1300);
  });

  it('has 108 axial slices without lesion in patient07', async () => {
    const set = await openAt(real, {
      images: ['images/{id}_FLAIR.nii.gz', 'images/{id}_T1.nii.gz'],
    });
    let empty = 0;
    for (const id of set.ids.filter((name) => name.startsWith('patient07/'))) {
      if (!(await set.read(id)).labels!.includes(1)) empty++;
    }
    expect(empty).toBe(108);
  });
});
