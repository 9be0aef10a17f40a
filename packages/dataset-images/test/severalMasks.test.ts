import { IGNORE } from '@raremask/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Folder, onlySample, png } from './folder.ts';
import { tiff } from './tiff.ts';

const classes = { background: 0, lesion: 255 };
const image = png(3, 1, [1, 2, 3]);

async function labels(files: Record<string, Uint8Array>, options: object): Promise<number[]> {
  await using folder = await Folder.with({ 'images/a.png': image, ...files });
  return [...(await onlySample(await folder.open({ classes, ...options }))).labels!];
}

describe('several masks of an image', () => {
  const files = {
    'b (1).png': image,
    'b (1)_mask.png': png(3, 1, [255, 0, 0]),
    'b (1)_mask_1.png': png(3, 1, [0, 0, 255]),
    'b (10).png': image,
    'b (10)_mask.png': png(3, 1, [0, 255, 0]),
  };

  it('are put together where the pattern has a *', async () => {
    await using folder = await Folder.with(files);
    const dataset = await folder.open({ classes, images: '*.png', masks: '{id}_mask*.png' });
    expect(dataset.ids).toEqual(['b (1)', 'b (10)']);
    expect([...(await dataset.read('b (1)')).labels!]).toEqual([1, 0, 1]);
    expect([...(await dataset.read('b (10)')).labels!]).toEqual([0, 1, 0]);
    expect(folder.warnings).toEqual([]);
    expect(dataset.files!('b (1)')).not.toHaveProperty('mask');
  });

  it('never become images without structure', async () => {
    await using folder = await Folder.with(files);
    for (const missingMask of ['error', 'empty']) {
      await expect(
        folder.open({ classes, images: '*.png', masks: '{id}_mask.png', missingMask }),
      ).rejects.toMatchObject({
        code: 'RAREMASK_IMAGES_MASK_AMONG_IMAGES',
        message: expect.stringMatching(
          /_mask_1\.png: .*set data\.with\.masks: "\{id\}_mask\*\.png"/,
        ),
      });
    }
  });

  it('belong to the longest id that matches', async () => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'images/a_1.png': image,
      'masks/a_0.png': png(3, 1, [255, 0, 0]),
      'masks/a_1_0.png': png(3, 1, [0, 0, 255]),
    });
    const dataset = await folder.open({ classes, masks: 'masks/{id}_*.png' });
    expect([...(await dataset.read('a')).labels!]).toEqual([1, 0, 0]);
    expect([...(await dataset.read('a_1')).labels!]).toEqual([0, 0, 1]);
  });

  it('say the same class or contradict each other by pixel', async () => {
    const three = { background: 0, one: 1, two: 2 };
    const masks = 'masks/{id}*.png';
    const first = { 'masks/a.png': png(3, 1, [1, 9, 0]) };
    const same = { ...first, 'masks/a_1.png': png(3, 1, [1, 2, 9]) };
    // A class wins over what nobody has judged, and that over background.
    expect(await labels(same, { classes: three, masks, ignore: 9 })).toEqual([1, 2, IGNORE]);
    const other = { ...first, 'masks/a_1.png': png(3, 1, [2, 0, 0]) };
    await expect(labels(other, { classes: three, masks, ignore: 9 })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_MASKS_CONTRADICT',
      message: expect.stringMatching(/a_1\.png: the pixel \(x 0, y 0\)/),
    });
  });

  it('may be a file for each class that exclude each other', async () => {
    const files = {
      'masks/hole/a.png': png(3, 1, [255, 0, 0]),
      'masks/crack/a.png': png(3, 1, [0, 0, 255]),
    };
    const given = { classes: { sound: 0, hole: 255, crack: 255 }, masks: 'masks/{class}/{id}.png' };
    expect(await labels(files, given)).toEqual([1, 0, 2]);
    const { 'masks/crack/a.png': _, ...one } = files;
    await expect(labels(one, given)).rejects.toThrow(/Expected: .*crack.a\.png/);
    expect(await labels(one, { ...given, missingMask: 'empty' })).toEqual([1, 0, 0]);
  });
});

describe('a threshold', () => {
  it('parts grey masks with soft edges', async () => {
    const soft = { 'masks/a.png': png(3, 1, [127, 128, 3]) };
    await expect(labels(soft, {})).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_UNKNOWN_VALUE' });
    expect(await labels(soft, { threshold: 128 })).toEqual([0, 1, 0]);
    // Where white is background.
    const swapped = { classes: { background: 255, lesion: 0 }, threshold: 128 };
    expect(await labels(soft, swapped)).toEqual([1, 0, 1]);
    expect(await labels(soft, { threshold: 128, ignore: 3 })).toEqual([0, 1, IGNORE]);
  });

  it('lets masks be JPEG files', async () => {
    const raw = { raw: { width: 3, height: 1, channels: 1 as const } };
    const mask = await sharp(Uint8Array.of(0, 0, 255), raw)
      .toColourspace('b-w')
      .jpeg()
      .toBuffer();
    const given = { masks: 'masks/{id}.jpg', threshold: 128 };
    expect(await labels({ 'masks/a.jpg': mask }, given)).toEqual([0, 0, 1]);
    // Of three channels, which JPEG makes differ by a little.
    const near = Uint8Array.of(0, 2, 0, 1, 0, 0, 255, 250, 255);
    const wide = { raw: { width: 3, height: 1, channels: 3 as const } };
    const colour = await sharp(near, wide).jpeg({ quality: 95 }).toBuffer();
    expect(await labels({ 'masks/a.jpg': colour }, given)).toEqual([0, 0, 1]);
    const red = await sharp(Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 0, 0), wide)
      .jpeg()
      .toBuffer();
    await expect(labels({ 'masks/a.jpg': red }, given)).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_COLOURED_MASK',
    });
  });

  it('holds for each file of a class', async () => {
    const files = {
      'masks/one/a.png': png(3, 1, [200, 0, 0]),
      'masks/two/a.png': png(3, 1, [190, 20, 255]),
    };
    const given = {
      classes: { one: 255, two: 255 },
      overlapping: true,
      masks: 'masks/{class}/{id}.png',
      threshold: 128,
    };
    expect(await labels(files, given)).toEqual([1, 1, 0, 0, 0, 1]);
  });
});

describe('colours', () => {
  const mask = png(3, 1, [0, 0, 0, 255, 0, 0, 0, 128, 0], { channels: 3 });
  const coloured = { background: '#000000', road: '#FF0000', tree: '#008000' };

  it('are classes by a map', async () => {
    expect(await labels({ 'masks/a.png': mask }, { classes: coloured })).toEqual([0, 1, 2]);
    const ignored = { classes: { background: '#000000', road: '#ff0000' }, ignore: '#008000' };
    expect(await labels({ 'masks/a.png': mask }, ignored)).toEqual([0, 1, IGNORE]);
    const grey = { 'masks/a.png': png(3, 1, [0, 255, 0]) };
    const white = { classes: { background: '#000000', road: '#ffffff' } };
    expect(await labels(grey, white)).toEqual([0, 1, 0]);
  });

  it('of 16 bits are those of 8', async () => {
    const deep = png(3, 1, [0, 0, 0, 65535, 0, 0, 0, 128 * 257, 0], { channels: 3, depth: 16 });
    expect(await labels({ 'masks/a.png': deep }, { classes: coloured })).toEqual([0, 1, 2]);
  });

  it('that are no class are refused by pixel and colour', async () => {
    const soft = png(3, 1, [0, 0, 0, 127, 0, 0, 0, 128, 0], { channels: 3 });
    await expect(labels({ 'masks/a.png': soft }, { classes: coloured })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNKNOWN_VALUE',
      message: expect.stringMatching(
        /#7f0000 at pixel \(x 1, y 0\).*Expected: #000000 \(background\), #FF0000 \(road\)/,
      ),
    });
  });

  it('have numbers in predictions, those of the classes', async () => {
    await using folder = await Folder.with({ 'images/a.png': image, 'masks/a.png': mask });
    const { facts } = await folder.open({ classes: coloured });
    expect(facts.classes.map(({ value }) => value)).toEqual([0, 1, 2]);
  });
});

it('-1 and 255 may be what nobody has judged', async () => {
  const signed = { 'masks/a.tif': tiff(3, 1, Int16Array.of(-1, 0, 1)) };
  const given = {
    classes: { background: 0, lesion: 1 },
    masks: 'masks/{id}.tif',
    ignore: [-1, 255],
  };
  expect(await labels(signed, given)).toEqual([IGNORE, 0, 1]);
  const float = { 'masks/a.tif': tiff(3, 1, Float32Array.of(1, -1, 255)) };
  expect(await labels(float, given)).toEqual([1, IGNORE, IGNORE]);
  await expect(labels(signed, { ...given, ignore: 255 })).rejects.toThrow(
    /no class has, -1 at pixel/,
  );
});
