import { gunzipSync } from 'node:zlib';
import type { Facts, Prediction, WrittenPrediction } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import { inverseOf, resampleLabels, resampleValues, resamplingTo } from '../src/cases/resample.ts';
import plugin from '../src/index.ts';
import { image, mask, nifti, opened, plain, ramp } from './niftiFixture.ts';

/** Along x alone: other axes have one voxel. */
const line = (from: number, spacing: number, wanted: number) =>
  resamplingTo([null, null, wanted], [1, 1, from], [1, 1, spacing])!;

describe('values', () => {
  it('lie on a line where they did, between voxels and at the same middle', () => {
    // 4 voxels of 1 mm become 8 of 1/2 mm: their middles are at -1/4, 1/4, 3/4, ... of the old ones.
    const finer = resampleValues(Float32Array.of(0, 4, 8, 12), 1, line(4, 1, 0.5));
    expect([...finer]).toEqual([0, 1, 3, 5, 7, 9, 11, 12]);
  });

  it('reach as far as their neighbours where voxels become larger', () => {
    // 6 voxels of 1 mm become 3 of 2 mm, at 1/2, 5/2 and 9/2. Weights fall to 0 in 2 mm:
    // 1/4, 3/4, 3/4, 1/4 of 2. The second takes 1 to 4: (1 x 0 + 3 x 8 + 3 x 0 + 1 x 0) / 8.
    const coarser = resampleValues(Float32Array.of(0, 0, 8, 0, 0, 0), 1, line(6, 1, 2));
    expect([...coarser]).toEqual([1, 3, 0]);
  });

  it('keep channels apart and go along every axis', () => {
    // z doubles; at 1/4 of the way, and so on, as above: 0, 1, 3, 4 of 0 and 4.
    const resampling = resamplingTo([0.5, null, null], [2, 1, 1], [1, 1, 1])!;
    expect(resampling.to).toEqual([4, 1, 1]);
    const both = resampleValues(Float32Array.of(0, 10, 4, 50), 2, resampling);
    expect([...both]).toEqual([0, 10, 1, 20, 3, 40, 4, 50]);
  });

  it('of a constant stay what they are, there and back', () => {
    const resampling = resamplingTo([1.3, 0.7, 2.9], [5, 4, 7], [1, 1.1, 0.9])!;
    const there = resampleValues(new Float32Array(140).fill(3), 1, resampling);
    expect(there).toHaveLength(resampling.to.reduce((product, extent) => product * extent, 1));
    for (const value of there) expect(value).toBeCloseTo(3, 5);
    expect(resampleValues(there, 1, inverseOf(resampling))).toHaveLength(140);
  });
});

describe('the wanted size of voxels', () => {
  it('changes nothing where it is there already, as exactly as a header says it', () => {
    expect(resamplingTo(undefined, [2, 3, 4], [3, 2, 1])).toBeUndefined();
    expect(resamplingTo([3, null, 1], [2, 3, 4], [3, 2, 1])).toBeUndefined();
    // A header has 0.7 in 32 bits.
    expect(resamplingTo(0.7, [2, 3, 4], [0.7, 0.7, Math.fround(0.7)])).toBeUndefined();
  });

  it('leaves one voxel at least, and rounds the extent', () => {
    expect(resamplingTo(10, [2, 3, 26], [1, 1, 1])).toMatchObject({ to: [1, 1, 3] });
  });
});

describe('labels', () => {
  it('are those of the largest weight', () => {
    // Middles at -1/4, 1/4, 3/4, 5/4: 3/4 of the nearer voxel counts.
    expect([...resampleLabels(Uint8Array.of(0, 2), line(2, 1, 0.5))]).toEqual([0, 0, 2, 2]);
  });

  it('are foreground on a tie', () => {
    // Middles at 1/2, 5/2: one half each.
    expect([...resampleLabels(Uint8Array.of(0, 1, 0, 0), line(4, 1, 2))]).toEqual([1, 0]);
  });

  it('of two classes hold against a background that is less than each', () => {
    // At 1/2 along x and along y: quarters of 1, 1, 2 and 0.
    const resampling = resamplingTo([null, 2, 2], [1, 2, 2], [1, 1, 1])!;
    expect([...resampleLabels(Uint8Array.of(1, 2, 0, 1), resampling)]).toEqual([1]);
  });

  it('see every old voxel of a new one', () => {
    // 8 voxels become 2, of 4 each: weights 1/4, 3/4, 3/4, 1/4 of 2. Both ends are 1/4.
    const seen = resampleLabels(Uint8Array.of(1, 1, 0, 0, 0, 1, 1, 0), line(8, 1, 4));
    // First: (1/4 + 3/4) / 2 is a tie. Second: (3/4 + 3/4) / 2.
    expect([...seen]).toEqual([1, 1]);
  });

  it('keep what nobody has judged', () => {
    expect([...resampleLabels(Uint8Array.of(255, 0), line(2, 1, 0.5))]).toEqual([255, 255, 0, 0]);
  });
});

// 2 x 3 x 2 voxels along x, y and z, of 1 x 2 x 3 mm.
const files = { 'i/a.nii': image, 'm/a.nii': mask };

describe('a case', () => {
  it('is not changed by a bit where its voxels have the size', async () => {
    const raw = { ...plain, view: 'volume', spacing: [3, 2, 1] };
    await opened(files, raw, async (set) => {
      expect(set.facts.spacing).toEqual([3, 2, 1]);
      expect([...(await set.read('a')).image]).toEqual(ramp);
    });
  });

  it.each([
    // 2 slices of 3 mm become 4 of 1.5.
    ['volume', ['a'], [4, 3, 2], [1.5, 2, 1]],
    ['axial', ['a/0000', 'a/0001', 'a/0002', 'a/0003'], [3, 2], [2, 1]],
    ['coronal', ['a/0000', 'a/0001', 'a/0002'], [4, 2], [1.5, 1]],
    ['sagittal', ['a/0000', 'a/0001'], [4, 3], [1.5, 2]],
  ])('has the size that [z, y, x] says in the %s view', async (view, ids, size, spacing) => {
    await opened(files, { ...plain, view, spacing: [1.5, null, null] }, async (set) => {
      expect(set.ids).toEqual(ids);
      expect(set.facts.spacing).toEqual(spacing);
      expect((await set.read(ids[0]!)).size).toEqual(size);
    });
  });

  it('is resampled in canonical order, whatever the axes of the file', async () => {
    // i is z from top to bottom, j is x, k is y: voxels of 3 x 1 x 2 mm in the file.
    const affine = [
      [0, 1, 0, 0],
      [0, 0, 2, 0],
      [-3, 0, 0, 3],
    ] as const;
    // z = 0 holds 4, z = 1 holds 0.
    const turned = nifti({ extent: [2, 1, 1], values: [0, 4], affine });
    const empty = nifti({ extent: [2, 1, 1], values: [1, 0], affine, datatype: 2 });
    const raw = { ...plain, view: 'volume', spacing: [1.5, null, null] };
    await opened({ 'i/a.nii': turned, 'm/a.nii': empty }, raw, async (set) => {
      const sample = await set.read('a');
      expect(sample.size).toEqual([4, 1, 1]);
      expect([...sample.image]).toEqual([4, 3, 1, 0]);
      expect([...sample.labels!]).toEqual([0, 0, 1, 1]);
    });
  });

  it.each([
    // The lesion lies at z = 1, y = 0, x = 1. New voxels lie at y = 0 and 2, and at the middle of z and
    // x: a quarter of one is lesion.
    ['volume', [6, 4, 2], ['a'], ['a']],
    // Along x alone the two are a tie: the lesion stays.
    ['volume', [3, 2, 2], ['a'], []],
    // Three voxels along y become one, in which the first of them has 1/5: 1/10 of the slice at z = 1.
    ['axial', [null, 6, 2], ['a/0000', 'a/0001'], ['a/0001']],
    ['sagittal', [6, 6, null], ['a/0000', 'a/0001'], ['a/0001']],
  ])(
    'in the %s view, of %s mm, says where it has lost its foreground',
    async (view, spacing, ids, emptied) => {
      await opened(files, { ...plain, view, spacing }, async (set) => {
        expect(set.ids).toEqual(ids);
        const samples = await Promise.all(set.ids.map((id) => set.read(id)));
        expect(samples.filter((sample) => sample.emptied).map(({ id }) => id)).toEqual(emptied);
      });
    },
  );

  it('of too many voxels is refused with both extents', async () => {
    await expect(
      opened(files, { ...plain, spacing: 0.001 }, async () => undefined),
    ).rejects.toMatchObject({ code: 'RAREMASK_VOLUMES_TOO_FINE' });
  });

  it('takes positive sizes alone', async () => {
    for (const spacing of [0, -1, [1, 1], [1, 0, 1]]) {
      const classes = { background: 0, lesion: 1 };
      const checked = await plugin.options!['~standard'].validate({ classes, spacing });
      expect(checked.issues).toHaveLength(1);
    }
  });
});

const facts: Facts = {
  space: 3,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'lesion', value: 7 },
  ],
  overlapping: false,
};

describe('predictions', () => {
  it.each(['volume', 'axial', 'sagittal'])(
    'of the %s view come back to the grid of the file and are decided there',
    async (view) => {
      // Four voxels of 1 mm along z, read as two of 2 mm.
      const four = {
        extent: [1, 1, 4],
        affine: [
          [1, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
        ] as const,
      };
      const set = {
        'i/a.nii': nifti({ ...four, values: [0, 0, 0, 0] }),
        'm/a.nii': nifti({ ...four, values: [0, 0, 0, 0], datatype: 2 }),
      };
      await opened(set, { ...plain, view, spacing: [2, null, null] }, async (dataset) => {
        async function* halves(isDropped = false): AsyncGenerator<Prediction> {
          // Lesion has 0.2 below and 0.9 above.
          let at = 0;
          for (const id of dataset.ids) {
            const { size } = await dataset.read(id);
            const voxels = size.reduce((product, extent) => product * extent, 1);
            const lesion = [0.2, 0.9].slice(at, at + voxels);
            at += voxels;
            yield {
              id,
              size,
              labels: Uint8Array.from(lesion, (value) => (value > 0.5 && !isDropped ? 1 : 0)),
              probabilities: Float32Array.from(lesion.flatMap((value) => [1 - value, value])),
              doubt: Float32Array.from(lesion, (value) => value / 2),
            };
          }
        }
        const written: WrittenPrediction[] = [];
        const wanted = { facts, probabilities: true };
        for await (const one of dataset.writePredictions!(halves(), wanted)) written.push(one);
        const [one] = written as [WrittenPrediction];
        expect(one.size).toEqual([4, 1, 1]);
        // Middles at -1/4, 1/4, 3/4, 5/4: 0.2, 0.2 + 0.7 / 4, 0.2 + 0.7 x 3 / 4, 0.9.
        const [, share, doubt] = one.files.map(({ bytes }) => gunzipSync(bytes));
        for (const [at, expected] of [0.2, 0.375, 0.725, 0.9].entries()) {
          const stored = [share, doubt].map((map) => map!.readUInt16LE(352 + 2 * at) / 65535);
          expect(stored[0]).toBeCloseTo(expected, 4);
          expect(stored[1]).toBeCloseTo(expected / 2, 4);
        }
        expect([...gunzipSync(one.files[0]!.bytes).subarray(352)]).toEqual([0, 0, 7, 7]);
        expect([...one.labels]).toEqual([0, 0, 1, 1]);
        // What a rule has dropped stays dropped, however probable it is.
        for await (const { labels } of dataset.writePredictions!(halves(true), wanted)) {
          expect([...labels]).toEqual([0, 0, 0, 0]);
        }
      });
    },
  );
});
