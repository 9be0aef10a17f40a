import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import type { Facts, Prediction, Sample, WrittenPrediction } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import {
  changed,
  extent,
  type Files,
  image,
  inFolder,
  label,
  mask,
  nifti,
  openAt,
  opened,
  openImagesAt,
  ramp,
} from './niftiFixture.ts';
import { type DicomSlice, dicom, floats, metaImage, nrrd, RLE } from './otherFormatsFixture.ts';

const own = fileURLToPath(new URL('..', import.meta.url));

// The file's i runs from top to bottom, j from right to left, k to the front; RAS+ in NIfTI.
const turned = {
  extent: [2, 2, 3],
  values: ramp,
  affine: [
    [0, -1, 0, 1],
    [0, 0, 2, 0],
    [-3, 0, 0, 3],
  ],
} as const;
const turnedNifti = nifti(turned);
const turnedMask = nifti({ ...turned, values: label, datatype: 2 });
// The same in LPS+: the first two coordinates have the other sign, an axis of the file a column above.
const turnedNrrd = {
  sizes: '2 2 3',
  'space directions': '(0,0,-3) (1,0,0) (0,-2,0)',
  'space origin': '(-1,0,3)',
};
const turnedMeta = {
  TransformMatrix: '0 0 -1 1 0 0 0 -1 0',
  ElementSpacing: '3 1 2',
  Offset: '-1 0 3',
  DimSize: '2 2 3',
};

async function whole(files: Files, images: string, masks: string): Promise<Sample> {
  let sample: Sample | undefined;
  await opened(files, { images, masks, view: 'volume' }, async (set) => {
    sample = await set.read('a');
  });
  return sample!;
}

const expected = await whole(
  { 'i/a.nii': turnedNifti, 'm/a.nii': turnedMask },
  'i/{id}.nii',
  'm/{id}.nii',
);

describe('the volume of a NIfTI file', () => {
  const others: Record<string, Files> = {
    nrrd: {
      'i/a.nrrd': nrrd(turnedNrrd, ramp),
      'm/a.nrrd': nrrd(turnedNrrd, label),
    },
    nhdr: {
      'i/a.nhdr': nrrd({ ...turnedNrrd, 'data file': 'a.raw' }, []),
      'i/a.raw': floats(ramp),
      'm/a.nhdr': nrrd({ ...turnedNrrd, 'data file': 'a.raw' }, []),
      'm/a.raw': floats(label),
    },
    mha: { 'i/a.mha': metaImage(turnedMeta, ramp), 'm/a.mha': metaImage(turnedMeta, label) },
    mhd: {
      'i/a.mhd': metaImage(turnedMeta, [], 'a.raw'),
      'i/a.raw': floats(ramp),
      'm/a.mhd': metaImage(turnedMeta, [], 'a.raw'),
      'm/a.raw': floats(label),
    },
  };
  it.each(Object.entries(others))('is the same as .%s', async (ending, files) => {
    expect(await whole(files, `i/{id}.${ending}`, `m/{id}.${ending}`)).toEqual(expected);
  });

  it('goes with label maps of other formats', async () => {
    const files = { 'i/a.mha': metaImage(turnedMeta, ramp), 'm/a.nii': turnedMask };
    expect(await whole(files, 'i/{id}.mha', 'm/{id}.nii')).toEqual(expected);
  });

  it('has its components as channels', async () => {
    const header = {
      dimension: '4',
      sizes: '2 2 3 2',
      kinds: 'vector domain domain domain',
      'space directions': 'none (-1,0,0) (0,-2,0) (0,0,3)',
      'space origin': '(0,0,0)',
    };
    const pairs = ramp.flatMap((value) => [value, value + 50]);
    const files = { 'i/a.nrrd': nrrd(header, pairs), 'm/a.nii': mask };
    expect([...(await whole(files, 'i/{id}.nrrd', 'm/{id}.nii')).image]).toEqual(pairs);
  });

  it('is read in another thread', async () => {
    const files = { 'i/a.nrrd': nrrd(turnedNrrd, ramp), 'm/a.nii': turnedMask };
    await inFolder(files, async (root) => {
      const given = {
        root,
        images: 'i/{id}.nrrd',
        masks: 'm/{id}.nii',
        classes: { background: 0, lesion: 1 },
        view: 'volume',
        neighbours: 0,
      };
      const code = `
        const { parentPort, workerData } = require('node:worker_threads');
        import(workerData.url).then(async ({ default: plugin }) => {
          const set = await plugin.create(workerData.given, { folder: '/', log: console });
          parentPort.postMessage(await set.read('a'));
        });`;
      const url = new URL('../dist/index.js', import.meta.url).href;
      const worker = new Worker(code, { eval: true, workerData: { url, given } });
      const sample = await new Promise((done, failed) => {
        worker.once('message', done);
        worker.once('error', failed);
      });
      await worker.terminate();
      expect(sample).toEqual(expected);
    });
  });
});

// Two slices of 3 rows and 2 columns, 2 mm and 1 mm apart, 3 mm from each other. x from right to left
// and y from back to front are straight in RAS+, so that the files hold the ramp as it stands.
const plane = { rows: 3, columns: 2, spacing: [2, 1], orientation: [-1, 0, 0, 0, -1, 0] } as const;
const slices: readonly DicomSlice[] = [0, 1].map((z) => ({
  ...plane,
  values: ramp.slice(6 * z, 6 * z + 6).map((value) => value + 1000),
  position: [0, 0, 3 * z],
  intercept: -1000,
}));

/** A case, the later slice first by name; and what else lies in such folders. */
function series(parts: readonly DicomSlice[]): Files {
  return {
    'i/notes.txt': 'beside the cases',
    'i/a/notes.txt': 'beside the slices',
    ...Object.fromEntries(parts.map((slice, at) => [`i/a/${9 - at}.dcm`, dicom(slice)])),
    'm/a.nii': mask,
  };
}

describe('a DICOM series', () => {
  it.each([
    ['explicit', '1.2.840.10008.1.2.1'],
    ['implicit', '1.2.840.10008.1.2'],
  ])('with %s types is the volume of a NIfTI file', async (_, syntax) => {
    const files = series(slices.map((slice) => ({ ...slice, syntax })));
    const { size, image: values, labels } = await whole(files, 'i/{id}', 'm/{id}.nii');
    expect(size).toEqual([2, 3, 2]);
    expect([...values]).toEqual(ramp);
    expect([...labels!]).toEqual(label);
  });

  it('of one slice is as thick as that says', async () => {
    const files = {
      ...series(slices.slice(0, 1)),
      'm/a.nii': nifti({ extent: [2, 3, 1], values: label.slice(0, 6), datatype: 2 }),
    };
    await opened(files, { images: 'i/{id}', masks: 'm/{id}.nii', view: 'volume' }, async (set) => {
      expect(set.facts.spacing).toEqual([3, 2, 1]);
      expect([...(await set.read('a')).image]).toEqual(ramp.slice(0, 6));
    });
  });

  it('has another fingerprint when a file is added', async () => {
    const raw = { images: 'i/{id}', masks: 'm/{id}.nii' };
    await opened(series(slices), raw, async (set, root) => {
      const before = await set.fingerprint!('a/0000');
      await writeFile(join(root, 'i/a/1.dcm'), dicom({ ...slices[0]!, position: [0, 0, 6] }));
      expect(await set.fingerprint!('a/0000')).not.toBe(before);
    });
  });

  it('is predicted as one folder, or as a folder of them', async () => {
    const raw = { images: 'i/{id}', view: 'volume' };
    await inFolder(series(slices), async (root) => {
      for (const path of ['i/a', 'i', '.']) {
        expect((await openImagesAt(join(root, path), root, raw)).ids).toEqual(['a']);
      }
    });
  });

  it.each([
    [
      'a slice is missing',
      [0, 3, 6, 12],
      'UNEVEN_SLICES',
      /6 mm before .*6\.dcm, 3 mm as a rule: 1 missing/,
    ],
    ['a slice is there twice', [0, 3, 3, 6], 'UNEVEN_SLICES', / 0 mm before /],
  ])('is refused where %s', async (_, heights, code, text) => {
    const parts = heights.map((height) => ({ ...slices[0]!, position: [0, 0, height] }));
    const reading = whole(series(parts), 'i/{id}', 'm/{id}.nii');
    await expect(reading).rejects.toMatchObject({ code: `RAREMASK_VOLUMES_${code}` });
    await expect(reading).rejects.toThrow(text);
  });

  const odd: Record<string, readonly [Partial<DicomSlice>, string, RegExp]> = {
    'another series is in the folder': [{ series: '7.7' }, 'SEVERAL_SERIES', /1 files of 7\.7/],
    'a slice has another direction': [
      { orientation: [1, 0, 0, 0, 1, 0] },
      'UNEVEN_SLICES',
      /9\.dcm has another/,
    ],
    'a file has several frames': [{ frames: 4 }, 'DICOM_KIND', /4 frames.*dcm2niix/s],
    'a place is not stated': [{ position: [] }, 'DICOM_KIND', /position is not stated/],
    'pixels are colours': [
      { photometry: 'PALETTE COLOR' as 'MONOCHROME1' },
      'PIXELS',
      /8\.dcm.*PALETTE COLOR/s,
    ],
    'its scaling is none': [{ slope: 0 }, 'DICOM_KIND', /RescaleSlope 0/],
    'bytes come in the other order': [
      { syntax: '1.2.840.10008.1.2.2' },
      'DICOM_KIND',
      /transfer syntax 1\.2\.840\.10008\.1\.2\.2/,
    ],
  };
  it.each(Object.entries(odd))('is refused where %s', async (_, [change, code, text]) => {
    const parts = [slices[0]!, { ...slices[1]!, ...change }];
    const reading = whole(series(parts), 'i/{id}', 'm/{id}.nii');
    await expect(reading).rejects.toMatchObject({ code: `RAREMASK_VOLUMES_${code}` });
    await expect(reading).rejects.toThrow(text);
  });

  it('is compressed or not, the same', async () => {
    const files = series(slices.map((slice) => ({ ...slice, syntax: RLE })));
    expect([...(await whole(files, 'i/{id}', 'm/{id}.nii')).image]).toEqual(ramp);
  });

  it.each([
    ['plain', undefined],
    ['compressed', RLE],
  ])('has the slope and the intercept of each slice: %s', async (_, syntax) => {
    // As of PET: 0.5 x 4 - 1 = 1 in the lower slice, 3 x 4 + 2 = 14 in the upper one.
    const scalings = [
      { slope: 0.5, intercept: -1 },
      { slope: 3, intercept: 2 },
    ];
    const parts = scalings.map((scaling, at) => ({
      ...slices[at]!,
      ...scaling,
      values: [4, 0, 0, 0, 0, 2],
      ...(syntax && { syntax }),
    }));
    const { image: values } = await whole(series(parts), 'i/{id}', 'm/{id}.nii');
    expect([...values]).toEqual([1, -1, -1, -1, -1, 0, 14, 2, 2, 2, 2, 8]);
  });

  it.each([
    ['plain', undefined],
    ['compressed', RLE],
  ])('of MONOCHROME1 is as bright as it is shown: %s', async (_, syntax) => {
    // Of 12 bits without a sign, 0 is the brightest: 4095 - 0, then 4095 - 1000 and so on.
    const bits = { allocated: 16, stored: 12, high: 11, signed: false } as const;
    const values = [0, 1000, 4095, 4000, 1, 2];
    const parts = slices.map((slice) => ({
      ...slice,
      values,
      bits,
      intercept: 0,
      photometry: 'MONOCHROME1' as const,
      ...(syntax && { syntax }),
    }));
    const { image: seen } = await whole(series(parts), 'i/{id}', 'm/{id}.nii');
    const bright = values.map((value) => 4095 - value);
    expect([...seen]).toEqual([...bright, ...bright]);
  });

  it.each([
    // 8 bits with a sign: 255 is -1, 128 is -128.
    [{ allocated: 8, stored: 8, high: 7, signed: true }, [255, 128, 127], [-1, -128, 127]],
    // The uppermost 12 of 16 bits: 16 is 1, 0xfff0 is -1; the lowest four belong to something else.
    [{ allocated: 16, stored: 12, high: 15, signed: true }, [16, 0xfff3, 9], [1, -1, 0]],
    // The lowest 12 of 16 bits: those above belong to something else.
    [{ allocated: 16, stored: 12, high: 11, signed: false }, [1, 0xf002, 4095], [1, 2, 4095]],
    [{ allocated: 32, stored: 32, high: 31, signed: false }, [2 ** 31, 1, 0], [2 ** 31, 1, 0]],
  ] as const)('has the bits that count of each pixel: %j', async (bits, values, expected) => {
    const parts = slices.map((slice) => ({
      ...slice,
      values: [...values, 0, 0, 0],
      bits,
      intercept: 0,
    }));
    const { image: seen } = await whole(series(parts), 'i/{id}', 'm/{id}.nii');
    expect([...seen.subarray(0, 3)]).toEqual(expected);
  });

  const [lower, upper] = slices.map(dicom) as [Uint8Array, Uint8Array];
  const packed = dicom({ ...slices[1]!, syntax: RLE });
  const rowsTag = Buffer.from([0x28, 0x00, 0x10, 0x00]);
  const fewer = dicom({ ...slices[1]!, values: ramp.slice(0, 5) });
  const damaged: Record<string, readonly [string, Uint8Array, string, RegExp]> = {
    // 6 pixels of 2 bytes at the end of the file, the last of them cut.
    'cut in its pixels': [
      '8.dcm',
      upper.subarray(0, -1),
      'TRUNCATED',
      new RegExp(`8\\.dcm.*ends early.*${upper.length} bytes.*${upper.length - 1} bytes`, 's'),
    ],
    'cut in its header': ['8.dcm', upper.subarray(0, 500), 'TRUNCATED', /8\.dcm.*500 bytes/s],
    'cut before its rows': [
      '8.dcm',
      upper.subarray(0, Buffer.from(upper).indexOf('MONOCHROME2') - 8),
      'TRUNCATED',
      /8\.dcm.*break off/s,
    ],
    'cut in compressed pixels': [
      '8.dcm',
      packed.subarray(0, -9),
      'TRUNCATED',
      /8\.dcm.*break off/s,
    ],
    'without the end of compressed pixels': [
      '8.dcm',
      packed.subarray(0, -8),
      'TRUNCATED',
      /8\.dcm.*break off/s,
    ],
    'without its rows': [
      '8.dcm',
      changed(upper, (view) => view.setUint8(Buffer.from(upper).indexOf(rowsTag) + 2, 0x30)),
      'TRUNCATED',
      /8\.dcm.*damaged/s,
    ],
    'of too few pixels': ['8.dcm', fewer, 'TRUNCATED', /8\.dcm.*12 bytes of pixels.*10 bytes/s],
    empty: ['8.dcm', new Uint8Array(), 'EMPTY_FILE', /8\.dcm.*is empty.*0 bytes/s],
    'cut before it says DICM': ['8.dcm', upper.subarray(0, 99), 'NOT_DICOM', /8\.dcm.*99 bytes/s],
    'empty, without an ending': ['IM8', new Uint8Array(), 'EMPTY_FILE', /IM8.*is empty/s],
  };
  it.each(Object.entries(damaged))(
    'is refused by the name of a slice that is %s',
    async (...row) => {
      const [name, bytes, code, text] = row[1];
      const files = { [`i/a/${name.replace('8', '9')}`]: lower, [`i/a/${name}`]: bytes };
      const reading = whole({ ...files, 'm/a.nii': mask }, 'i/{id}', 'm/{id}.nii');
      await expect(reading).rejects.toMatchObject({ code: `RAREMASK_VOLUMES_${code}` });
      await expect(reading).rejects.toThrow(text);
    },
  );

  it('may lie beside DICOM files without an image, and empty files called otherwise', async () => {
    // A report, of a series of its own: what follows its place is of group 0040.
    const other = Buffer.from(dicom({ ...slices[1]!, series: '1.2.3.6' }));
    const at = other.indexOf(Buffer.from([0x28, 0x00, 0x02, 0x00]));
    const more = Buffer.from([0x40, 0x00, 0x40, 0xa0, 0x43, 0x53, 2, 0, 0x4f, 0x4b]);
    const files = {
      ...series(slices),
      'i/a/report.dcm': Buffer.concat([other.subarray(0, at), more]),
      'i/a/lock': '',
    };
    expect([...(await whole(files, 'i/{id}', 'm/{id}.nii')).image]).toEqual(ramp);
  });

  it('is refused where there is none', async () => {
    const reading = whole({ 'i/a/notes.txt': 'x', 'm/a.nii': mask }, 'i/{id}', 'm/{id}.nii');
    await expect(reading).rejects.toThrow(/no DICOM files with images/);
  });
});

describe('predictions of a case that is no NIfTI file', () => {
  const facts: Facts = {
    space: 3,
    channels: 1,
    classes: [
      { name: 'background', value: 0 },
      { name: 'lesion', value: 7 },
    ],
    overlapping: false,
  };

  it.each([
    ['i/{id}.nrrd', { 'i/a.nrrd': nrrd(turnedNrrd, ramp), 'm/a.nii': turnedMask }, turned],
    ['i/{id}', series(slices), { extent, values: ramp, affine: undefined }],
  ] as const)('are NIfTI on its grid: %s', async (images, files, { extent: size, affine }) => {
    await opened(files, { images, masks: 'm/{id}.nii', view: 'volume' }, async (set) => {
      const { size: shape, image: values } = await set.read('a');
      async function* odd(): AsyncGenerator<Prediction> {
        yield {
          id: 'a',
          size: shape,
          labels: Uint8Array.from(values, (value) => value % 2),
          probabilities: Float32Array.from([...values].flatMap(() => [0.5, 0.5])),
        };
      }
      const written: WrittenPrediction[] = [];
      const wanted = { facts, probabilities: false };
      for await (const one of set.writePredictions!(odd(), wanted)) written.push(one);
      const map = gunzipSync(written[0]!.files[0]!.bytes);
      expect([1, 2, 3].map((axis) => map.readInt16LE(40 + 2 * axis))).toEqual([...size]);
      // In the order of the file's own axes, and in RAS+.
      expect([...map.subarray(352)]).toEqual(ramp.map((value) => (value % 2) * 7));
      const rows = affine ?? [
        [1, 0, 0, 0],
        [0, 2, 0, 0],
        [0, 0, 3, 0],
      ];
      const placed = rows.flat().map((_, at) => map.readFloatLE(280 + 4 * at) + 0);
      expect(placed).toEqual(rows.flat());
      expect(map.readInt16LE(254)).toBe(1);
    });
  });
});

describe('a file of the other formats', () => {
  it.each([
    ['that is something else', 'i/a.mha', Buffer.from('junk'), 'BROKEN_HEADER'],
    ['that ends early', 'i/a.nrrd', nrrd(turnedNrrd, ramp).subarray(0, -20), 'CANNOT_READ'],
    ['whose header ends early', 'i/a.nrrd', nrrd(turnedNrrd, ramp).subarray(0, 60), 'CANNOT_READ'],
  ])('%s is refused by name', async (_, name, bytes, code) => {
    const files = { [name]: bytes, 'm/a.nii': turnedMask };
    const reading = whole(files, name.replace('a.', '{id}.'), 'm/{id}.nii');
    await expect(reading).rejects.toMatchObject({ code: `RAREMASK_VOLUMES_${code}` });
    await expect(reading).rejects.toThrow(name);
  });

  // The last of 2 x 2 x 3 voxels is left out of the header: 8 of 12 floats, 32 of 48 bytes.
  it.each([
    ['nrrd', { 'i/a.nrrd': nrrd({ ...turnedNrrd, sizes: '2 2 2' }, ramp) }],
    [
      'nhdr',
      {
        'i/a.nhdr': nrrd({ ...turnedNrrd, sizes: '2 2 2', 'data file': 'a.raw' }, []),
        'i/a.raw': floats(ramp),
      },
    ],
    ['mha', { 'i/a.mha': metaImage({ ...turnedMeta, DimSize: '2 2 2' }, ramp) }],
    [
      'mhd',
      {
        'i/a.mhd': metaImage({ ...turnedMeta, DimSize: '2 2 2' }, [], 'a.raw'),
        'i/a.raw': floats(ramp),
      },
    ],
  ] as readonly (readonly [string, Files])[])(
    'that holds more voxels than its header says is refused: %s',
    async (ending, files) => {
      const reading = whole({ ...files, 'm/a.nii': turnedMask }, `i/{id}.${ending}`, 'm/{id}.nii');
      await expect(reading).rejects.toMatchObject({ code: 'RAREMASK_VOLUMES_TOO_LONG' });
      await expect(reading).rejects.toThrow(/32 bytes.*48 bytes/s);
    },
  );

  it.each([
    ['nrrd', nrrd(turnedNrrd, ramp)],
    ['mha', metaImage(turnedMeta, ramp)],
  ])('is refused wherever it is cut: %s', async (ending, bytes) => {
    // In the header, at its end, at the first and before the last of 48 bytes of voxels.
    for (const length of [20, bytes.length - 49, bytes.length - 48, bytes.length - 1]) {
      const files = { [`i/a.${ending}`]: bytes.subarray(0, length), 'm/a.nii': turnedMask };
      const reading = whole(files, `i/{id}.${ending}`, 'm/{id}.nii');
      await expect(reading, `${length} bytes`).rejects.toMatchObject({
        code: expect.stringMatching(/^RAREMASK_VOLUMES_(CANNOT_READ|BROKEN_HEADER)$/),
      });
    }
  });

  it('of complex numbers is refused', async () => {
    const header = {
      dimension: '4',
      sizes: '2 2 3 2',
      kinds: 'complex domain domain domain',
      'space directions': 'none (-1,0,0) (0,-2,0) (0,0,3)',
      'space origin': '(0,0,0)',
    };
    const files = { 'i/a.nrrd': nrrd(header, [...ramp, ...ramp]), 'm/a.nii': mask };
    await expect(whole(files, 'i/{id}.nrrd', 'm/{id}.nii')).rejects.toMatchObject({
      code: 'RAREMASK_VOLUMES_PIXELS',
    });
  });

  it('names the package that reads it where that is not installed', async () => {
    const parts = slices.map((slice) => ({ ...slice, syntax: RLE }));
    const files = { ...series(parts), 'i/b.nrrd': nrrd(turnedNrrd, ramp), 'm/b.nii': turnedMask };
    await inFolder(files, async (root) => {
      const home = join(root, 'node_modules/@raremask/dataset-volumes');
      await mkdir(dirname(home), { recursive: true });
      await cp(join(own, 'dist'), join(home, 'dist'), { recursive: true });
      await cp(join(own, 'package.json'), join(home, 'package.json'));
      for (const name of ['@raremask/core', 'dicom-parser', 'zod']) {
        await symlink(join(own, 'node_modules', name), join(root, 'node_modules', name));
      }
      const code = `
        import plugin from '@raremask/dataset-volumes';
        for (const [id, images] of [['b', 'i/{id}.nrrd'], ['a', 'i/{id}']]) {
          const given = { root: '.', images, masks: 'm/{id}.nii', classes: { a: 0, b: 1 }, view: 'volume', neighbours: 0 };
          try {
            await (await plugin.create(given, { folder: ${JSON.stringify(root)}, log: console })).read(id);
          } catch ({ code, category, message }) {
            console.log(code, category, message);
          }
        }`;
      await writeFile(join(root, 'read.mjs'), code);
      const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'read.mjs')]);
      const [first, second] = stdout.split(/(?<=\n)(?=RAREMASK)/);
      expect(first).toMatch(/NEEDS_PACKAGE environment .*npm install @itk-wasm\/image-io/s);
      expect(second).toMatch(/NEEDS_PACKAGE environment .*npm install @itk-wasm\/dicom/s);
    });
  });

  it('is found by a proposal and by a layout with a dataset.json', async () => {
    const told = {
      'dataset.json': JSON.stringify({
        channel_names: { 0: 'MR' },
        labels: { background: 0, lesion: 1 },
        file_ending: '.nrrd',
      }),
      'imagesTr/a_0000.nrrd': nrrd(turnedNrrd, ramp),
      'labelsTr/a.nrrd': nrrd(turnedNrrd, label),
    };
    await inFolder(told, async (root) => {
      const set = await openAt(root, { classes: undefined, view: 'volume' });
      expect(await set.read('a')).toEqual(expected);
    });
  });
});

it('images of NIfTI need none of it', async () => {
  const files = { 'i/a.nii': image, 'm/a.nii': mask };
  expect([...(await whole(files, 'i/{id}.nii', 'm/{id}.nii')).image]).toEqual(ramp);
});
