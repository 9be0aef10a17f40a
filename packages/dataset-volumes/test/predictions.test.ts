import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Dataset, Facts, Prediction, WrittenPrediction } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import {
  extent,
  image,
  inFolder,
  nifti,
  opened,
  openImagesAt,
  plain,
  ramp,
} from './niftiFixture.ts';

const facts: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'lesion', value: 7 },
  ],
  overlapping: false,
};

/** Says lesion, with a probability and a doubt of its own at each place, where the image is odd. */
async function* odd(set: Dataset): AsyncGenerator<Prediction> {
  for (const id of set.ids) {
    const { size, image: values } = await set.read(id);
    const lesion = Float32Array.from(values, (value) => value / 15);
    yield {
      id,
      size,
      labels: Uint8Array.from(values, (value) => value % 2),
      probabilities: Float32Array.from([...lesion].flatMap((value) => [1 - value, value])),
      doubt: lesion.map((value) => value / 2),
    };
  }
}

async function written(set: Dataset, wanted = { facts, probabilities: true }) {
  const cases: WrittenPrediction[] = [];
  for await (const one of set.writePredictions!(odd(set), wanted)) cases.push(one);
  return cases;
}

// x from right to left, z from top to bottom, the file's axes z, x, y.
const turned = {
  extent: [2, 2, 3],
  values: ramp.map((value) => value + 1),
  affine: [
    [0, -1, 0, 1],
    [0, 0, 2, 0],
    [-3, 0, 0, 3],
  ],
} as const;

describe('predictions', () => {
  it.each(['axial', 'coronal', 'sagittal', 'volume'])(
    'of the %s view go back to the place and the axes of the file',
    async (view) => {
      const file = nifti({ ...turned, little: false });
      const files = { 'i/a.nii': file, 'm/a.nii': nifti({ ...turned, values: ramp.map(() => 0) }) };
      await opened(files, { ...plain, view }, async (set) => {
        const [one, ...others] = await written(set);
        expect(others).toEqual([]);
        expect(one).toMatchObject({ id: 'a', size: [2, 3, 2] });
        expect(new Set(set.ids.map((id) => set.writtenAs!(id)))).toEqual(new Set(['a']));
        expect(one!.files.map(({ path }) => path)).toEqual([
          'masks/a.nii.gz',
          'probabilities/a.nii.gz',
          'doubt/a.nii.gz',
        ]);
        const unpacked = one!.files.map(({ bytes }) => gunzipSync(bytes));
        const [map, share, doubt] = unpacked as [Buffer, Buffer, Buffer];
        // The file holds 1 to 12 in the order of its own axes.
        expect([...map.subarray(352)]).toEqual(turned.values.map((value) => (value % 2) * 7));
        // Big-endian, as the file: 65535 stands for 1.
        const stored = turned.values.map((_, at) => share.readUInt16BE(352 + 2 * at));
        expect(stored).toEqual(turned.values.map((value) => Math.round((value / 15) * 65535)));
        const doubts = turned.values.map((_, at) => doubt.readUInt16BE(352 + 2 * at));
        expect(doubts).toEqual(turned.values.map((value) => Math.round((value / 30) * 65535)));
        expect(share.readFloatBE(112)).toBeCloseTo(1 / 65535, 12);
        expect(map.subarray(252, 328)).toEqual(Buffer.from(file.subarray(252, 328)));
      });
    },
  );

  it('never lie outside of their folder, whatever the training called its classes', async () => {
    const classes = [...facts.classes, { name: '../../x', value: 9 }];
    const wanted = { facts: { ...facts, classes }, probabilities: true };
    await opened(
      { 'i/a.nii': image, 'm/a.nii': image.slice().fill(0, 352) },
      plain,
      async (set) => {
        async function* three(): AsyncGenerator<Prediction> {
          for (const id of set.ids) {
            const { size, image: values } = await set.read(id);
            const labels = new Uint8Array(values.length);
            yield { id, size, labels, probabilities: new Float32Array(3 * values.length) };
          }
        }
        const next = async () =>
          void (await set.writePredictions!(three(), wanted)[Symbol.asyncIterator]().next());
        await expect(next()).rejects.toMatchObject({ code: 'RAREMASK_VOLUMES_NAME_OUTSIDE' });
      },
    );
  });

  it('come a case at a time, of each class where there are several, without probabilities on request', async () => {
    const files = Object.fromEntries(
      ['a', 'b'].flatMap((id) => [
        [`i/${id}.nii`, image],
        [`m/${id}.nii`, nifti({ extent, values: ramp.map(() => 0) })],
      ]),
    );
    await opened(files, plain, async (set) => {
      expect((await written(set)).map(({ id }) => id)).toEqual(['a', 'b']);
      const [one] = await written(set, { facts, probabilities: false });
      expect(one!.files.map(({ path }) => path)).toEqual(['masks/a.nii.gz']);
    });
  });

  it('hold values above 255 in 16 bits', async () => {
    const classes = [facts.classes[0]!, { name: 'lesion', value: 300 }];
    const files = { 'i/a.nii': image, 'm/a.nii': nifti({ extent, values: ramp.map(() => 0) }) };
    await opened(files, plain, async (set) => {
      const [one] = await written(set, { facts: { ...facts, classes }, probabilities: false });
      const map = gunzipSync(one!.files[0]!.bytes);
      expect(map.readInt16LE(70)).toBe(512);
      expect(ramp.map((_, at) => map.readUInt16LE(352 + 2 * at))).toEqual(
        ramp.map((value) => (value % 2) * 300),
      );
    });
  });
});

describe('images without truth', () => {
  const two = { images: ['i/{id}_0.nii', 'i/{id}_1.nii'] };

  async function images(
    names: readonly string[],
    raw: Record<string, unknown>,
    check: (open: (path: string) => Promise<Dataset>) => Promise<void>,
  ): Promise<void> {
    const files = Object.fromEntries(names.map((name) => [name, image]));
    await inFolder(files, (root) =>
      check((path) => openImagesAt(join(root, path), root, { view: 'volume', ...raw })),
    );
  }

  it.each([
    ['a folder laid out as the root of the data', ['i/a_0.nii', 'i/a_1.nii'], '.'],
    ['a folder that holds the images themselves', ['new/a_0.nii', 'new/a_1.nii'], 'new'],
    ['the first image of a case', ['new/a_0.nii', 'new/a_1.nii', 'new/b_0.nii'], 'new/a_0.nii'],
  ])('are found in %s', async (_, names, path) => {
    await images(names, two, async (open) => {
      const set = await open(path);
      expect(set.ids).toEqual(['a']);
      expect(set.facts.channels).toBe(2);
      const sample = await set.read('a');
      expect([...sample.image]).toEqual(ramp.flatMap((value) => [value, value]));
      expect(sample).not.toHaveProperty('labels');
      expect(set.files!('a')).not.toHaveProperty('mask');
    });
  });

  it('may have any name where a case is one file', async () => {
    await images(['new/x.nii', 'new/.y.nii', 'new/notes.txt'], plain, async (open) => {
      expect((await open('new')).ids).toEqual(['x']);
      expect((await open('new/x.nii')).ids).toEqual(['x']);
    });
  });

  it.each([
    ['new', two, 'RAREMASK_VOLUMES_CANNOT_TELL'],
    ['new/x.nii', two, 'RAREMASK_VOLUMES_NO_CASE'],
    ['none', plain, 'RAREMASK_VOLUMES_CANNOT_READ'],
    ['empty', plain, 'RAREMASK_VOLUMES_NONE'],
  ])('at %s with %o are refused', async (path, raw, code) => {
    await images(['new/x.nii', 'empty/notes.txt'], raw, async (open) => {
      await expect(open(path)).rejects.toMatchObject({ code, category: 'data' });
    });
  });
});
