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

/** A picture of one character a pixel, a line a row. */
type Drawn = readonly string[];

interface Writing {
  readonly order?: 'columns' | 'rows';
  readonly first?: 0 | 1;
  readonly relative?: boolean;
}

/** Run lengths of the pixels that have a character, as a table has them. */
function runsOf(
  drawn: Drawn,
  character: string,
  { order = 'columns', first = 1, relative = false }: Writing = {},
): string {
  const [height, width] = [drawn.length, drawn[0]!.length];
  const rows = order === 'rows';
  const [outer, inner] = rows ? [height, width] : [width, height];
  const along: boolean[] = [];
  for (let one = 0; one < outer; one++) {
    for (let other = 0; other < inner; other++) {
      const [y, x] = rows ? [one, other] : [other, one];
      along.push(drawn[y]![x] === character);
    }
  }
  const numbers: number[] = [];
  let end = 0;
  for (let at = 0; at < along.length; at++) {
    if (!along[at] || along[at - 1]) continue;
    let length = 1;
    while (along[at + length]) length++;
    numbers.push(relative ? at - end : at + first, length);
    end = at + length;
  }
  return numbers.join(' ');
}

const picture = (drawn: Drawn, lossless = true) => {
  const [height, width] = [drawn.length, drawn[0]!.length];
  const data = Uint8Array.from({ length: height * width }, (_, at) => (at * 37) % 251);
  const raw = sharp(data, { raw: { width, height, channels: 1 } });
  return (lossless ? raw.png() : raw.jpeg()).toBuffer();
};

interface TableLayout {
  readonly name: string;
  /** Names of images and of other files; pictures are made of what is drawn. */
  readonly drawn: Readonly<Record<string, Drawn>>;
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** Classes of each pixel by id, in the characters of what is drawn; the background is a dot. */
  readonly read: Readonly<Record<string, Drawn>>;
  readonly remark: RegExp;
}

const blank = ['......', '......', '......', '......'];
const steel = ['11....', '.11...', '..1.33', '....33'];
const ships = ['aa..', '.a..', '...b', '..bb'];
const lung = ['.x..', 'xx..', 'xx.x', '...x'];
const salt = ['x...', 'xx..', '....', '....'];
const organs = ['sss...', '.ss.ll', '...lll', '......'];
const hearts = ['......', '..bb..', '.bb...', '......'];
/** Rows of an image that hold each class of what is drawn on it. */
const both = (drawn: Drawn, own: string) =>
  drawn.map((row) => row.replace(new RegExp(`[^${own}x]`, 'g'), '.').replaceAll('x', own));
const fish = ['ff....', 'fxg...', '.xg...', '......'];

const TABLES: readonly TableLayout[] = [
  {
    name: 'steel defects, whose images without a row have none',
    drawn: {
      'train_images/0a.jpg': steel,
      'train_images/0b.jpg': blank,
      'train_images/0c.jpg': hearts.map((row) => row.replaceAll('b', '2')),
      'test_images/1a.jpg': blank,
      'test_images/1b.jpg': blank,
    },
    tables: {
      'train.csv': [
        'ImageId,ClassId,EncodedPixels',
        `0a.jpg,1,${runsOf(steel, '1')}`,
        `0a.jpg,3,${runsOf(steel, '3')}`,
        `0c.jpg,2,${runsOf(hearts, 'b')}`,
      ],
      'sample_submission.csv': ['ImageId,EncodedPixels,ClassId', '1a.jpg,1 1,1', '1b.jpg,1 1,1'],
    },
    options: {
      images: 'train_images/*.jpg',
      runLengths: {
        ...{ file: 'train.csv', image: 'ImageId', class: 'ClassId', pixels: 'EncodedPixels' },
        ...{ labels: { class_1: '1', class_2: '2', class_3: '3' }, order: 'columns' },
      },
      classes: { background: 0, class_1: 1, class_2: 2, class_3: 3 },
      missingMask: 'empty',
    },
    read: { '0a': steel, '0b': blank, '0c': hearts.map((row) => row.replaceAll('b', '2')) },
    remark: /3 rows name 2 of 3 images.*down the columns.*not used: sample_submission\.csv/,
  },
  {
    name: 'steel defects with a row for every image and class',
    drawn: { 'train_images/0a.jpg': steel, 'train_images/0b.jpg': blank },
    tables: {
      'train.csv': [
        'ImageId_ClassId,EncodedPixels',
        ...['1', '2', '3'].map((label) => `0a.jpg_${label},${runsOf(steel, label)}`),
        ...['1', '2', '3'].map((label) => `0b.jpg_${label},`),
      ],
    },
    options: {
      runLengths: {
        ...{ file: 'train.csv', image: 'ImageId_ClassId', pixels: 'EncodedPixels' },
        ...{ names: '{id}_{class}', order: 'columns' },
        labels: { class_1: '1', class_2: '2', class_3: '3' },
      },
    },
    read: { '0a': steel, '0b': blank },
    remark: /6 rows name 2 of 2 images/,
  },
  {
    name: 'ships, of which an image may have several',
    drawn: { 'train_v2/0a.jpg': ships, 'train_v2/0b.jpg': lung.map(() => '....') },
    tables: {
      'train_ship_segmentations_v2.csv': [
        'ImageId,EncodedPixels',
        '0b.jpg,',
        `0a.jpg,${runsOf(ships, 'a')}`,
        `0a.jpg,${runsOf(ships, 'b')}`,
      ],
    },
    options: {
      images: 'train_v2/*.jpg',
      runLengths: {
        file: 'train_ship_segmentations_v2.csv',
        ...{ image: 'ImageId', pixels: 'EncodedPixels', order: 'columns' },
      },
      classes: { background: 0, foreground: 1 },
    },
    read: { '0a': ships.map((row) => row.replace(/[ab]/g, '1')), '0b': ships.map(() => '....') },
    remark: /assumed: pixels are numbered down the columns, which nothing in the table says/,
  },
  {
    name: 'radiographs with relative runs, -1 for none, and spaces in the head',
    drawn: { 'png/1.2.276.1.png': lung, 'png/1.2.276.2.png': lung.map(() => '....') },
    tables: {
      'train-rle.csv': [
        'ImageId, EncodedPixels',
        '1.2.276.2, -1',
        `1.2.276.1, ${runsOf(lung, 'x', { relative: true })}`,
      ],
    },
    options: {
      images: 'png/*.png',
      runLengths: {
        ...{ file: 'train-rle.csv', image: 'ImageId', pixels: 'EncodedPixels' },
        ...{ order: 'columns', counting: 'relative' },
      },
    },
    read: { '1.2.276.1': lung.map((row) => row.replaceAll('x', '1')) },
    remark: /counted from the end of the one before: in 1 rows/,
  },
  {
    name: 'clouds of kinds that overlap',
    drawn: { 'train_images/a_1.jpg': fish, 'train_images/a_2.jpg': blank },
    tables: {
      'train.csv': [
        'Image_Label,EncodedPixels',
        `a_1.jpg_Fish,${runsOf(both(fish, 'f'), 'f')}`,
        `a_1.jpg_Gravel,${runsOf(both(fish, 'g'), 'g')}`,
        'a_2.jpg_Fish,',
        'a_2.jpg_Gravel,',
      ],
    },
    options: {
      runLengths: {
        ...{ file: 'train.csv', image: 'Image_Label', pixels: 'EncodedPixels' },
        ...{ names: '{id}_{class}', order: 'columns' },
      },
      overlapping: true,
      classes: { Fish: 1, Gravel: 2 },
    },
    read: { a_1: fish, a_2: blank },
    remark: /4 rows name 2 of 2 images/,
  },
  {
    name: 'organs whose pixels are numbered along the rows',
    drawn: { 'scans/case1_day0_slice_0001.png': organs, 'scans/case1_day0_slice_0002.png': blank },
    tables: {
      'train.csv': [
        'id,class,segmentation',
        `case1_day0_slice_0001,large_bowel,${runsOf(organs, 'l', { order: 'rows' })}`,
        'case1_day0_slice_0001,small_bowel,',
        `case1_day0_slice_0001,stomach,${runsOf(organs, 's', { order: 'rows' })}`,
        ...['large_bowel', 'small_bowel', 'stomach'].map(
          (label) => `case1_day0_slice_0002,${label},`,
        ),
      ],
    },
    options: {
      images: 'scans/*.png',
      runLengths: {
        ...{ file: 'train.csv', image: 'id', class: 'class', pixels: 'segmentation' },
        order: 'rows',
      },
      classes: { background: 0, large_bowel: 1, small_bowel: 2, stomach: 3 },
    },
    read: {
      case1_day0_slice_0001: organs.map((row) => row.replaceAll('l', '1').replaceAll('s', '3')),
      case1_day0_slice_0002: blank,
    },
    remark: /numbered along the rows: so \d+ runs/,
  },
  {
    name: 'salt, by names without endings, in folders of which all have rows',
    drawn: { 'a/images/1f.png': salt, 'b/images/2f.png': lung },
    tables: {
      'train.csv': [
        'id,rle_mask',
        `1f,${runsOf(salt, 'x', { first: 0 })}`,
        `2f,${runsOf(lung, 'x', { first: 0 })}`,
      ],
    },
    options: {
      images: '{folder}/images/{id}.png',
      runLengths: {
        ...{ file: 'train.csv', image: 'id', pixels: 'rle_mask', order: 'columns', first: 0 },
      },
    },
    read: {
      'a/1f': salt.map((row) => row.replaceAll('x', '1')),
      'b/2f': lung.map((row) => row.replaceAll('x', '1')),
    },
    remark: /a run starts at 0/,
  },
];

/** Labels as they are drawn: a character a class; of overlapping ones f, g, or x for both. */
function shown(labels: Uint8Array, drawn: Drawn, overlapping: boolean): Drawn {
  const width = drawn[0]!.length;
  const pixels = Array.from({ length: drawn.length * width }, (_, at) => {
    if (!overlapping) return labels[at] === 0 ? '.' : String(labels[at]);
    return ['.', 'f', 'g', 'x'][labels[2 * at]! + 2 * labels[2 * at + 1]!];
  });
  return drawn.map((_, row) => pixels.slice(row * width, (row + 1) * width).join(''));
}

describe('tables of run lengths are found, and read to the pixel', () => {
  test.each(TABLES)('$name', async ({ drawn, tables, options, read, remark }) => {
    await using folder = await Folder.with({
      ...Object.fromEntries(
        Object.entries(tables).map(([name, lines]) => [name, `${lines.join('\n')}\n`]),
      ),
    });
    for (const [name, one] of Object.entries(drawn)) {
      await folder.write(name, await picture(one, name.endsWith('.png')));
    }
    const proposal = (await propose(folder.path, folder.path))!;
    expect(proposal.options).toMatchObject(options);
    expect(proposal.options.runLengths).toEqual(options.runLengths);
    expect(proposal.options.missingMask).toBe(options.missingMask);
    expect(proposal.remarks['data.with.runLengths']).toMatch(remark);
    const dataset = await folder.open({ ...proposal.options, root: folder.path });
    for (const [id, expected] of Object.entries(read)) {
      const { labels } = await dataset.read(id);
      expect(shown(labels!, expected, options.overlapping === true), id).toEqual(expected);
    }
    expect(folder.warnings).toEqual([]);
  });
});

describe('a table of run lengths that may be meant in several ways is refused, with what to write', () => {
  const rows = ['a.png,1 1', 'b.png,3 1'];
  const head = 'image,runs';
  const wide = (column: string, cells: readonly string[]) => [
    `${head},${column}`,
    ...['a.png,1 1', 'a.png,3 1', 'b.png,3 1'].map((row, at) => `${row},${cells[at]}`),
  ];
  test.each([
    [
      'two tables',
      { 'a.csv': [head, ...rows], 'b.csv': [head, ...rows] },
      /a\.csv, b\.csv.*runLengths\.file/,
    ],
    [
      'two columns of runs',
      { 'a.csv': wide('more', ['1 1', '', '2 2']) },
      /runs and more.*\.pixels/,
    ],
    [
      'two columns of labels',
      { 'a.csv': wide('class,label', ['1,1', '1,2', '1,1']) },
      /class or label.*\.class/,
    ],
    ['a column that varies', { 'a.csv': wide('kind', ['x', 'y', 'x']) }, /in kind.*\.class/],
    [
      'other names',
      { 'a.csv': [head, 'c1_a,1 1'] },
      /none of its columns names the images.*\.names/,
    ],
    [
      'images twice',
      { 'a.csv': [head, 'x.png,1 1'] },
      /x\.png may be .*one.x\.png or .*two.x\.png.*data\.with\.images/,
    ],
  ])('%s', async (_, tables, message) => {
    await using folder = await Folder.with(
      files({
        'images/a.png': image,
        'images/b.png': image,
        'one/x.png': image,
        'two/x.png': image,
      }),
    );
    for (const [name, lines] of Object.entries(tables)) {
      await folder.write(name, `${lines.join('\n')}\n`);
    }
    await expect(propose(folder.path, folder.path)).rejects.toMatchObject({
      code: 'RAREMASK_RUN_LENGTHS_UNCLEAR',
      message: expect.stringMatching(message),
    });
  });

  test('and images without a row are not taken for empty, where other rows are empty', async () => {
    await using folder = await Folder.with(files({ 'images/#.png': image }));
    await folder.write('train.csv', 'image,runs\n1.png,1 1\n2.png,\n');
    const { options, remarks } = (await propose(folder.path, folder.path))!;
    expect(options).not.toHaveProperty('missingMask');
    expect(remarks['data.with.runLengths']).toMatch(
      /1 images have no row \(3\) and cannot be used.*missingMask: empty/,
    );
  });
});
