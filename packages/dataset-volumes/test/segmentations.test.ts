import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWith } from '../../../test/python.ts';
import { checkNames, completed } from '../src/cases/segments.ts';
import { orientationOf } from '../src/formats/orientation.ts';
import type { Affine } from '../src/formats/volume.ts';
import plugin from '../src/index.ts';
import { openAt } from './niftiFixture.ts';

const affine = (z: number, x = 0): Affine => [
  [1, 0, 0, x],
  [0, 2, 0, 0],
  [0, 0, 3, z],
];
const image = orientationOf({ extent: [2, 1, 4], affine: affine(0) });
const part = (z: number, x = 0) => ({
  header: { extent: [2, 1, 2] as const, channels: 1, affine: affine(z, x) },
  values: Uint8Array.of(1, 0, 0, 2),
});

describe('the slices of a segmentation', () => {
  it('lie where they are in the image, and the others hold nothing', () => {
    expect([...completed(part(3), image)!.values]).toEqual([0, 0, 1, 0, 0, 2, 0, 0]);
    expect([...completed(part(6), image)!.values]).toEqual([0, 0, 0, 0, 1, 0, 0, 2]);
  });

  it.each([
    ['beyond the image', part(9)],
    ['before it', part(-3)],
    ['between its slices', part(4)],
    ['beside its columns', part(3, 0.4)],
  ])('are none of the image where they lie %s', (_, segmentation) => {
    expect(completed(segmentation, image)).toBeUndefined();
  });

  it('are of the class whose name they have', () => {
    const values = { background: 0, lesion: 1, organ: 2 };
    checkNames(
      'a.dcm',
      new Map([
        [1, 'Lesion '],
        [2, 'something'],
      ]),
      values,
    );
    expect(() => checkNames('a.dcm', new Map([[1, 'organ']]), values)).toThrow(
      /a\.dcm.*"organ" has another number than its class.*2.*1/s,
    );
  });
});

const python = pythonWith('highdicom');

describe.skipIf(python === undefined)('a DICOM segmentation (needs highdicom)', () => {
  const root = mkdtempSync(join(tmpdir(), 'raremask-seg-'));
  afterAll(() => rmSync(root, { recursive: true }));
  beforeAll(() => {
    const script = join(import.meta.dirname, 'segmentations.py');
    const { status, stderr } = spawnSync(python!, [script, root], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    for (const name of ['a', 'b']) {
      mkdirSync(join(root, 'set', 'seg'), { recursive: true });
      cpSync(join(root, 'ct', 'a'), join(root, 'set', 'ct', name), { recursive: true });
      cpSync(join(root, 'seg', 'gaps.dcm'), join(root, 'set', 'seg', `${name}.dcm`));
    }
    mkdirSync(join(root, 'folders', 'a'), { recursive: true });
    cpSync(join(root, 'seg', 'gaps.dcm'), join(root, 'folders', 'a', '1.dcm'));
  }, 120_000);
  const read = async (masks: string) => {
    const classes = { background: 0, lesion: 1, organ: 2 };
    const set = await openAt(root, { images: 'ct/{id}', masks, classes, view: 'volume' });
    return set.read('a');
  };

  it.each([
    ['with slices left out', 'seg/../seg/gaps.dcm'],
    ['whole', 'seg/whole.dcm'],
    ['in a folder of its own', 'folders/{id}'],
  ])('%s is the label map of its segments', async (_, file) => {
    const masks = file.includes('{id}') ? file : `ct/{id}/../../${file}`;
    const { labels, size } = await read(masks);
    expect(size).toEqual([5, 6, 5]);
    const found = [...labels!].flatMap((label, at) => (label === 0 ? [] : [[at, label]]));
    // Rows of 5, slices of 30.
    expect(found).toEqual([
      [30 + 2 * 5 + 3, 1],
      [30 + 4 * 5 + 1, 2],
      [3 * 30, 2],
    ]);
  });

  it.each([
    ['swapped', 'OTHER_SEGMENT', /"organ".*data\.with\.classes/s],
    ['overlapping', 'NO_LABEL_MAP', /overlap.*segments 1 and 2 in one voxel/s],
    ['fractions', 'NO_LABEL_MAP', /a segmentation of type FRACTIONAL/],
    ['structures', 'NO_LABEL_MAP', /RTSTRUCT.*dcmrtstruct2nii/s],
  ])('that is none that can be read is refused with what to do: %s', async (name, code, text) => {
    const reading = read(`ct/{id}/../../seg/${name}.dcm`);
    await expect(reading).rejects.toMatchObject({ code: `RAREMASK_VOLUMES_${code}` });
    await expect(reading).rejects.toThrow(text);
  });

  it('is found by a proposal, which calls its classes as it does', async () => {
    const proposal = await plugin.propose!(join(root, 'set'), root);
    expect(proposal!.options).toMatchObject({
      images: 'ct/{id}',
      masks: 'seg/{id}.dcm',
      classes: { background: 0, lesion: 1, organ: 2 },
    });
    expect(proposal!.remarks['data.with.images']).toBe('2 cases, a DICOM series each');
  });
});
