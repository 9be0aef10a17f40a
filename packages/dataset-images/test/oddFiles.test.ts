import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Folder, png } from './folder.ts';
import { tiff } from './tiff.ts';

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

it('refuses a webp that is called PNG by what it is', async () => {
  const content = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .webp()
    .toBuffer();
  await using folder = await Folder.with({ 'images/a.png': content });
  await expect(folder.open({ classes, missingMask: 'empty' })).rejects.toMatchObject({
    code: 'RAREMASK_IMAGES_UNSUPPORTED',
    message: expect.stringContaining('webp'),
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

it('refuses a PNG of several pictures by their number', async () => {
  const plain = Buffer.from(png(2, 1, [1, 2]));
  // An animation control chunk (APNG 1.0) of three frames, behind the header.
  const control = Buffer.from('0000000861635443000000030000000000000000', 'hex');
  control.write('acTL', 4, 'latin1');
  control.writeUInt32BE(3, 8);
  control.writeUInt32BE(crc32(control.subarray(4, 16)), 16);
  const content = Buffer.concat([plain.subarray(0, 33), control, plain.subarray(33)]);
  await using folder = await Folder.with({ 'images/a.png': content });
  const dataset = await folder.open({ classes, missingMask: 'empty' });
  await expect(dataset.read('a')).rejects.toMatchObject({
    code: 'RAREMASK_IMAGES_UNSUPPORTED',
    message: expect.stringContaining('3 pictures in one file'),
  });
});

it('reads a TIFF with a smaller copy of its picture as that picture', async () => {
  const one = Buffer.from(tiff(2, 1, Uint8Array.of(7, 8)));
  const directory = one.readUInt32LE(4);
  const end = directory + 2 + 12 * one.readUInt16LE(directory);
  // A second directory with the same entries but for 254 in place of 339: bit 0 says that it is a copy.
  const second = Buffer.from(one.subarray(directory, end + 4));
  const last = second.length - 4 - 12;
  second.writeUInt16LE(254, last);
  second.writeUInt16LE(1, last + 8);
  one.writeUInt32LE(one.length, end);
  await using folder = await Folder.with({ 'images/a.tif': Buffer.concat([one, second]) });
  const dataset = await folder.open({ classes, missingMask: 'empty' });
  expect([...(await dataset.read('a')).image]).toEqual([7, 8]);
});
