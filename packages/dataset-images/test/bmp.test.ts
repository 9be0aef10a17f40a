import { describe, expect, it } from 'vitest';
import { decodeBmp } from '../src/decoding/bmp/bmp.ts';
import { bmp } from './bmp.ts';
import { Folder, png } from './folder.ts';

const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;
const RED = [255, 0, 0] as const;

/** The image and the labels of a data set of one BMP, which is both. */
async function read(content: Uint8Array, classes: Record<string, unknown>) {
  await using folder = await Folder.with({ 'images/a.bmp': content, 'masks/a.bmp': content });
  const dataset = await folder.open({ masks: 'masks/{id}.bmp', classes });
  const { image, labels } = await dataset.read('a');
  return { image: [...image], labels: [...labels!], channels: dataset.facts.channels };
}

const foreground = { background: 0, foreground: 255 };

describe('a palette of greys', () => {
  it.each([1, 4, 8])('of %i bits holds values, whichever index they have', async (bits) => {
    // Nine pixels, so that a row ends within a byte.
    const values = [0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    const greys = values.map((value) => 255 * value);
    const black = bmp(9, 2, values, { bits, palette: [BLACK, WHITE] });
    expect(await read(black, foreground)).toEqual({ image: greys, labels: values, channels: 1 });
    const white = bmp(9, 2, values, { bits, palette: [WHITE, BLACK] });
    const inverted = values.map((value) => 1 - value);
    expect((await read(white, foreground)).labels).toEqual(inverted);
  });

  it('of all 256 holds every value, from the bottom up and from the top down', () => {
    const values = Array.from({ length: 256 }, (_, at) => at);
    for (const topDown of [false, true]) {
      for (const header of [40, 52, 56, 108, 124]) {
        const { data, channels } = decodeBmp(bmp(32, 8, values, { topDown, header }), 'index');
        expect([channels, [...data]]).toEqual([1, values]);
      }
    }
  });
});

describe('a palette in colour', () => {
  const content = bmp(3, 1, [0, 1, 2], { bits: 4, palette: [BLACK, RED, WHITE] });

  it('is an image in colour, and a mask by its index', async () => {
    const classes = { background: 0, crack: 1, hole: 2 };
    expect(await read(content, classes)).toEqual({
      image: [...BLACK, ...RED, ...WHITE],
      labels: [0, 1, 2],
      channels: 3,
    });
  });

  it('is a mask by its colours where the classes are colours', async () => {
    const classes = { background: '#000000', hole: '#ffffff', crack: '#ff0000' };
    expect((await read(content, classes)).labels).toEqual([0, 2, 1]);
  });

  it('is refused where it has no colour for an index', () => {
    const short = bmp(2, 1, [0, 5], { bits: 4, palette: [BLACK, RED] });
    expect(() => decodeBmp(short, 'index')).toThrow('index 5 is beyond its palette of 2 colours');
  });
});

describe('pixels in colour', () => {
  it('of 24 bits are red, green and blue', () => {
    const content = bmp(1, 2, [3, 2, 1, 6, 5, 4], { bits: 24 });
    const { data, alpha } = decodeBmp(content, 'index');
    expect([[...data], alpha]).toEqual([[1, 2, 3, 4, 5, 6], []]);
  });

  it('of 32 bits have alpha in the last byte, unless masks say that there is none', () => {
    const stored = [3, 2, 1, 9];
    const plain = decodeBmp(bmp(1, 1, stored, { bits: 32 }), 'index');
    expect([[...plain.data], plain.alpha]).toEqual([[1, 2, 3, 9], [3]]);
    const rgb = [0xff0000, 0xff00, 0xff];
    for (const header of [40, 52, 56, 124]) {
      const more = { bits: 32, compression: 3, header, masks: rgb };
      const { data, alpha } = decodeBmp(bmp(1, 1, stored, more), 'index');
      expect([[...data], alpha]).toEqual([[1, 2, 3], []]);
    }
  });

  it('of 32 bits are in the order of their masks', () => {
    const more = { bits: 32, compression: 3, header: 108 };
    const masks = [0xff000000, 0xff, 0xff00, 0xff0000];
    const { data, alpha } = decodeBmp(bmp(1, 1, [3, 2, 1, 9], { ...more, masks }), 'index');
    expect([[...data], alpha]).toEqual([[9, 3, 2, 1], [3]]);
    const twice = [0xff, 0xff, 0xff00];
    expect(() => decodeBmp(bmp(1, 1, [3, 2, 1, 9], { ...more, masks: twice }), 'index')).toThrow(
      'its colours have the same bits',
    );
  });

  it('are a mask where red, green and blue are equal and alpha is constant', async () => {
    const value = (grey: number, alpha: number) => [grey, grey, grey, alpha];
    const grey = bmp(2, 1, [...value(0, 7), ...value(255, 7)], { bits: 32 });
    expect((await read(grey, foreground)).labels).toEqual([0, 1]);
    const hidden = bmp(2, 1, [...value(0, 255), ...value(255, 0)], { bits: 32 });
    await expect(read(hidden, foreground)).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_TRANSPARENT_MASK',
    });
    const coloured = bmp(2, 1, [0, 0, 0, 0, 0, 255], { bits: 24 });
    await expect(read(coloured, foreground)).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_COLOURED_MASK',
    });
  });
});

describe('run lengths', () => {
  const decoded = (...stored: number[]) => [
    ...decodeBmp(bmp(5, 2, [], { compression: 1, stored: Uint8Array.from(stored) }), 'index').data,
  ];

  it('are runs, and pixels as they are, from the bottom up', () => {
    const bottom = [3, 7, 2, 9, 0, 0];
    const top = [0, 3, 1, 2, 3, 0, 2, 4];
    const rows = [1, 2, 3, 4, 4, 7, 7, 7, 9, 9];
    expect(decoded(...bottom, ...top, 0, 1)).toEqual(rows);
    expect(decoded(...bottom, ...top, 0, 0, 0, 1)).toEqual(rows);
  });

  it('are refused where they leave pixels out', () => {
    const said = 'run lengths that leave out pixels';
    expect(() => decoded(3, 7, 0, 0, 5, 1, 0, 1)).toThrow(said);
    expect(() => decoded(5, 7, 0, 0, 0, 2, 2, 0, 3, 1, 0, 1)).toThrow(said);
    expect(() => decoded(5, 7, 0, 0, 0, 1)).toThrow(said);
  });

  it('are refused where there are too many pixels, or no end', () => {
    expect(() => decoded(6, 7, 0, 1)).toThrow('a row has more pixels');
    expect(() => decoded(5, 7, 0, 0, 5, 7, 0, 0, 1, 7, 0, 1)).toThrow('a row has more pixels');
    expect(() => decoded(5, 7, 0, 0, 5, 7, 0, 0)).toThrow('the end of its pixels is missing');
    expect(() => decoded(5, 7, 0, 0, 0, 5, 1, 2)).toThrow('the end of its pixels is missing');
    const huge = { compression: 1, stored: Uint8Array.of(0, 1) };
    expect(() => decodeBmp(bmp(60_000, 60_000, [], huge), 'index')).toThrow('which it cannot hold');
  });
});

describe('a BMP that is not read is refused by what it is', () => {
  const changed = (at: number, value: number, bytes: 2 | 4 = 4) => {
    const content = bmp(2, 2, [0, 1, 2, 3]);
    content.writeUIntLE(value, at, bytes);
    return () => decodeBmp(content, 'index');
  };

  it.each([
    ['a header of OS/2', 14, 12, 'a BMP of OS/2, with a header of 12 bytes'],
    ['an unknown header', 14, 41, 'its header has 41 bytes'],
    ['run lengths of 4 bits', 30, 2, 'run lengths of 4 bits'],
    ['a JPEG', 30, 4, 'a JPEG in a BMP'],
    ['a PNG', 30, 5, 'a PNG in a BMP'],
    ['an unknown compression', 30, 99, 'pixels of 8 bits cannot have the compression 99'],
    ['a palette that is too long', 46, 257, 'its palette has 257 colours, for 8 bits'],
    [
      'pixels in its palette',
      10,
      100,
      'its pixels begin at byte 100, its header ends at byte 1078',
    ],
    ['more rows than it has', 22, 3, 'its pixels end at byte 1090, the file at byte 1086'],
    ['fewer rows than it has', 22, 1, 'it holds 4 bytes more than its size needs'],
    ['no pixels', 18, 0, 'its header makes no sense'],
  ])('%s', (_, at, value, said) => {
    expect(changed(at, value)).toThrow(said);
  });

  it.each([2, 16, 48, 64])('%i bits a pixel', (bits) => {
    expect(changed(28, bits, 2)).toThrow(`a BMP of ${bits} bits a pixel`);
  });

  it('colours of 10 bits', () => {
    const masks = [0x3ff00000, 0xffc00, 0x3ff];
    const content = bmp(1, 1, [1, 2, 3, 4], { bits: 32, compression: 3, masks });
    expect(() => decodeBmp(content, 'index')).toThrow('other than 8 bits');
  });
});

it('a few bytes behind the pixels, and a colour profile, are none of them', () => {
  const few = bmp(4, 1, [1, 2, 3, 4], { behind: 2 });
  expect([...decodeBmp(few, 'index').data]).toEqual([1, 2, 3, 4]);
  const profile = bmp(4, 1, [1, 2, 3, 4], { header: 124, behind: 50 });
  expect(() => decodeBmp(profile, 'index')).toThrow('50 bytes more');
  profile.writeUInt32LE(50, 130);
  expect([...decodeBmp(profile, 'index').data]).toEqual([1, 2, 3, 4]);
});

it('what a file is counts, not its ending', async () => {
  const content = bmp(2, 1, [0, 255]);
  await using folder = await Folder.with({ 'images/a.png': content, 'masks/a.png': content });
  const { labels } = await (await folder.open({ classes: foreground })).read('a');
  expect([...labels!]).toEqual([0, 1]);
  expect((await read(png(2, 1, [0, 255]), foreground)).labels).toEqual([0, 1]);
});
