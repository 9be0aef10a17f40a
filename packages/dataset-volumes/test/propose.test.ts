import { join } from 'node:path';
import type { DatasetProposal } from '@raremask/core';
import { expect, it } from 'vitest';
import plugin from '../src/index.ts';
import { extent, type Files, image, inFolder, label, mask, nifti, ramp } from './niftiFixture.ts';
import { dicom } from './otherFormatsFixture.ts';

async function proposed(files: Files): Promise<DatasetProposal | undefined> {
  let proposal: DatasetProposal | undefined;
  await inFolder(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`set/${name}`, content])),
    async (root) => {
      proposal = await plugin.propose!(join(root, 'set'), root);
    },
  );
  return proposal;
}

const nnunet = {
  'dataset.json': JSON.stringify({
    channel_names: { 0: 'CT' },
    labels: { background: 0, nodule: 1 },
    numTraining: 1,
    file_ending: '.nii',
  }),
  'imagesTr/a_0000.nii': image,
  'labelsTr/a.nii': mask,
};

it('takes what dataset.json tells, and says what that is', async () => {
  const proposal = await proposed(nnunet);
  expect(proposal).toMatchObject({
    options: { root: 'set', view: 'axial' },
    split: { validation: 0.2 },
  });
  expect(proposal!.remarks['data.with.root']).toMatch(
    /nnU-Net \(raw\): 1 cases with CT; classes 0 background, 1 nodule/,
  );
  // The fixture's voxels are 1 x 2 x 3 mm.
  expect(proposal!.remarks['data.with.view']).toMatch(/3 x 2 x 1 mm/);
});

it('refuses a wrong dataset.json beside volumes, and leaves one beside pictures alone', async () => {
  const wrong = JSON.stringify({ channel_names: { 0: 'R' }, labels: { a: 0, b: 1 } });
  await expect(proposed({ ...nnunet, 'dataset.json': wrong })).rejects.toMatchObject({
    code: 'RAREMASK_VOLUMES_DATASET_JSON',
  });
  const pictures = { 'dataset.json': wrong, 'imagesTr/a_0000.png': '', 'labelsTr/a.png': '' };
  expect(await proposed(pictures)).toBeUndefined();
  expect(await proposed({ 'dataset.json': '{}', 'images/a.png': '' })).toBeUndefined();
});

it.each([
  ['the same names', ['a', 'b'], ['a', 'b'], 'images/{id}.nii', 'masks/{id}.nii'],
  ['a word behind', ['a', 'b'], ['a_seg', 'b_seg'], 'images/{id}.nii', 'masks/{id}_seg.nii'],
  [
    'files of several channels',
    ['p1_FLAIR', 'p1_T1', 'p2_FLAIR', 'p2_T1'],
    ['p1', 'p2'],
    ['images/{id}_FLAIR.nii', 'images/{id}_T1.nii'],
    'masks/{id}.nii',
  ],
])('pairs images and label maps by %s', async (_, images, masks, imagePattern, maskPattern) => {
  const proposal = await proposed({
    ...Object.fromEntries(images.map((name) => [`images/${name}.nii`, image])),
    ...Object.fromEntries(masks.map((name) => [`masks/${name}.nii`, mask])),
  });
  expect(proposal!.options).toEqual({
    root: 'set',
    images: imagePattern,
    masks: maskPattern,
    classes: { background: 0, foreground: 1 },
    view: 'axial',
  });
  expect(proposal!.remarks['data.with.classes']).toContain('all 2 label maps hold the values 0, 1');
});

it('names classes by their values, and cuts across the longest side of voxels', async () => {
  const affine = [
    [4, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ] as const;
  const second = label.map((value, at) => (at === 2 ? 5 : value));
  const proposal = await proposed({
    'images/a.nii': nifti({ extent, values: ramp, affine }),
    'labels/a.nii': nifti({ extent, values: second, affine }),
  });
  expect(proposal!.options).toMatchObject({
    classes: { background: 0, class_1: 1, class_5: 5 },
    view: 'sagittal',
  });
});

it('finds DICOM series, a folder a case', async () => {
  const slice = (z: number) =>
    dicom({
      rows: 3,
      columns: 2,
      spacing: [2, 1],
      orientation: [-1, 0, 0, 0, -1, 0],
      values: ramp.slice(6 * z, 6 * z + 6),
      position: [0, 0, 3 * z],
    });
  const proposal = await proposed(
    Object.fromEntries(
      ['a', 'b'].flatMap((id) => [
        [`CT/${id}/1.dcm`, slice(0)],
        [`CT/${id}/2.dcm`, slice(1)],
        [`masks/${id}.nii`, mask],
      ]),
    ),
  );
  expect(proposal!.options).toMatchObject({ images: 'CT/{id}', masks: 'masks/{id}.nii' });
  expect(proposal!.remarks['data.with.images']).toBe('2 cases, a DICOM series each');
});

it('brings pixels of different size to their median, and leaves slices where they are', async () => {
  const sized = (size: number, thick: number) =>
    [
      [size, 0, 0, 0],
      [0, size, 0, 0],
      [0, 0, thick, 0],
    ] as const;
  const proposal = await proposed(
    Object.fromEntries(
      [0.5, 0.6, 0.9].flatMap((size, at) => [
        [`images/${at}.nii`, nifti({ extent, values: ramp, affine: sized(size, 2 + at) })],
        [`masks/${at}.nii`, nifti({ extent, values: label, affine: sized(size, 2 + at) })],
      ]),
    ),
  );
  expect(proposal!.options).toMatchObject({ view: 'axial', spacing: [null, 0.6, 0.6] });
  expect(proposal!.remarks['data.with.spacing']).toMatch(/3 cases.*2 to 4 x 0\.5 to 0\.9 x/);
});

it.each([
  ['pictures', { 'images/a.png': '', 'masks/a.png': '' }],
  ['names that have nothing in common', { 'images/x.nii': image, 'masks/y.nii': mask }],
  ['no label maps', { 'images/x.nii': image }],
])('makes nothing of %s', async (_, files) => {
  expect(await proposed(files as Files)).toBeUndefined();
});
