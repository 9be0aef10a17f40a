import { IGNORE } from '@raremask/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Folder, onlySample, png } from './folder.ts';
import { tiff } from './tiff.ts';

/** Labels of a set with one image of the mask's width and one row. */
async function labels(mask: Uint8Array, options: object, width = 3, name = 'a.png') {
  await using folder = await Folder.with({
    'images/a.png': png(width, 1, new Uint8Array(width)),
    [`masks/${name}`]: mask,
  });
  const masks = `masks/${name.replace('a', '{id}')}`;
  return (await onlySample(await folder.open({ masks, ...options }))).labels;
}

const binary = { classes: { background: 0, lesion: 255 } };

describe('exclusive classes', () => {
  it('are numbered in the order of the map, whatever their values', async () => {
    const classes = { background: 7, crack: 0, hole: 300 };
    const mask = png(3, 1, [0, 300, 7], { depth: 16 });
    expect(await labels(mask, { classes })).toEqual(Uint8Array.of(1, 2, 0));
  });

  it('may merge several values', async () => {
    const classes = { background: 0, defect: [1, 2] };
    expect(await labels(png(3, 1, [1, 0, 2]), { classes })).toEqual(Uint8Array.of(1, 0, 1));
  });

  it('leave out values that are ignored', async () => {
    const mask = png(3, 1, [0, 128, 255]);
    expect(await labels(mask, { ...binary, ignore: 128 })).toEqual(Uint8Array.of(0, IGNORE, 1));
    expect(
      await labels(mask, { ...binary, classes: { nothing: 0, x: 9 }, ignore: [128, 255] }),
    ).toEqual(Uint8Array.of(0, IGNORE, IGNORE));
  });

  it('refuse another value by file, pixel, value and what would be valid', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(3, 2, [0, 0, 0, 0, 0, 0]),
      'masks/a.png': png(3, 2, [0, 255, 0, 0, 0, 254]),
    });
    const dataset = await folder.open({ ...binary, ignore: 9 });
    await expect(dataset.read('a')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNKNOWN_VALUE',
      category: 'data',
      message: expect.stringMatching(
        /masks.a\.png: .* 254 at pixel \(x 2, y 1\)\. Expected: 0 \(background\), 255 \(lesion\), 9 \(ignored\)\. Got: a mask with the values 0, 254, 255\./,
      ),
    });
  });
});

describe('overlapping classes', () => {
  it('have a file each, 0 or their value, and none where there is no file', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(3, 1, [0, 0, 0]),
      'masks/nucleus/a.png': png(3, 1, [0, 255, 255]),
      'masks/rim/a.png': png(3, 1, [1, 0, 77]),
    });
    const dataset = await folder.open({
      classes: { nucleus: 255, rim: 1, dust: 1 },
      overlapping: true,
      ignore: 77,
      masks: 'masks/{class}/{id}.png',
      missingMask: 'empty',
    });
    expect(dataset.facts.overlapping).toBe(true);
    // Pixels in order, three classes each.
    expect((await onlySample(dataset)).labels).toEqual(
      Uint8Array.of(0, 1, 0, 1, 0, 0, 1, IGNORE, 0),
    );
    expect(await dataset.fingerprint!('a')).toMatch(/ none$/);
  });

  it('name the first missing file of a class with missingMask: error', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(1, 1, [0]),
      'masks/one/a.png': png(1, 1, [0]),
    });
    await expect(
      folder.open({
        classes: { one: 1, two: 1 },
        overlapping: true,
        masks: 'masks/{class}/{id}.png',
      }),
    ).rejects.toThrow(/Expected: .*masks.two.a\.png/);
  });

  it('may share a file whose values belong to several of them', async () => {
    const classes = { whole: [1, 2, 4], core: [1, 4], enhancing: 4 };
    const mask = png(4, 1, [0, 1, 2, 4]);
    expect(await labels(mask, { classes, overlapping: true }, 4)).toEqual(
      Uint8Array.of(0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1),
    );
  });
});

describe('mask files', () => {
  it('with a palette hold their indices', async () => {
    const palette = [
      [0, 0, 0],
      [255, 0, 0],
    ];
    const mask = png(3, 1, [1, 0, 1], { palette });
    const indexed = withColourType3(mask, palette);
    expect(await labels(indexed, { classes: { background: 0, lesion: 1 } })).toEqual(
      Uint8Array.of(1, 0, 1),
    );
  });

  it('of 1 bit hold 0 and 1', async () => {
    // 1, 0, 1 in the three high bits.
    const mask = png(3, 1, [0b10100000], { depth: 1 });
    expect(await labels(mask, { classes: { background: 0, lesion: 1 } })).toEqual(
      Uint8Array.of(1, 0, 1),
    );
  });

  it('may have equal channels and constant alpha', async () => {
    const rgb = png(3, 1, [0, 0, 0, 255, 255, 255, 0, 0, 0], { channels: 3 });
    const rgba = png(2, 1, [0, 0, 0, 255, 255, 255, 255, 255], { channels: 4 });
    expect(await labels(rgb, binary)).toEqual(Uint8Array.of(0, 1, 0));
    expect(await labels(rgba, binary, 2)).toEqual(Uint8Array.of(0, 1));
  });

  it('in colour are refused by the pixel', async () => {
    const mask = png(3, 1, [0, 0, 0, 255, 0, 0, 0, 0, 0], { channels: 3 });
    await expect(labels(mask, binary)).rejects.toThrow('the mask is in colour at pixel (x 1, y 0)');
  });

  it('that hide something in their alpha are refused', async () => {
    const mask = png(2, 1, [0, 255, 0, 0], { channels: 2 });
    await expect(labels(mask, binary, 2)).rejects.toThrow(
      'alpha channel changes at pixel (x 1, y 0)',
    );
  });

  it('may be TIFF files', async () => {
    expect(await labels(tiff(3, 1, Uint8Array.of(0, 255, 0)), binary, 3, 'a.tif')).toEqual(
      Uint8Array.of(0, 1, 0),
    );
  });

  it('must not be JPEG files', async () => {
    const mask = await sharp(new Uint8Array(3), { raw: { width: 3, height: 1, channels: 1 } })
      .jpeg()
      .toBuffer();
    await expect(labels(mask, binary, 3, 'a.jpg')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_LOSSY_MASK',
    });
  });

  it('must have the size of their image', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(3, 2, new Uint8Array(6)),
      'masks/a.png': png(2, 3, new Uint8Array(6)),
    });
    await expect((await folder.open(binary)).read('a')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_SIZE_MISMATCH',
      category: 'data',
      message: expect.stringMatching(
        /masks.a\.png: .*Expected: 3 x 2 pixels .*images.a\.png\. Got: 2 x 3\. Do this: turn one/,
      ),
    });
  });
});

/** The encoder writes no palette images: the header and the checksum are changed by hand. */
function withColourType3(grey: Uint8Array, palette: readonly (readonly number[])[]): Uint8Array {
  const bytes = Buffer.from(grey);
  const header = Buffer.from(bytes.subarray(12, 29));
  header[4 + 9] = 3;
  const colours = Buffer.concat([Buffer.from('PLTE'), Buffer.from(palette.flat())]);
  return Buffer.concat([bytes.subarray(0, 8), chunk(header), chunk(colours), bytes.subarray(33)]);
}

function chunk(typeAndData: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(typeAndData.length - 4);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(typeAndData));
  return Buffer.concat([length, typeAndData, sum]);
}

/** CRC-32 as PNG uses it. */
function crc(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
