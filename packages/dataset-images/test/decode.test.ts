import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Folder, onlySample, png } from './folder.ts';
import { tiff } from './tiff.ts';

const classes = { background: 0, lesion: 1 };

/** The image of a set that has only this file, with the set's channels. */
async function read(name: string, content: Uint8Array | string, more: object = {}) {
  await using folder = await Folder.with({ [`images/${name}`]: content });
  const dataset = await folder.open({ classes, missingMask: 'empty', ...more });
  const { image, size } = await onlySample(dataset);
  return { image, size, channels: dataset.facts.channels };
}

/** 4 x 4 noise that no codec can leave out. */
const colours = Uint8Array.from({ length: 48 }, (_, index) => (index * index * 37) % 251);

describe('PNG', () => {
  it.each([
    ['1 bit', 1, [0, 255]],
    ['2 bit', 2, [0, 85, 170, 255]],
    ['4 bit', 4, [0, 17, 34, 255]],
  ])('of %s spans 0 to 255', async (_, depth, expected) => {
    // Rows of packed pixels, high bits first: 0, 1, (2, highest).
    const packed = { 1: [0b01000000], 2: [0b00011011], 4: [0x01, 0x2f] }[depth as 1 | 2 | 4]!;
    const values = expected.length;
    const content = packedPng(values, depth as 1 | 2 | 4, packed);
    expect((await read('a.png', content)).image).toEqual(Uint8Array.from(expected));
  });

  it('of 8 bit keeps its values', async () => {
    expect(await read('a.png', png(3, 1, [0, 7, 255]))).toEqual({
      image: Uint8Array.of(0, 7, 255),
      size: [1, 3],
      channels: 1,
    });
  });

  it('of 16 bit keeps its values, grey and colour, with and without alpha', async () => {
    const depth = 16;
    const grey = await read('a.png', png(2, 1, [1100, 65535], { depth }));
    expect(grey).toEqual({ image: Uint16Array.of(1100, 65535), size: [1, 2], channels: 1 });
    const greyAlpha = await read('a.png', png(2, 1, [1100, 9, 7, 9], { depth, channels: 2 }));
    expect(greyAlpha.image).toEqual(Uint16Array.of(1100, 7));
    const rgb = await read('a.png', png(1, 1, [1, 300, 60000], { depth, channels: 3 }));
    expect(rgb).toEqual({ image: Uint16Array.of(1, 300, 60000), size: [1, 1], channels: 3 });
    const rgba = await read('a.png', png(1, 1, [1, 300, 60000, 5], { depth, channels: 4 }));
    expect(rgba.image).toEqual(Uint16Array.of(1, 300, 60000));
  });

  it('loses its alpha and nothing else, even where it is transparent', async () => {
    const rgba = await read('a.png', png(2, 1, [1, 2, 3, 0, 4, 5, 6, 255], { channels: 4 }));
    expect(rgba).toEqual({ image: Uint8Array.of(1, 2, 3, 4, 5, 6), size: [1, 2], channels: 3 });
    const greyAlpha = await read('a.png', png(2, 1, [1, 0, 4, 255], { channels: 2 }));
    expect(greyAlpha).toEqual({ image: Uint8Array.of(1, 4), size: [1, 2], channels: 1 });
  });

  it('with a palette is read as its colours', async () => {
    const content = await sharp(colours, { raw: { width: 4, height: 4, channels: 3 } })
      .png({ palette: true, colours: 16, dither: 0 })
      .toBuffer();
    const { data } = await sharp(content).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const { image, channels } = await read('a.png', content);
    expect(channels).toBe(3);
    expect(image).toEqual(new Uint8Array(data));
  });
});

describe('JPEG', () => {
  it('in grey has one channel', async () => {
    const content = await sharp(new Uint8Array(64).fill(90), {
      raw: { width: 8, height: 8, channels: 1 },
    })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer();
    const { image, channels } = await read('a.jpg', content);
    expect(channels).toBe(1);
    expect(image).toEqual(new Uint8Array(64).fill(90));
  });

  it('in CMYK becomes RGB, near the colours it was made from', async () => {
    const content = await sharp({
      create: { width: 8, height: 8, channels: 3, background: { r: 150, g: 120, b: 110 } },
    })
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(content).metadata()).space).toBe('cmyk');
    const { image, channels } = await read('a.jpg', content);
    expect(channels).toBe(3);
    for (const [index, value] of [150, 120, 110].entries()) {
      expect(Math.abs(image[index]! - value)).toBeLessThan(12);
    }
  });
});

describe('TIFF', () => {
  it('keeps the values of 8 bit, 16 bit and 32-bit float, grey and colour', async () => {
    for (const values of [
      Uint8Array.of(0, 7, 255, 9, 1, 2),
      Uint16Array.of(0, 1100, 65535, 5, 6, 7),
      Float32Array.of(-1.5, 0.25, 40000.5, 1, 2, 3),
    ]) {
      expect((await read('a.tif', tiff(6, 1, values))).image).toEqual(values);
      const colour = await read('a.tiff', tiff(2, 1, values));
      expect(colour).toEqual({ image: values, size: [1, 2], channels: 3 });
    }
  });

  it('of one bit is 0 and 255', async () => {
    const values = Uint8Array.of(0, 255, 255, 0, 0, 0, 255, 0);
    const content = await sharp(values, { raw: { width: 8, height: 1, channels: 1 } })
      .toColourspace('b-w')
      .tiff({ bitdepth: 1, compression: 'none' })
      .toBuffer();
    expect((await sharp(content).metadata()).depth).toBe('uchar');
    expect((await sharp(content).metadata()).bitsPerSample).toBe(1);
    expect((await read('a.tif', content)).image).toEqual(values);
  });

  it('with signed integers keeps negative values', async () => {
    const { image } = await read('a.tif', tiff(2, 1, Int16Array.of(-1000, 3)));
    expect(image).toEqual(Float32Array.of(-1000, 3));
  });

  it('with integers of 32 bits keeps them, unless they would be rounded', async () => {
    const { image } = await read('a.tif', tiff(2, 1, Uint32Array.of(70_000, 16_777_216)));
    expect(image).toEqual(Float32Array.of(70_000, 16_777_216));
    await expect(read('a.tif', tiff(2, 1, Uint32Array.of(1, 16_777_217)))).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_INEXACT',
      message: expect.stringContaining('16777217 at pixel (x 1, y 0)'),
    });
  });

  it('with floats of 64 bits has the nearest of 32', async () => {
    const { image } = await read('a.tif', tiff(2, 1, Float64Array.of(0.1, -3e5)));
    expect(image).toEqual(Float32Array.of(0.1, -3e5));
  });

  it('of 12 bits, packed, has values up to 4095', async () => {
    // 0xabc, 0x123 and 0xfff, the high bits first.
    const packed = Uint8Array.of(0xab, 0xc1, 0x23, 0xff, 0xf0);
    const { image } = await read('a.tif', tiff(3, 1, packed, { bits: 12, samples: 1 }));
    expect(image).toEqual(Uint16Array.of(0xabc, 0x123, 0xfff));
  });

  it('with a pixel that is no number is refused by its place', async () => {
    await expect(read('a.tif', tiff(2, 2, Float32Array.of(1, 2, 3, Number.NaN)))).rejects.toThrow(
      'no finite number at pixel (x 1, y 1)',
    );
  });
});

describe('channels', () => {
  it('turn equal colours into grey without a change, others by their brightness', async () => {
    const content = png(2, 1, [9, 9, 9, 100, 0, 0], { channels: 3 });
    // 0.299 x 100 = 29.9, rounded to 30.
    expect((await read('a.png', content, { channels: 'grey' })).image).toEqual(
      Uint8Array.of(9, 30),
    );
  });

  it('turn grey into three equal channels', async () => {
    const { image, channels } = await read('a.png', png(2, 1, [9, 8]), { channels: 'rgb' });
    expect(channels).toBe(3);
    expect(image).toEqual(Uint8Array.of(9, 9, 9, 8, 8, 8));
  });

  it('are an error where auto meets grey and colour', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(1, 1, [1]),
      'images/b.png': png(1, 1, [1, 1, 1], { channels: 3 }),
    });
    const dataset = await folder.open({ classes, missingMask: 'empty' });
    await expect(dataset.read('b')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_MIXED_CHANNELS',
      category: 'data',
      message: expect.stringMatching(/b\.png: the set mixes .* set data\.with\.channels/),
    });
  });
});

describe('a damaged file', () => {
  const grey = Uint8Array.from({ length: 4096 }, (_, index) => (index * index * 37) % 251);
  const raw = { raw: { width: 64, height: 64, channels: 1 as const } };

  it.each([0.2, 0.6, 0.95, 0.999])('cut off at %d of its length is refused', async (share) => {
    const files = {
      'a.png': Buffer.from(png(64, 64, grey)),
      'b.png': Buffer.from(png(64, 64, grey, { depth: 16 })),
      'c.jpg': await sharp(grey, raw).jpeg().toBuffer(),
      'd.tif': await sharp(grey, raw).tiff({ compression: 'lzw' }).toBuffer(),
    };
    for (const [name, content] of Object.entries(files)) {
      const cut = content.subarray(0, Math.floor(content.length * share));
      await expect(read(name, cut), `${name} at ${share}`).rejects.toMatchObject({
        code: 'RAREMASK_IMAGES_DAMAGED',
        category: 'data',
        message: expect.stringContaining(name),
      });
    }
  });

  it('with a changed byte is refused', async () => {
    for (const depth of [8, 16] as const) {
      const content = Buffer.from(png(64, 64, grey, { depth }));
      content[content.length >> 1]! ^= 0x55;
      await expect(read('a.png', content)).rejects.toMatchObject({
        code: 'RAREMASK_IMAGES_DAMAGED',
      });
    }
  });

  it('that is empty, or is no image, is refused', async () => {
    await expect(read('a.png', '')).rejects.toThrow('it is empty');
    await expect(read('a.png', 'hello')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNSUPPORTED',
      category: 'data',
    });
  });

  it('that has gone since is named', async () => {
    await using folder = await Folder.with({ 'images/a.png': png(1, 1, [1]) });
    const dataset = await folder.open({ classes, missingMask: 'empty' });
    await folder[Symbol.asyncDispose]();
    await expect(dataset.read('a')).rejects.toThrow('a.png: the file is gone');
    await expect(dataset.fingerprint!('a')).rejects.toThrow('a.png: the file is gone');
    await folder.write('images/a.png', '');
  });
});

it('reads at the same time what it reads one after the other', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`images/${index}.png`, png(2, 1, [index, 5])]),
  );
  await using folder = await Folder.with(files);
  const dataset = await folder.open({ classes, missingMask: 'empty' });
  const together = await Promise.all(dataset.ids.map((id) => dataset.read(id)));
  expect(together.map(({ id, image }) => [id, image[0]])).toEqual(
    dataset.ids.map((id) => [id, Number(id)]),
  );
});

/** A grey PNG of one row with fewer than 8 bits a pixel. */
function packedPng(width: number, depth: 1 | 2 | 4, packed: readonly number[]): Uint8Array {
  return packed8(width, depth, Uint8Array.from(packed));
}

function packed8(width: number, depth: 1 | 2 | 4, data: Uint8Array): Uint8Array {
  return png(width, 1, data, { depth });
}
