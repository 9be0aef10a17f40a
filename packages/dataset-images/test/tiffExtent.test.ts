import sharp, { type TiffOptions } from 'sharp';
import { expect, it } from 'vitest';
import { decodeImage, decodeMask } from '../src/decoding/decode.ts';
import { Folder } from './folder.ts';

const side = 64;
const tile = { tile: true, tileWidth: 16, tileHeight: 16 };
const layouts: [string, TiffOptions][] = [
  ['striped', { compression: 'none' }],
  ['striped and deflated', { compression: 'deflate' }],
  ['tiled', { compression: 'none', ...tile }],
  ['tiled and deflated', { compression: 'deflate', ...tile }],
  ['tiled BigTIFF', { compression: 'none', bigtiff: true, ...tile }],
];

it.each(layouts)(
  'reads a whole %s TIFF and refuses it cut off at six places',
  async (_, options) => {
    const values = Uint8Array.from({ length: side * side }, (__, at) => (at * 7 + (at >> 6)) % 251);
    const whole = await sharp(values, { raw: { width: side, height: side, channels: 1 } })
      .toColourspace('b-w')
      .tiff(options)
      .toBuffer();
    const parts = [0.1, 0.3, 0.5, 0.7, 0.9, 0.97];
    const cut = parts.map((part, index) => [
      `${index}.tif`,
      whole.subarray(0, Math.floor(whole.length * part)),
    ]);
    await using folder = await Folder.with({ 'whole.tif': whole, ...Object.fromEntries(cut) });
    const file = (name: string) => `${folder.path}/${name}`;
    expect((await decodeMask(file('whole.tif'))).data).toEqual(values);
    for (const index of parts.keys()) {
      const damaged = { code: 'RAREMASK_IMAGES_DAMAGED' };
      await expect(decodeImage(file(`${index}.tif`))).rejects.toMatchObject(damaged);
      await expect(decodeMask(file(`${index}.tif`))).rejects.toMatchObject(damaged);
    }
  },
);
