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
