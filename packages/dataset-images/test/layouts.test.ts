import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { propose } from '../src/proposing/propose.ts';
import { bmp } from './bmp.ts';
import { Folder } from './folder.ts';
import { gif } from './gif.ts';
import { tiff } from './tiff.ts';

const grey = (...values: number[]) =>
  encode({ width: 2, height: 2, data: Uint8Array.from(values), channels: 1, depth: 8 });
const image = grey(1, 2, 3, 4);
const mask = grey(0, 255, 0, 0);
const jpeg = new Uint8Array(
  await sharp(Uint8Array.of(10, 20, 30, 40), { raw: { width: 2, height: 2, channels: 1 } })
    .jpeg()
    .toBuffer(),
);

const tif = tiff(2, 2, Uint8Array.of(9, 8, 7, 6));
const blackAndWhite = { palette: [[0, 0, 0] as const, [255, 255, 255] as const] };
const drawn = gif(2, 2, [0, 1, 0, 0], blackAndWhite);
const fieldOfView = gif(2, 2, [0, 1, 1, 1], blackAndWhite);

/** DRIVE's files (Staal et al. 2004), of three images in each part. */
const DRIVE = files({
  'training/images/2#_training.tif': tif,
  'training/1st_manual/2#_manual1.gif': drawn,
  'training/mask/2#_training_mask.gif': fieldOfView,
  'test/images/0#_test.tif': tif,
  'test/1st_manual/0#_manual1.gif': drawn,
  'test/2nd_manual/0#_manual2.gif': fieldOfView,
  'test/mask/0#_test_mask.gif': fieldOfView,
});

/** Files by their paths, in which `#` stands for each of some numbers. */
function files(
  paths: Readonly<Record<string, Uint8Array>>,
  numbers: readonly number[] = [1, 2, 3],
): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(paths).flatMap(([path, content]) =>
      path.includes('#')
        ? numbers.map((number) => [path.replaceAll('#', String(number)), content])
        : [[path, content]],
    ),
  );
}

interface Layout {
  readonly name: string;
  readonly files: Record<string, Uint8Array>;
  readonly options: Readonly<Record<string, unknown>>;
  /** One id, with the class of each pixel. */
  readonly id: string;
  readonly labels?: readonly number[];
  readonly count: number;
  readonly split?: object;
}

const LAYOUTS: readonly Layout[] = [
  {
    name: 'parts that have images and masks each',
    files: files({
      'train/images/a#.jpg': jpeg,
      'train/masks/a#.png': mask,
      'val/images/b#.jpg': jpeg,
      'val/masks/b#.png': mask,
      'test/images/c#.jpg': jpeg,
      'test/masks/c#.png': mask,
    }),
    options: { images: '{part}/images/{id}.jpg', masks: '{part}/masks/{id}.png' },
    id: 'train/a1',
    count: 9,
    split: {
      train: { begins: 'train/' },
      validation: { begins: 'val/' },
      test: { begins: 'test/' },
    },
  },
  {
    name: 'parts of images and of masks, of which one has no masks',
    files: files({
      'images/train/a#.png': image,
      'images/test/b#.png': image,
      'masks/train/a#.png': mask,
    }),
    options: { images: 'images/train/*.png', masks: 'masks/train/{id}.png' },
    id: 'a1',
    count: 3,
    split: { validation: 0.2 },
  },
  {
    name: 'images with a mask beside each, and a part that stays unseen',
    files: files({
      'train/#.png': image,
      'train/#_GT.png': mask,
      'test/#.png': image,
      'test/#_GT.png': mask,
    }),
    options: { images: '{part}/{id}.png', masks: '{part}/{id}_GT.png' },
    id: 'test/2',
    count: 6,
    split: { validation: 0.2, test: { begins: 'test/' } },
  },
  {
    name: 'masks of defects in a tree of their own, and good images without',
    files: files({
      'train/good/#.png': image,
      'test/good/#.png': image,
      'test/hole/#.png': image,
      'test/scratch/#.png': image,
      'ground_truth/hole/#_mask.png': mask,
      'ground_truth/scratch/#_mask.png': mask,
    }),
    options: {
      images: '{part:test,train}/{folder:good,hole,scratch}/{id}.png',
      masks: 'ground_truth/{folder}/{id}_mask.png',
      missingMask: 'empty',
    },
    id: 'test/hole/3',
    count: 12,
    split: { validation: 0.2 },
  },
  {
    name: 'masks in a folder inside that of the images',
    files: files({ 'Class1/Train/000#.png': image, 'Class1/Train/Label/0002_label.png': mask }),
    options: {
      images: 'Class1/Train/*.png',
      masks: 'Class1/Train/Label/{id}_label.png',
      missingMask: 'empty',
    },
    id: '0002',
    count: 3,
  },
  {
    name: 'folders of any name',
    files: files({
      'Task1_Training_Input/I_#.jpg': jpeg,
      'Task1_Training_GroundTruth/I_#_segmentation.png': mask,
    }),
    options: {
      images: 'Task1_Training_Input/*.jpg',
      masks: 'Task1_Training_GroundTruth/{id}_segmentation.png',
    },
    id: 'I_2',
    count: 3,
  },
  {
    name: 'several masks of some images, folder by folder',
    files: files({
      'benign/benign (#).png': image,
      'benign/benign (#)_mask.png': mask,
      'benign/benign (2)_mask_1.png': grey(0, 0, 255, 0),
      'normal/normal (#).png': image,
      'normal/normal (#)_mask.png': grey(0, 0, 0, 0),
    }),
    options: { images: '{folder}/{id}.png', masks: '{folder}/{id}_mask*.png' },
    id: 'benign/benign (2)',
    labels: [0, 1, 1, 0],
    count: 6,
  },
  {
    name: 'a folder of masks for each image',
    files: files({
      'c#/images/c#.png': image,
      'c#/masks/first.png': mask,
      'c#/masks/second.png': grey(0, 0, 0, 255),
    }),
    options: { images: '{folder}/images/{id}.png', masks: '{folder}/masks/*.png' },
    id: 'c3/c3',
    labels: [0, 1, 0, 1],
    count: 3,
  },
  {
    name: 'trees of photographs and label maps with names of their own',
    files: files({
      'leftImg8bit/train/aachen/a_#_leftImg8bit.png': image,
      'gtFine/train/aachen/a_#_gtFine_labelIds.png': mask,
      'leftImg8bit/train/bochum/b_#_leftImg8bit.png': image,
      'gtFine/train/bochum/b_#_gtFine_labelIds.png': mask,
    }),
    options: {
      images: 'leftImg8bit/train/{folder}/{id}_leftImg8bit.png',
      masks: 'gtFine/train/{folder}/{id}_gtFine_labelIds.png',
    },
    id: 'bochum/b_1',
    count: 6,
  },
  {
    name: 'vessels that somebody has drawn, and fields of view (DRIVE)',
    files: DRIVE,
    options: {
      images: '{part}/images/{id}_{part}.tif',
      masks: '{part}/1st_manual/{id}_manual1.gif',
      classes: { background: 0, foreground: 255 },
    },
    id: 'training/21',
    count: 6,
    split: { validation: 0.2, test: { begins: 'test/' } },
  },
  {
    name: 'JPEG images with a BMP mask beside each, in the folder of a part (KolektorSDD)',
    files: Object.assign(
      {},
      ...['01', '02', '03'].map((part) =>
        files({
          [`kos${part}/Part#.jpg`]: jpeg,
          [`kos${part}/Part#_label.bmp`]: bmp(2, 2, [0, 255, 0, 0]),
        }),
      ),
    ),
    options: {
      images: '{folder}/{id}.jpg',
      masks: '{folder}/{id}_label.bmp',
      classes: { background: 0, foreground: 255 },
    },
    id: 'kos02/Part1',
    count: 9,
  },
  {
    name: 'JPEG images with a PNG mask of the same name beside each',
    files: files({
      'MT_Break/Imgs/b#.jpg': jpeg,
      'MT_Break/Imgs/b#.png': mask,
      'MT_Free/Imgs/f#.jpg': jpeg,
      'MT_Free/Imgs/f#.png': grey(0, 0, 0, 0),
    }),
    options: { images: '{folder}/Imgs/{id}.jpg', masks: '{folder}/Imgs/{id}.png' },
    id: 'MT_Break/b1',
    count: 6,
  },
  {
    name: 'a folder for each image',
    files: files({ 'case#/image.png': image, 'case#/mask.png': mask }),
    options: { images: '{id}/image.png', masks: '{id}/mask.png' },
    id: 'case1',
    count: 3,
  },
  {
    name: 'a folder of masks for each class',
    files: files({
      'images/p#.png': image,
      'masks/crack/p#.png': mask,
      'masks/rust/p#.png': grey(0, 0, 255, 0),
    }),
    options: {
      images: 'images/*.png',
      masks: 'masks/{class}/{id}.png',
      classes: { background: 0, crack: 255, rust: 255 },
    },
    id: 'p1',
    labels: [0, 1, 2, 0],
    count: 3,
  },
  {
    name: 'a folder of masks for each of classes that overlap',
    files: files({
      'images/p#.png': image,
      'masks/cell/p#.png': grey(0, 255, 255, 0),
      'masks/nucleus/p#.png': mask,
    }),
    options: {
      masks: 'masks/{class}/{id}.png',
      overlapping: true,
      classes: { cell: 255, nucleus: 255 },
    },
    id: 'p1',
    labels: [0, 0, 1, 1, 1, 0, 0, 0],
    count: 3,
  },
];

describe('images and masks are found, and read as they are meant', () => {
  test.each(LAYOUTS)('$name', async (layout) => {
    await using folder = await Folder.with(layout.files);
    const proposal = await propose(folder.path, folder.path);
    expect(proposal?.options).toMatchObject(layout.options);
    if (layout.split) expect(proposal?.split).toEqual(layout.split);
    const dataset = await folder.open({ ...proposal!.options, root: folder.path });
    expect(dataset.ids).toHaveLength(layout.count);
    const { labels } = await dataset.read(layout.id);
    expect([...labels!]).toEqual(layout.labels ?? [0, 1, 0, 0]);
    expect(folder.warnings).toEqual([]);
  });
});

describe('pictures beside each other are no masks', () => {
  const noisy = (seed: number) =>
    encode({
      ...{ width: 20, height: 20, channels: 1, depth: 8 },
      data: Uint8Array.from({ length: 400 }, (_, at) => (at * seed * 7 + at * at) % 251),
    });

  test('whose names differ by a letter', async () => {
    await using folder = await Folder.with(files({ 'p#.png': noisy(3), 'p#b.png': noisy(5) }));
    expect(await propose(folder.path, folder.path)).toBeUndefined();
  });

  test('whose names differ by a digit', async () => {
    await using folder = await Folder.with(
      files({ 'images/p#.png': image, 'images/p#0.png': image }),
    );
    expect(await propose(folder.path, folder.path)).toBeUndefined();
  });

  test('though one lies in a folder called as one of masks', async () => {
    await using folder = await Folder.with(
      files({ 'images/p#.png': noisy(3), 'targets/p#.png': noisy(5) }),
    );
    expect(await propose(folder.path, folder.path)).toBeUndefined();
  });
});

describe('a folder of masks beside what somebody has drawn', () => {
  const proposalOf = async (own: Record<string, Uint8Array>) => {
    await using folder = await Folder.with(own);
    return await propose(folder.path, folder.path);
  };
  const others = /([^;]+) would fit as well; assumed: they are something else/;

  test('is not taken for the labels, and that is said', async () => {
    const said = (await proposalOf(DRIVE))?.remarks['data.with.masks'];
    expect(others.exec(said!)?.[1]?.trim()).toBe(
      'test/2nd_manual/{id}_manual2.gif, {part}/mask/{id}_mask.gif',
    );
  });

  test('is not taken for them either where a part alone has been drawn', async () => {
    const entries = Object.entries(DRIVE).filter(([path]) => !/test\/\w+_manual/.test(path));
    const { options, remarks } = (await proposalOf(Object.fromEntries(entries)))!;
    expect(options).toMatchObject({
      images: 'training/images/{id}_training.tif',
      masks: 'training/1st_manual/{id}_manual1.gif',
    });
    expect(remarks['data.with.masks']).toMatch(others);
  });

  test('is not taken for them in the folder of one part', async () => {
    const entries = Object.entries(DRIVE).flatMap(([path, content]) =>
      path.startsWith('training/') ? [[path.replace('training/', ''), content] as const] : [],
    );
    const { options, remarks } = (await proposalOf(Object.fromEntries(entries)))!;
    expect(options).toMatchObject({
      images: 'images/{id}_training.tif',
      masks: '1st_manual/{id}_manual1.gif',
    });
    expect(others.exec(remarks['data.with.masks']!)?.[1]?.trim()).toBe('mask/{id}_mask.gif');
  });
});

test('folders that are called by numbers are cases; those of kinds are not', async () => {
  const numbers = [1, 2, 3, 4, 5];
  const guessOf = async (name: (number: number) => string) => {
    const paths = numbers.flatMap((number) => [
      [`images/${name(number)}/#.png`, image],
      [`masks/${name(number)}/#.png`, mask],
    ]);
    await using folder = await Folder.with(files(Object.fromEntries(paths)));
    return (await propose(folder.path, folder.path))?.unlisted?.options;
  };
  expect(await guessOf((number) => `case${number}`)).toEqual({ group: '^(.+)/[^/]+$' });
  expect(await guessOf((number) => 'abcdef'[number]!)).toBeUndefined();
});

test('images whose masks are not there are left out, and that is said', async () => {
  await using folder = await Folder.with(
    files({
      'images/a/#.png': image,
      'images/b/#.png': image,
      'images/c/#.png': image,
      'masks/a/#.png': mask,
      'masks/b/#.png': mask,
    }),
  );
  const proposal = await propose(folder.path, folder.path);
  expect(proposal?.options).toMatchObject({ images: 'images/{folder:a,b}/{id}.png' });
  expect(proposal?.options).not.toHaveProperty('missingMask');
  expect(proposal?.remarks['data.with.images']).toContain('images/c');
});

describe('placeholders', () => {
  const twice = files({ 'a/images/#.png': image, 'b/images/#.png': image, 'masks/#.png': mask });

  test('a * may stand between an id and itself', async () => {
    await using folder = await Folder.with(
      files({
        '#/image.png': image,
        '#/masks_a/#.png': mask,
        '#/masks_b/#.png': grey(0, 0, 255, 0),
      }),
    );
    const dataset = await folder.open({
      ...{ images: '{id}/image.png', masks: '{id}/masks_*/{id}.png' },
      classes: { background: 0, hole: 255 },
    });
    expect([...(await dataset.read('2')).labels!]).toEqual([0, 1, 1, 0]);
  });

  test('one mask is not that of two images', async () => {
    await using folder = await Folder.with(twice);
    const dataset = await folder.open({
      ...{ images: '{part}/images/{id}.png', masks: 'masks/{id}.png' },
      classes: { background: 0, hole: 255 },
    });
    await expect(dataset.read('a/1')).rejects.toThrow(/2 images have this one mask.*a\/1, b\/1/s);
  });

  test.each([
    ['{part}/images/*.png', 'masks/{id}.png', 'it must hold {id} as well'],
    ['{part}/**/{id}.png', 'masks/{part}/{id}.png', 'and no **'],
    ['{part}/{id}.png', 'masks/{fold}/{id}.png', 'holds {fold}, which images does not hold'],
    ['{part}/{id}.png', 'masks/{part:a,b}/{id}.png', 'they belong into images'],
  ])('%s and %s are refused', async (images, masks, said) => {
    await using folder = await Folder.with({});
    const opened = folder.open({ images, masks, classes: { background: 0, hole: 255 } });
    await expect(opened).rejects.toThrow(said);
  });
});
