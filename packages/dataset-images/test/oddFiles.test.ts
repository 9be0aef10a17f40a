import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Folder, png } from './folder.ts';

const classes = { background: 0, hole: 255 };
const values = [0, 255, 255, 0, 0, 255, 0, 0, 255];

/** A grey picture of 9 x 1 pixels. */
function grey() {
  return sharp(Uint8Array.from(values), {
    raw: { width: 9, height: 1, channels: 1 },
  }).toColourspace('b-w');
}

it('reads a TIFF of 1 bit as an image and as a mask', async () => {
  const tiff = await grey().tiff({ bitdepth: 1, compression: 'ccittfax4' }).toBuffer();
  await using folder = await Folder.with({ 'images/a.tif': tiff, 'masks/a.tif': tiff });
  const dataset = await folder.open({ classes, images: 'images/*.tif', masks: 'masks/{id}.tif' });
  const { image, labels } = await dataset.read('a');
  expect([...image]).toEqual(values);
  expect([...labels!]).toEqual(values.map((value) => value / 255));
});

it('reads an interlaced PNG as an image and as a mask', async () => {
  const interlaced = await grey().png({ progressive: true }).toBuffer();
  expect(interlaced[28]).toBe(1);
  await using folder = await Folder.with({ 'images/a.png': interlaced, 'masks/a.png': interlaced });
  const { image, labels } = await (await folder.open({ classes })).read('a');
  expect([...image]).toEqual(values);
  expect([...labels!]).toEqual(values.map((value) => value / 255));
});

it('reads a palette as a mask by its index, and refuses a mask in CMYK by its file', async () => {
  const palette: [number, number, number][] = [
    [9, 9, 9],
    [200, 0, 0],
  ];
  await using folder = await Folder.with({
    'images/a.png': png(2, 1, [0, 0]),
    'images/b.png': png(2, 1, [0, 0]),
    'masks/a.png': png(2, 1, [0, 1], { palette }),
    'masks/b.png': await sharp({ create: { width: 2, height: 1, channels: 3, background: 'red' } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer(),
  });
  const dataset = await folder.open({ classes: { background: 0, hole: 1 } });
  expect([...(await dataset.read('a')).labels!]).toEqual([0, 1]);
  await expect(dataset.read('b')).rejects.toMatchObject({
    code: 'RAREMASK_IMAGES_LOSSY_MASK',
    message: expect.stringContaining('b.png'),
  });
});

it('reads a 16-bit PNG as an image and as a mask, by its values', async () => {
  const depth = 16;
  await using folder = await Folder.with({
    'images/a.png': png(2, 1, [300, 65535], { depth }),
    'masks/a.png': png(2, 1, [0, 1000], { depth }),
    'images/b.png': png(2, 1, [1, 2], { depth }),
    'masks/b.png': png(2, 1, [0, 256], { depth }),
  });
  const dataset = await folder.open({ classes: { background: 0, hole: 1000 } });
  const { image, labels } = await dataset.read('a');
  expect(image).toEqual(Uint16Array.of(300, 65535));
  expect([...labels!]).toEqual([0, 1]);
  // Not 0, which is what 256 would become in 8 bits.
  await expect(dataset.read('b')).rejects.toThrow(/b\.png.*256/s);
});

it('reads a TIFF of 1 bit whose zeros are white by its brightness', async () => {
  const tiff = await grey().tiff({ bitdepth: 1, miniswhite: true }).toBuffer();
  await using folder = await Folder.with({ 'images/a.tif': tiff, 'masks/a.tif': tiff });
  const dataset = await folder.open({ classes, images: 'images/*.tif', masks: 'masks/{id}.tif' });
  const { image, labels } = await dataset.read('a');
  expect([...image]).toEqual(values);
  expect([...labels!]).toEqual(values.map((value) => value / 255));
});

it('reads a colour palette as a grey image where the manifest asks for grey', async () => {
  const palette: [number, number, number][] = [
    [9, 9, 9],
    [100, 0, 0],
  ];
  await using folder = await Folder.with({
    'images/a.png': png(2, 1, [0, 1], { palette }),
    'masks/a.png': png(2, 1, [0, 255]),
  });
  const { image } = await (await folder.open({ classes, channels: 'grey' })).read('a');
  // 0.299 x 100 = 29.9, rounded to 30.
  expect([...image]).toEqual([9, 30]);
});

it.each([
  ['gif', 'gif'],
  ['webp', 'webp'],
] as const)('refuses a %s that is called PNG by what it is', async (_, format) => {
  const content = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .toFormat(format)
    .toBuffer();
  await using folder = await Folder.with({ 'images/a.png': content });
  await expect(folder.open({ classes, missingMask: 'empty' })).rejects.toMatchObject({
    code: 'RAREMASK_IMAGES_UNSUPPORTED',
    message: expect.stringContaining(format),
  });
});

it('refuses a TIFF of several pages by their number', async () => {
  const page = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const content = await sharp([page, page], { join: { animated: true } })
    .tiff()
    .toBuffer();
  await using folder = await Folder.with({ 'images/a.tif': content });
  const dataset = await folder.open({ classes, images: 'images/*.tif', missingMask: 'empty' });
  await expect(dataset.read('a')).rejects.toThrow('2 pages in one file');
});
