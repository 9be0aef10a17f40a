import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { IGNORE } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import plugin from '../src/index.ts';
import {
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

/** Nothing but a root: a dataset.json tells the rest. */
const told = { classes: undefined, view: 'volume' };

const shifted = nifti({ extent, values: ramp.map((value) => value + 50) });
const pairs = { extent: [...extent, 2], values: [...ramp, ...ramp.map((value) => value + 50)] };

const nnunetJson = {
  channel_names: { 0: 'FLAIR', 1: 'T1' },
  labels: { background: 0, lesion: 1, ignore: 2 },
  numTraining: 2,
  file_ending: '.nii.gz',
};
const nnunet: Files = {
  'dataset.json': JSON.stringify(nnunetJson),
  ...Object.fromEntries(
    ['b', 'a'].flatMap((id) => [
      [`imagesTr/${id}_0000.nii.gz`, gzipSync(image)],
      [`imagesTr/${id}_0001.nii.gz`, gzipSync(shifted)],
      [`labelsTr/${id}.nii.gz`, gzipSync(mask)],
    ]),
  ),
  'labelsTr/b.nii.gz': gzipSync(nifti({ extent, values: label.map((value) => value * 2) })),
  'imagesTs/t_0000.nii.gz': gzipSync(image),
  'imagesTs/t_0001.nii.gz': gzipSync(shifted),
};

const decathlonJson = {
  name: 'Something',
  modality: { 0: 'FLAIR', 1: 'T1' },
  labels: { 0: 'background', 1: 'edema', 2: 'tumour' },
  numTraining: 1,
  numTest: 1,
  training: [{ image: './imagesTr/BRATS_001.nii.gz', label: './labelsTr/BRATS_001.nii.gz' }],
  test: ['./imagesTs/BRATS_002.nii.gz'],
};
const decathlon: Files = {
  'dataset.json': JSON.stringify(decathlonJson),
  'imagesTr/BRATS_001.nii.gz': gzipSync(nifti(pairs)),
  'imagesTr/._BRATS_001.nii.gz': 'what an archiver leaves',
  'labelsTr/BRATS_001.nii.gz': gzipSync(nifti({ extent, values: label.map((own) => own * 2) })),
  'imagesTs/BRATS_002.nii.gz': gzipSync(nifti(pairs)),
};

/** The same folder with another dataset.json. */
function says(files: Files, changes: Record<string, unknown>): Files {
  const own = { ...JSON.parse(files['dataset.json'] as string), ...changes };
  return { ...files, 'dataset.json': JSON.stringify(own) };
}

function without(files: Files, ...names: string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

describe('the raw layout of nnU-Net', () => {
  it('is read from its folder alone: cases, channels, classes, what is ignored', async () => {
    await opened(nnunet, told, async (set) => {
      expect(set.ids).toEqual(['a', 'b']);
      expect(set.facts).toMatchObject({
        channels: 2,
        overlapping: false,
        classes: [
          { name: 'background', value: 0 },
          { name: 'lesion', value: 1 },
        ],
      });
      const first = await set.read('a');
      expect([...first.image]).toEqual(ramp.flatMap((value) => [value, value + 50]));
      expect([...first.labels!]).toEqual(label);
      // The mask of b has 2, which is `ignore`, where that of a has 1.
      const ignored = label.map((value) => value * IGNORE);
      expect([...(await set.read('b')).labels!]).toEqual(ignored);
    });
  });

  it('may list its cases under dataset', async () => {
    const dataset = {
      z: {
        images: ['imagesTr/a_0000.nii.gz', 'imagesTr/b_0001.nii.gz'],
        label: 'labelsTr/a.nii.gz',
      },
    };
    await opened(says(nnunet, { dataset, numTraining: 1 }), told, async (set) => {
      expect(set.ids).toEqual(['z']);
      expect(set.facts.channels).toBe(2);
    });
  });

  it('of the first version, listed as the Decathlon lists, has a file a channel', async () => {
    const training = [{ image: './imagesTr/a.nii.gz', label: './labelsTr/a.nii.gz' }];
    const first = {
      'dataset.json': JSON.stringify({ ...decathlonJson, training }),
      'imagesTr/a_0000.nii.gz': gzipSync(image),
      'imagesTr/a_0001.nii.gz': gzipSync(shifted),
      'labelsTr/a.nii.gz': gzipSync(mask),
    };
    await opened(first, told, async (set) => {
      expect(set.facts.channels).toBe(2);
      expect([...(await set.read('a')).image.subarray(0, 2)]).toEqual([0, 50]);
    });
  });

  it('has another fingerprint when dataset.json changes', async () => {
    const stamps = new Set<string>();
    for (const labels of [
      { background: 0, lesion: 1, ignore: 2 },
      { background: 0, x: 1, y: 2 },
    ]) {
      await opened(says(nnunet, { labels }), told, async (set) => {
        stamps.add((await set.fingerprint!('a')).split(' ').at(-1)!);
      });
    }
    expect(stamps.size).toBe(2);
  });
});

describe('the layout of the Medical Segmentation Decathlon', () => {
  it('is read from its folder alone: 4-D images, labels by value', async () => {
    await opened(decathlon, told, async (set) => {
      expect(set.ids).toEqual(['BRATS_001']);
      expect(set.facts.channels).toBe(2);
      expect(set.facts.classes).toEqual([
        { name: 'background', value: 0 },
        { name: 'edema', value: 1 },
        { name: 'tumour', value: 2 },
      ]);
      const { image: values, labels } = await set.read('BRATS_001');
      expect([...values]).toEqual(ramp.flatMap((value) => [value, value + 50]));
      expect([...labels!]).toEqual(label.map((value) => value * 2));
    });
  });
});

describe('test cases', () => {
  it.each([
    ['the root of the set', '.'],
    ['the folder imagesTs', 'imagesTs'],
    ['one file', 'imagesTs/t_0000.nii.gz'],
  ])('of nnU-Net are found at %s', async (_, path) => {
    await inFolder(nnunet, async (root) => {
      const set = await openImagesAt(join(root, path), root, told);
      expect(set.ids).toEqual(['t']);
      expect(set.facts.channels).toBe(2);
      expect(await set.read('t')).not.toHaveProperty('labels');
    });
  });

  it.each([
    ['the root of the set', '.'],
    ['the folder imagesTs', 'imagesTs'],
    ['one file', 'imagesTs/BRATS_002.nii.gz'],
  ])('of the Decathlon are found at %s', async (_, path) => {
    await inFolder(decathlon, async (root) => {
      const set = await openImagesAt(join(root, path), root, told);
      expect(set.ids).toEqual(['BRATS_002']);
      expect(set.facts.channels).toBe(2);
    });
  });

  it('are understood without the training data', async () => {
    const alone = { 'new/t_0000.nii.gz': image, 'new/t_0001.nii.gz': shifted, 'old/x.nii': image };
    await inFolder(alone, async (root) => {
      const gone = join(root, 'gone');
      expect((await openImagesAt(join(root, 'new'), gone, told)).facts.channels).toBe(2);
      expect((await openImagesAt(join(root, 'old'), gone, told)).ids).toEqual(['x']);
    });
  });

  it('of nnU-Net that have no number of a channel are refused', async () => {
    await inFolder({ ...nnunet, 'new/t.nii.gz': image }, async (root) => {
      await expect(openImagesAt(join(root, 'new'), root, told)).rejects.toMatchObject({
        code: 'RAREMASK_VOLUMES_CANNOT_TELL',
      });
    });
  });
});

describe('a layout that is wrong', () => {
  const wrong: Record<string, readonly [Files, string, RegExp]> = {
    'in several places names them all': [
      says(nnunet, {
        channel_names: { 1: 'T1' },
        labels: { background: 0, lesion: 'one', other: 0 },
        file_ending: '.png',
        numTraining: 'two',
      }),
      'DATASET_JSON',
      /dataset\.json: it has 5 mistakes.*labels\.lesion.*"one".*labels\.other.*of its own.*channel_names.*\{"1":"T1"\}.*file_ending.*dataset-images.*numTraining.*"two"/s,
    ],
    'in its list names the entry': [
      says(decathlon, { training: [{ image: 'a.nii.gz' }, 'b'], numTraining: 2, modality: null }),
      'DATASET_JSON',
      /it has 3 mistakes.*modality.*training\[0\]\.label.*nothing.*training\[1\]: .*"image".*"b"/s,
    ],
    'in its list of cases names the case': [
      says(nnunet, { dataset: { a: { images: [3], label: 'a.nii.gz' }, b: { images: [] } } }),
      'DATASET_JSON',
      /3 mistakes.*dataset\.a\.images.*path.*\[3\].*dataset\.b\.images.*\[\].*dataset\.b\.label.*nothing/s,
    ],
    'by a case that is listed twice names it': [
      says(decathlon, { training: [1, 2].map(() => decathlonJson.training[0]), numTraining: 2 }),
      'DATASET_JSON',
      /training\[1\]: expected a case that is not listed yet, got "BRATS_001"/,
    ],
    'by classes that lead elsewhere names them': [
      says(nnunet, {
        labels: { background: 0, '../../../X': 1, '/tmp/y': 2, '..': 3, 'a\\..\\b': 4 },
      }),
      'DATASET_JSON',
      /4 mistakes.*leads to no other folder, got "\.\.\/\.\.\/\.\.\/X".*"\/tmp\/y".*"\.\.".*"a/s,
    ],
    'by values of classes that lead elsewhere names them': [
      says(decathlon, { labels: { 0: 'background', 1: '../up' } }),
      'DATASET_JSON',
      /labels\.1: expected a name that leads to no other folder, got "\.\.\/up"/,
    ],
    'by cases that lead elsewhere names them': [
      says(nnunet, { dataset: { '../../a': { images: ['a.nii.gz'], label: 'b.nii.gz' } } }),
      'DATASET_JSON',
      /dataset\.\.\.\/\.\.\/a: expected a name that leads to no other folder/,
    ],
    'without a background says so': [
      says(nnunet, { labels: { lesion: 1, other: 2 } }),
      'DATASET_JSON',
      /a background of value 0/,
    ],
    'as text says so': [{ ...nnunet, 'dataset.json': '{ "labels": ' }, 'DATASET_JSON', /no JSON/],
    'with regions that overlap says what to do': [
      says(nnunet, { labels: { background: 0, whole: [1, 2], core: [2] } }),
      'REGIONS',
      /labels\.whole: \[1,2\], labels\.core: \[2\].*data\.with\.classes/s,
    ],
    'without some files names them': [
      without(nnunet, 'imagesTr/a_0001.nii.gz', 'labelsTr/b.nii.gz'),
      'MISSING',
      /2 files of cases are missing.*a_0001\.nii\.gz.*b\.nii\.gz/s,
    ],
    'in its channels names the file': [
      says(decathlon, { modality: { 0: 'CT' } }),
      'CHANNELS',
      /BRATS_001\.nii\.gz.*dataset\.json names.*1.*2/s,
    ],
    'by its absence says what to give': [
      without(nnunet, 'dataset.json'),
      'NO_CLASSES',
      /no dataset\.json.*classes/s,
    ],
  };
  it.each(Object.entries(wrong))('%s', async (_, [files, code, text]) => {
    const error = await opened(files, told, async () => undefined).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: `RAREMASK_VOLUMES_${code}`, category: 'data' });
    expect((error as Error).message).toMatch(text);
  });

  it.each(['../up', '/tmp/up', '..', 'C:\\up', 'a/../../up'])(
    'by a class of the manifest that leads elsewhere is refused by the schema: %s',
    async (name) => {
      const classes = { background: 0, [name]: 1 };
      const checked = await plugin.options!['~standard'].validate({ classes });
      expect(checked.issues?.[0]?.message).toMatch(/leads to another folder: .* a name/);
      const within = { background: 0, 'left/right..': 1 };
      const allowed = await plugin.options!['~standard'].validate({ classes: within });
      expect(allowed.issues).toBeUndefined();
    },
  );

  it.each([
    [without(nnunet, 'imagesTr/a_0000.nii.gz', 'imagesTr/a_0001.nii.gz', 'labelsTr/a.nii.gz'), 1],
    [says(nnunet, { numTraining: 7 }), 2],
  ])('in the number of its cases is read, and warned of', async (files, count) => {
    await inFolder(files, async (root) => {
      const warnings: string[] = [];
      const set = await openAt(root, told, warnings);
      expect(new Set(set.ids.map((id) => set.group(id))).size).toBe(count);
      expect(warnings).toEqual([
        expect.stringMatching(/numTraining is \d, and \d cases are there/),
      ]);
    });
  });

  it('by options beside dataset.json is refused by the schema', async () => {
    for (const extra of [{ images: 'i/{id}.nii' }, { masks: 'm/{id}.nii' }, { ignore: 3 }]) {
      const checked = await plugin.options!['~standard'].validate({ root: '.', ...extra });
      expect(checked.issues?.map(({ message }) => message)).toEqual([
        'is told by dataset.json: leave it out, or give classes as well',
      ]);
    }
  });
});

describe('with classes of its own, the manifest', () => {
  it('reads the same folder by patterns', async () => {
    const raw = {
      images: ['imagesTr/{id}_0001.nii.gz'],
      masks: 'labelsTr/{id}.nii.gz',
      classes: { background: 0, lesion: 1, unsure: 2 },
    };
    await opened(nnunet, raw, async (set) => {
      expect(set.facts).toMatchObject({ channels: 1 });
      expect(set.facts.classes).toHaveLength(3);
    });
  });

  it('ignores the value that it names, which is that of no class', async () => {
    const files = { 'images/a.nii.gz': image, 'masks/a.nii.gz': mask };
    const classes = { background: 0, lesion: 3 };
    await opened(files, { classes, ignore: 1, view: 'volume' }, async (set) => {
      expect((await set.read('a')).labels!.indexOf(IGNORE)).toBe(7);
    });
    await expect(opened(files, { classes, ignore: 3 }, async () => undefined)).rejects.toThrow(
      'is the value of a class',
    );
  });

  it('takes no folder of installed packages for a case', async () => {
    const files = { 'a/i.nii': image, 'a/m.nii': mask, 'node_modules/viewer/i.nii': image };
    await opened(
      { ...files, 'b/.keep': '' },
      { images: '{id}/i.nii', masks: '{id}/m.nii', view: 'volume' },
      async (set) => {
        expect(set.ids).toEqual(['a', 'b']);
      },
    );
  });

  it('is told of files that are missing', async () => {
    const files = { 'images/a.nii.gz': image, 'images/b.nii.gz': image, 'masks/a.nii.gz': mask };
    await opened(files, {}, async (set) => {
      await expect(set.read('b')).rejects.toThrow(/masks\/b\.nii\.gz/);
      expect((await set.read('a/0000')).labels).toBeDefined();
    });
    const { 'masks/a.nii.gz': _, ...none } = files;
    await expect(opened(none, {}, async () => undefined)).rejects.toThrow(/masks\/a\.nii\.gz/);
  });
});
