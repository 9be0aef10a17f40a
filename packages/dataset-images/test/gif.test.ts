import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeGif } from '../src/decoding/gif/gif.ts';
import { bmp, greys } from './bmp.ts';
import { Folder } from './folder.ts';
import { gif } from './gif.ts';

const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;
const RED = [255, 0, 0] as const;
const BLUE = [0, 0, 255] as const;
const foreground = { background: 0, foreground: 255 };

/** The image and the labels of a data set of one GIF, which is both. */
async function read(content: Uint8Array, classes: Record<string, unknown> = foreground) {
  await using folder = await Folder.with({ 'images/a.gif': content, 'masks/a.gif': content });
  const dataset = await folder.open({ masks: 'masks/{id}.gif', classes });
  const { image, labels } = await dataset.read('a');
  return { image: [...image], labels: [...labels!], channels: dataset.facts.channels };
}

describe('a palette of greys', () => {
  it('holds values, whichever index they have', async () => {
    const indices = [0, 1, 1, 0, 0, 1];
    const black = gif(3, 2, indices, { palette: [BLACK, WHITE] });
    expect(await read(black)).toEqual({
      image: [0, 255, 255, 0, 0, 255],
      labels: indices,
      channels: 1,
    });
    const white = gif(3, 2, indices, { palette: [WHITE, BLACK] });
    expect((await read(white)).labels).toEqual([1, 0, 0, 1, 1, 0]);
  });

  it("may be the picture's own", () => {
    const content = gif(2, 1, [0, 1], { palette: [RED, BLUE], own: [WHITE, BLACK] });
    expect([...decodeGif(content).data]).toEqual([255, 0]);
    expect(() => decodeGif(gif(2, 1, [0, 1], { palette: [] }))).toThrow('its palette is missing');
  });
});

describe('a palette in colour', () => {
  it('is read by its colours, which have another index in every file', async () => {
    const classes = { background: '#000000', crack: '#ff0000', hole: '#0000ff' };
    const one = gif(2, 1, [0, 1], { palette: [BLACK, RED] });
    const other = gif(2, 1, [0, 1], { palette: [BLACK, BLUE] });
    expect(await read(one, classes)).toEqual({
      image: [...BLACK, ...RED],
      labels: [0, 1],
      channels: 3,
    });
    expect((await read(other, classes)).labels).toEqual([0, 2]);
  });

  it('is refused as a mask whose classes are values, never read by its index', async () => {
    const content = gif(2, 1, [0, 1], { palette: [BLACK, RED] });
    await expect(read(content, { background: 0, crack: 1 })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_COLOURED_MASK',
    });
  });

  it('of which a mask has greys alone is read as these', async () => {
    const palette = [BLACK, RED, BLUE, WHITE];
    expect((await read(gif(2, 1, [0, 3], { palette }))).labels).toEqual([0, 1]);
  });

  it('is refused where it has no colour for an index', () => {
    const content = gif(2, 1, [0, 3], { palette: [BLACK, RED] });
    expect(() => decodeGif(content)).toThrow('index 3 is beyond its palette of 2 colours');
  });
});

describe('transparency', () => {
  const palette = [BLACK, WHITE];

  it('is alpha, which images are read without', async () => {
    const content = gif(2, 1, [0, 1], { palette, transparent: 1 });
    const { data, alpha } = decodeGif(content);
    expect([[...data], alpha]).toEqual([[0, 255, 255, 0], [1]]);
    await using folder = await Folder.with({ 'images/a.gif': content });
    const dataset = await folder.open({ classes: foreground, missingMask: 'empty' });
    expect([...(await dataset.read('a')).image]).toEqual([0, 255]);
  });

  it('of a part of a mask is refused, of no pixel is nothing', async () => {
    await expect(read(gif(2, 1, [0, 1], { palette, transparent: 1 }))).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_TRANSPARENT_MASK',
    });
    expect((await read(gif(2, 1, [0, 1], { palette, transparent: 9 }))).labels).toEqual([0, 1]);
  });
});

describe('the pixels', () => {
  it('of an interlaced picture are in their places', () => {
    for (const height of [1, 2, 3, 5, 8, 9, 17]) {
      const indices = Array.from({ length: 3 * height }, (_, at) => at);
      const palette = greys(256);
      const { data } = decodeGif(gif(3, height, indices, { palette, interlaced: true }));
      expect([...data]).toEqual(indices);
    }
  });

  it('are those that another decoder finds in what another encoder writes', async () => {
    // Long enough that codes grow to 12 bits and the table is full.
    const [width, height] = [300, 200];
    const noise = Uint8Array.from({ length: width * height }, (_, at) => (at * at * 37) % 251);
    const smooth = noise.map((_, at) => (at % width) >> 2);
    for (const values of [noise, smooth]) {
      for (const progressive of [false, true]) {
        const content = await sharp(values, { raw: { width, height, channels: 1 } })
          .gif({ progressive, dither: 0 })
          .toBuffer();
        const { data, channels, alpha } = decodeGif(content);
        const known = await sharp(content).removeAlpha().raw().toBuffer();
        expect(alpha.length).toBeLessThan(channels);
        const step = channels === 1 || channels === 2 ? 3 : 1;
        const own = [...data].filter((_, at) => !alpha.includes(at % channels));
        expect(own).toEqual([...known].filter((_, at) => at % step === 0));
      }
    }
  });

  it('are refused where there are more or fewer than the size needs', () => {
    const content = gif(3, 2, [0, 1, 1, 0, 0, 1], { palette: [BLACK, WHITE] });
    const at = content.indexOf(0x2c);
    const resized = (width: number, height: number) => {
      const other = Buffer.from(content);
      for (const [place, value] of [
        [6, width],
        [8, height],
        [at + 5, width],
        [at + 7, height],
      ] as const) {
        other.writeUInt16LE(value, place);
      }
      return () => decodeGif(other);
    };
    expect(resized(3, 3)).toThrow('it ends after 6 of 9 bytes');
    expect(resized(2, 2)).toThrow('it goes on after 4 bytes');
    expect(resized(0, 2)).toThrow('it has no pixels');
    expect(resized(60_000, 60_000)).toThrow('which it cannot hold');
  });
});

describe('a GIF that is not read is refused by what it is', () => {
  const palette = [BLACK, WHITE];

  it('an animation, by the number of its pictures', async () => {
    await expect(read(gif(2, 1, [0, 1], { palette, pictures: 3 }))).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNSUPPORTED',
      message: expect.stringMatching(/a\.gif.*3 pictures in one file.*save one picture a file/s),
    });
  });

  it('a picture that is a part of the screen', () => {
    const part = gif(2, 1, [0, 1], { palette, screen: [4, 4], place: [1, 2] });
    expect(() => decodeGif(part)).toThrow(
      'a GIF of 4 x 4 pixels whose picture is 2 x 1 pixels at (x 1, y 2)',
    );
  });

  it('a text over the picture, and no picture', () => {
    const content = gif(2, 1, [0, 1], { palette });
    const having = (...block: number[]) =>
      Buffer.concat([content.subarray(0, -1), Buffer.from(block), content.subarray(-1)]);
    expect(() => decodeGif(having(0x21, 0x01, 1, 65, 0))).toThrow('a text over the picture');
    expect(() => decodeGif(having(0x99))).toThrow(/there is no block at byte \d+/);
    expect([...decodeGif(having(0x21, 0xfe, 1, 65, 0)).data]).toEqual([0, 255]);
    const none = gif(2, 1, [0, 1], { palette, pictures: 0 });
    expect(() => decodeGif(none)).toThrow('its picture is missing');
  });
});

it('BMP and GIF files of one set mix with each other, and need no option', async () => {
  await using folder = await Folder.with({
    'images/a.bmp': bmp(2, 1, [1, 2]),
    'images/b.gif': gif(2, 1, [1, 0], { palette: [BLACK, WHITE] }),
    'masks/a.bmp': bmp(2, 1, [0, 255]),
    'masks/b.gif': gif(2, 1, [0, 1], { palette: [BLACK, WHITE] }),
  });
  const dataset = await folder.open({ masks: 'masks/{id}.{bmp,gif}', classes: foreground });
  expect(dataset.ids).toEqual(['a', 'b']);
  for (const id of dataset.ids) expect([...(await dataset.read(id)).labels!]).toEqual([0, 1]);
  const predicted = await folder.openImages(folder.path + '/images', { classes: foreground });
  expect(predicted.ids).toEqual(['a', 'b']);
  expect(folder.warnings).toEqual([]);
});
