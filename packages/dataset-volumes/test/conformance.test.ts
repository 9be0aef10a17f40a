import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { datasetChecks } from '@raremask/conformance';
import { afterAll, describe, test } from 'vitest';
import volumes from '../src/index.ts';
import { extent, image, label, mask, nifti, ramp } from './niftiFixture.ts';
import { dicom } from './otherFormatsFixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'raremask-volumes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const other = nifti({ extent, values: ramp.map((value) => 90 - value) });
const slice = { rows: 3, columns: 2, spacing: [2, 1], orientation: [-1, 0, 0, 0, -1, 0] } as const;
const files: Record<string, Uint8Array | string> = {
  'images/a.nii.gz': image,
  'images/b.nii.gz': other,
  'masks/a.nii.gz': mask,
  'masks/b.nii.gz': nifti({ extent, values: label.map(() => 0) }),
  'told/dataset.json': JSON.stringify({
    channel_names: { 0: 'MR' },
    labels: { background: 0, lesion: 1, ignore: 2 },
    numTraining: 2,
    file_ending: '.nii',
  }),
  ...Object.fromEntries(
    ['a', 'b'].flatMap((id, at) => [
      [
        `told/imagesTr/${id}_0000.nii`,
        nifti({ extent, values: ramp.map((own) => own * (at + 1)) }),
      ],
      [`told/labelsTr/${id}.nii`, nifti({ extent, values: label.map((own) => own * (at + 1)) })],
    ]),
  ),
  ...Object.fromEntries(
    [0, 1].map((z) => [
      `series/a/${z}.dcm`,
      dicom({ ...slice, values: ramp.slice(6 * z, 6 * z + 6), position: [0, 0, 3 * z] }),
    ]),
  ),
};
for (const [name, content] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

const module = new URL('../dist/index.js', import.meta.url).href;
const classes = { background: 0, lesion: 1 };

describe('NIfTI', () => {
  const options = [
    { classes },
    { classes, view: 'volume' },
    { classes, view: 'sagittal', neighbours: 1, spacing: [1.5, null, 0.6] },
  ];
  const known = { options, folder, module, images: 'images' };
  test.each(datasetChecks(volumes, known))('$name', ({ run }) => run());
});

describe('a layout with a dataset.json', () => {
  const options = [{ root: 'told' }, { root: 'told', view: 'volume', spacing: 2 }];
  const known = { options, folder, module, images: 'told/imagesTr' };
  test.each(datasetChecks(volumes, known))('$name', ({ run }) => run());
});

describe('a DICOM series', () => {
  const options = [{ classes, images: 'series/{id}' }];
  const known = { options, folder, module, images: 'series' };
  test.each(datasetChecks(volumes, known))('$name', ({ run }) => run());
});
