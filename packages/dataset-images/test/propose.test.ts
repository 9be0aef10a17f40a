import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { propose } from '../src/proposing/propose.ts';
import { tiff } from './tiff.ts';

/** A folder of files: 2x2 images, or masks of four given values. */
function folderOf(
  files: Readonly<Record<string, readonly number[] | string | Uint8Array>>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-propose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      typeof content === 'string' || content instanceof Uint8Array
        ? content
        : encode({ width: 2, height: 2, data: Uint8Array.from(content), channels: 1, depth: 8 }),
    );
  }
  return folder;
}

const IMAGE = [1, 2, 3, 4];

async function optionsOf(files: Parameters<typeof folderOf>[0]) {
  const folder = folderOf(files);
  return (await propose(folder, folder))?.options;
}

test('pairs masks that are called as their images', async () => {
  expect(
    await optionsOf({
      'images/a.png': IMAGE,
      'images/b.png': IMAGE,
      'masks/a.png': [0, 0, 255, 0],
      'masks/b.png': [0, 0, 0, 0],
    }),
  ).toEqual({
    root: '.',
    images: 'images/*.png',
    masks: 'masks/{id}.png',
    classes: { background: 0, foreground: 255 },
  });
});

test('pairs by what stands before and behind the id, in one folder too', async () => {
  expect(
    await optionsOf({
      'a_image.png': IMAGE,
      'a_mask.png': [0, 1, 0, 0],
      'b_image.png': IMAGE,
      'b_mask.png': [0, 0, 0, 0],
    }),
  ).toMatchObject({ images: '{id}_image.png', masks: '{id}_mask.png' });
  expect(
    await optionsOf({
      'imgs/a.png': IMAGE,
      'imgs/b.png': IMAGE,
      'labels/gt-a.png': [0, 1, 0, 0],
      'labels/gt-b.png': [0, 0, 0, 0],
    }),
  ).toMatchObject({ images: 'imgs/*.png', masks: 'labels/gt-{id}.png' });
});

test('takes 255 beside small values for pixels that nobody has judged, and says so', async () => {
  const folder = folderOf({ 'images/a.png': IMAGE, 'masks/a.png': [0, 1, 2, 255] });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toMatchObject({
    classes: { background: 0, class_1: 1, class_2: 2 },
    ignore: 255,
  });
  expect(proposal?.remarks['data.with.classes']).toContain('assumed: 255 marks pixels');
});

test('takes images without a mask for empty ones, and says so', async () => {
  const folder = folderOf({
    'images/a.png': IMAGE,
    'images/b.png': IMAGE,
    'masks/a.png': [0, 1, 0, 0],
  });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toMatchObject({ missingMask: 'empty' });
  expect(proposal?.remarks['data.with.missingMask']).toContain('assumed: the 1 images');
});

test('groups names of one stem where no list says otherwise', async () => {
  const files = Object.fromEntries(
    ['p1', 'p2', 'p3', 'p4', 'p5'].flatMap((patient) =>
      [1, 2].flatMap((slice) => [
        [`images/${patient}_s${slice}.png`, IMAGE],
        [`masks/${patient}_s${slice}.png`, [0, 1, 0, 0]],
      ]),
    ),
  );
  const folder = folderOf(files);
  const { options, unlisted } = (await propose(folder, folder))!;
  expect(options).not.toHaveProperty('group');
  expect(new RegExp(unlisted!.options['group'] as string).exec('p3_s2')?.[1]).toBe('p3');
});

test('is no proposal where there is no mask', async () => {
  expect(await optionsOf({ 'images/a.jpg': 'x' })).toBeUndefined();
  expect(await optionsOf({ 'notes.txt': 'x' })).toBeUndefined();
});

test('masks of several endings are all paired', async () => {
  const files = {
    'images/a.png': IMAGE,
    'images/b.png': IMAGE,
    'images/c.png': IMAGE,
    'masks/a.png': [0, 0, 255, 0],
    'masks/b.tif': [0, 0, 0, 0],
    'masks/c.tif': [0, 255, 0, 0],
  };
  const options = await optionsOf(files);
  expect(options).toMatchObject({ images: 'images/*.png', masks: 'masks/{id}.{png,tif}' });
  expect(options).not.toHaveProperty('missingMask');
  // Two of one name: one of them is something else, and c is not empty.
  const twice = await optionsOf({ ...files, 'masks/b.png': [0, 0, 0, 0] });
  expect(twice).toMatchObject({ masks: 'masks/{id}.png' });
  expect(twice).not.toHaveProperty('missingMask');
});

test('1 in some masks and 255 in others are one class, 255 beside 1 is not judged', async () => {
  const images = { 'images/a.png': IMAGE, 'images/b.png': IMAGE };
  expect(
    await optionsOf({ ...images, 'masks/a.png': [0, 1, 1, 0], 'masks/b.png': [0, 255, 0, 0] }),
  ).toMatchObject({ classes: { background: 0, foreground: [1, 255] } });
  expect(
    await optionsOf({ ...images, 'masks/a.png': [0, 1, 1, 0], 'masks/b.png': [0, 255, 1, 0] }),
  ).toMatchObject({ classes: { background: 0, foreground: 1 }, ignore: 255 });
});

test('several masks of an image are put together, and no images of their own', async () => {
  const files = {
    'b (1).png': IMAGE,
    'b (1)_mask.png': [0, 0, 255, 0],
    'b (1)_mask_1.png': [255, 0, 0, 0],
    'b (2).png': IMAGE,
    'b (2)_mask.png': [0, 0, 0, 0],
  };
  const folder = folderOf(files);
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toEqual({
    root: '.',
    images: '*.png',
    masks: '{id}_mask*.png',
    classes: { background: 0, foreground: 255 },
  });
  expect(proposal?.remarks['data.with.masks']).toBe(
    '2 of 2 images have a mask; 1 have several masks (b (1)), which are put together',
  );
  const apart = Object.fromEntries(
    Object.entries(files).map(([name, value]) => [
      `${name.includes('mask') ? 'masks' : 'images'}/${name}`,
      value,
    ]),
  );
  expect(await optionsOf(apart)).toMatchObject({ masks: 'masks/{id}_mask*.png' });
});

test('names of other case or Unicode form are pairs; a mask without an image speaks against emptiness', async () => {
  const composed = 'M\u00fcller';
  const decomposed = 'Mu\u0308ller';
  expect(
    await optionsOf({
      [`images/${composed}.png`]: IMAGE,
      'images/b.PNG': IMAGE,
      [`masks/${decomposed}.png`]: [0, 1, 0, 0],
      'masks/B.png': [0, 1, 0, 0],
    }),
  ).toEqual({
    root: '.',
    images: 'images/*.png',
    masks: 'masks/{id}.png',
    classes: { background: 0, foreground: 1 },
  });
  const folder = folderOf({
    'images/a.png': IMAGE,
    'images/scan1.png': IMAGE,
    'masks/a.png': [0, 1, 0, 0],
    'masks/scan01.png': [0, 1, 0, 0],
  });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).not.toHaveProperty('missingMask');
  expect(proposal?.remarks['data.with.masks']).toContain(
    '1 masks belong to no image (scan01.png): mend the names',
  );
});

function colour(values: readonly number[]): Uint8Array {
  return encode({ width: 2, height: 2, data: Uint8Array.from(values), channels: 3, depth: 8 });
}

test('grey and colour files are settled: as grey where all colours are, else as colour', async () => {
  const masks = { 'masks/a.png': [0, 1, 0, 0], 'masks/b.png': [0, 1, 0, 0] };
  const grey = colour([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
  const folder = folderOf({ ...masks, 'images/a.png': IMAGE, 'images/b.png': grey });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toMatchObject({ channels: 'grey' });
  expect(proposal?.remarks['data.with.channels']).toBe(
    '1 of 2 images are grey and 1 in colour (in colour: b.png), but all colours are grey: red, green and blue are the same in every pixel',
  );
  const red = colour([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5]);
  const mixed = folderOf({ ...masks, 'images/a.png': IMAGE, 'images/b.png': red });
  const other = await propose(mixed, mixed);
  expect(other?.options).toMatchObject({ channels: 'rgb' });
  expect(other?.remarks['data.with.channels']).toContain('not all colours are grey (b.png)');
});

test('masks in colour have a class for each', async () => {
  const folder = folderOf({
    'images/a.png': IMAGE,
    'masks/a.png': colour([0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255]),
  });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toMatchObject({
    classes: { background: '#000000', colour_ff0000: '#ff0000', colour_0000ff: '#0000ff' },
  });
});

test('masks that are JPEG files get a threshold, and so do those with soft edges', async () => {
  const side = 8;
  const half = Uint8Array.from({ length: side * side }, (_, at) => (at < 32 ? 0 : 255));
  const jpeg = await sharp(half, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();
  const lossy = folderOf({ 'images/a.png': IMAGE, 'masks/a.jpg': jpeg });
  expect((await propose(lossy, lossy))?.options).toMatchObject({
    masks: 'masks/{id}.jpg',
    classes: { background: 0 },
    threshold: 128,
  });
  const soft = Uint8Array.from({ length: 400 }, (_, at) =>
    at < 20 ? at * 12 : at < 200 ? 0 : 255,
  );
  const png = encode({ width: 20, height: 20, data: soft, channels: 1, depth: 8 });
  const edges = folderOf({ 'images/a.png': IMAGE, 'masks/a.png': png });
  const proposal = await propose(edges, edges);
  expect(proposal?.options).toMatchObject({
    classes: { background: 0, foreground: 255 },
    threshold: 128,
  });
  expect(proposal?.remarks['data.with.classes']).toContain('assumed: from 128 on it is foreground');
  // Structures that are hardly wider than their edges: fewer pixels are white than grey.
  const small = Uint8Array.from({ length: 400 }, (_, at) =>
    at < 12 ? 255 : at < 40 ? 8 * at - 90 : 0,
  );
  const specks = folderOf({
    'images/a.png': IMAGE,
    'masks/a.png': encode({ width: 20, height: 20, data: small, channels: 1, depth: 8 }),
  });
  expect((await propose(specks, specks))?.options).toMatchObject({ threshold: 128 });
});

test('masks in colour that are JPEG files are refused by name', async () => {
  const red = Uint8Array.from({ length: 3 * 32 * 32 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % 32, Math.floor(at / 96)];
    return at % 3 === 0 && x > 7 && x < 20 && y > 7 && y < 20 ? 255 : 0;
  });
  const jpeg = await sharp(red, { raw: { width: 32, height: 32, channels: 3 } })
    .jpeg()
    .toBuffer();
  const folder = folderOf({ 'images/a.png': IMAGE, 'masks/a.jpg': jpeg });
  await expect(propose(folder, folder)).rejects.toMatchObject({
    code: 'RAREMASK_IMAGES_LOSSY_MASK',
    message: expect.stringContaining('a.jpg'),
  });
});

test('images that their camera calls turned are settled by the sizes of their masks', async () => {
  const stored = { raw: { width: 3, height: 2, channels: 1 as const } };
  const turned = await sharp(new Uint8Array(6), stored)
    .toColourspace('b-w')
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const mask = (width: number, height: number) =>
    encode({ width, height, data: Uint8Array.of(0, 255, 0, 0, 0, 0), channels: 1, depth: 8 });
  const found = async (content: Uint8Array) => {
    const folder = folderOf({ 'images/a.jpg': turned, 'masks/a.png': content });
    const { options, remarks } = (await propose(folder, folder))!;
    return { ...options, remark: remarks['data.with.orientation'] };
  };
  expect(await found(mask(2, 3))).toMatchObject({
    orientation: 'upright',
    remark: expect.stringContaining('1 images say that they are to be shown turned'),
  });
  expect(await found(mask(3, 2))).toMatchObject({ orientation: 'stored' });
});

test('numbered objects are one foreground, whatever their number, and -1 is not judged', async () => {
  const numbered = Uint8Array.from({ length: 400 }, (_, at) => (at < 40 ? 1 + (at % 20) : 0));
  const png = encode({ width: 20, height: 20, data: numbered, channels: 1, depth: 8 });
  const folder = folderOf({ 'images/a.png': IMAGE, 'masks/a.png': png });
  expect((await propose(folder, folder))?.options).toMatchObject({
    classes: { background: 0, foreground: 20 },
    threshold: 1,
  });
  const signed = tiff(2, 2, Int16Array.of(-1, 0, 1, 0));
  const unjudged = folderOf({ 'images/a.png': IMAGE, 'masks/a.tif': signed });
  expect((await propose(unjudged, unjudged))?.options).toMatchObject({
    classes: { background: 0, foreground: 1 },
    ignore: -1,
  });
});

describe('values that are 1, 2 and so on in each mask', () => {
  /** Squares of 2 x 2 in a row, apart from one another. */
  const squares = (values: readonly number[], apart = 2) => {
    const data = new Uint8Array(8 * 32);
    for (const [index, value] of values.entries()) {
      const from = index * (2 + apart);
      for (const at of [from, from + 1, from + 32, from + 33]) data[at] = value;
    }
    return encode({ width: 32, height: 8, data, channels: 1, depth: 8 });
  };
  const proposed = async (masks: readonly Uint8Array[]) => {
    const files = masks.flatMap((mask, index) => [
      [`images/${index}.png`, IMAGE],
      [`masks/${index}.png`, mask],
    ]);
    const folder = folderOf(Object.fromEntries(files));
    const { options, remarks } = (await propose(folder, folder))!;
    return { ...options, remark: remarks['data.with.classes'] };
  };
  const CLASSES = { background: 0, class_1: 1, class_2: 2 };

  test('number objects where how many there are differs and goes far', async () => {
    const masks = [4, 2, 0, 3, 1, 4, 2].map((count) =>
      squares(Array.from({ length: count }, (_, index) => index + 1)),
    );
    expect(await proposed(masks)).toMatchObject({
      classes: { background: 0, foreground: 4 },
      threshold: 1,
      remark: expect.stringMatching(/as numbered objects are; assumed: every value but 0/),
    });
  });

  test('are classes where they are few, and said to look like objects', async () => {
    const found = await proposed([[1, 2], [1], [2, 1], [1, 2]].map((values) => squares(values)));
    expect(found).toMatchObject({ classes: CLASSES });
    expect(found).not.toHaveProperty('threshold');
    expect(found.remark).toMatch(/assumed: they are classes; .* write classes: .*threshold: 1/);
  });

  test.each<[string, Uint8Array[]]>([
    [
      'one of which is alone somewhere',
      [[1, 2], [1, 2], [2], [1, 2], [1]].map((one) => squares(one)),
    ],
    [
      'that are always as many',
      [
        [1, 2],
        [2, 1],
        [1, 2],
      ].map((values) => squares(values)),
    ],
    ['one of which has two pieces', [[1, 2, 1], [1, 2], [1], [1, 2]].map((one) => squares(one))],
    [
      'of which one lies around the other',
      [[1, 2], [1], [1, 2], [1, 2]].map((one) => squares(one, 0)),
    ],
  ])('are classes without a doubt %s', async (_, masks) => {
    const found = await proposed(masks);
    expect(found).toMatchObject({ classes: CLASSES });
    expect(found.remark).not.toContain('objects');
  });
});

const box = [[0, 0, 1, 0, 1, 1, 0, 1]];
const cocoText = JSON.stringify({
  images: [
    { id: 1, file_name: 'train/a.png', width: 2, height: 2 },
    { id: 2, file_name: 'b.png', width: 2, height: 2 },
  ],
  categories: [
    { id: 1, name: 'spot' },
    { id: 2, name: '7' },
    { id: 3, name: 'never' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, segmentation: box },
    { id: 2, image_id: 2, category_id: 2, segmentation: [] },
  ],
});
const labelMe = (label: string) =>
  JSON.stringify({
    shapes: [
      {
        label,
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ],
  });
const voc =
  '<annotation><object><name>crack</name><polygon><x1>0</x1><y1>0</y1></polygon></object></annotation>';

test('finds annotations where there are no masks, and takes their labels for classes', async () => {
  const images = { 'images/a.png': IMAGE, 'images/b.png': IMAGE };
  expect(await optionsOf({ ...images, 'annotations/all.json': cocoText })).toEqual({
    root: '.',
    images: 'images/*.png',
    coco: { file: 'annotations/all.json', categories: { spot: 'spot', class_2: '7' } },
    classes: { background: 0, spot: 1, class_2: 2 },
  });
  const besides = {
    'a.png': IMAGE,
    'b.png': IMAGE,
    'a.json': labelMe('spot'),
    'b.json': labelMe('hole'),
  };
  expect(await optionsOf(besides)).toMatchObject({
    images: '*.png',
    outlines: { files: '{id}.json', format: 'labelme' },
    classes: { background: 0, hole: 1, spot: 2 },
  });
  const deep = { 'images/train/a.png': IMAGE, 'images/val/b.png': IMAGE };
  const yolo = { 'labels/train/a.txt': '0 0 0 1 0 1 1\n3 0 0 1 0 1 1', 'labels/val/b.txt': '' };
  expect(
    await optionsOf({ ...deep, ...yolo, 'classes.txt': 'cell\nx\ny\ndebris\n' }),
  ).toMatchObject({
    images: 'images/**/*.png',
    outlines: { files: 'labels/{id}.txt', format: 'yolo', labels: { cell: '0', debris: '3' } },
    classes: { background: 0, cell: 1, debris: 2 },
  });
  expect(await optionsOf({ ...images, 'Annotations/a.xml': voc })).toMatchObject({
    outlines: { files: 'Annotations/{id}.xml', format: 'voc' },
    classes: { background: 0, crack: 1 },
    missingMask: 'empty',
  });
});

test('takes a value of one pixel in one mask of many for a mistake, and says so', async () => {
  const masks = (changed: Readonly<Record<number, readonly number[]>>) =>
    folderOf(
      Object.fromEntries(
        Array.from({ length: 8 }, (_, at) => [
          [`images/${at}.png`, IMAGE],
          [`masks/${at}.png`, changed[at] ?? [0, 0, 255, 0]],
        ]).flat(),
      ) as Record<string, number[]>,
    );
  const one = masks({ 3: [0, 77, 255, 0] });
  const { options, remarks } = (await propose(one, one))!;
  expect(options['classes']).toEqual({ background: 0, foreground: 255 });
  expect(options).not.toHaveProperty('ignore');
  expect(remarks['data.with.classes']).toMatch(/77 is that of 1 pixels in 3\.png alone/);
  // In two masks it is a class, and 255 marks what nobody has judged.
  const two = masks({ 3: [0, 77, 255, 0], 4: [0, 77, 0, 0] });
  const proposal = (await propose(two, two))!;
  expect(proposal.options).toMatchObject({
    classes: { background: 0, foreground: 77 },
    ignore: 255,
  });
});

test('follows links to files and folders', async () => {
  const folder = folderOf({
    'far/a.png': IMAGE,
    'far/masks/a.png': [0, 0, 255, 0],
    'set/images/.x': '',
  });
  symlinkSync(join(folder, 'far/masks'), join(folder, 'set/masks'));
  symlinkSync(join(folder, 'far/a.png'), join(folder, 'set/images/a.png'));
  symlinkSync(join(folder, 'far/gone.png'), join(folder, 'set/images/b.png'));
  const proposal = await propose(join(folder, 'set'), folder);
  expect(proposal?.options).toMatchObject({ images: 'images/*.png', masks: 'masks/{id}.png' });
  expect(proposal?.remarks['data.with.masks']).toMatch(/1 of 1 images/);
});

test('makes nothing of other files beside images', async () => {
  const images = { 'images/a.png': IMAGE, 'images/b.png': IMAGE };
  const other = { 'a.json': '{"settings": 1}', 'images/a.txt': 'a note', 'meta.xml': '<x/>' };
  expect(await optionsOf({ ...images, ...other })).toBeUndefined();
  const elsewhere = cocoText.replace('a.png', 'x.png').replace('b.png', 'y.png');
  expect(await optionsOf({ ...images, 'all.json': elsewhere })).toBeUndefined();
});
