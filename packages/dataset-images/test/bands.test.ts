import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Folder, onlySample, png } from './folder.ts';
import { tiff } from './tiff.ts';

const classes = { background: 0, lesion: 255 };

async function image(content: Uint8Array, more: object = {}, name = 'a.tif') {
  await using folder = await Folder.with({ [`images/${name}`]: content });
  const dataset = await folder.open({ classes, missingMask: 'empty', ...more });
  const { image: values } = await onlySample(dataset);
  return { values: [...values], channels: dataset.facts.channels, warnings: folder.warnings };
}

async function labels(mask: Uint8Array, more: object = {}) {
  await using folder = await Folder.with({
    'images/a.png': png(3, 1, [0, 0, 0]),
    'masks/a.tif': mask,
  });
  const masks = 'masks/{id}.tif';
  return [...(await onlySample(await folder.open({ classes, masks, ...more }))).labels!];
}

// Two pixels of five bands.
const five = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
const inPlanes = Uint8Array.of(1, 6, 2, 7, 3, 8, 4, 9, 5, 10);

describe('bands', () => {
  it('are all channels of an image, side by side in the file or in planes', async () => {
    expect(await image(tiff(2, 1, five))).toMatchObject({ values: [...five], channels: 5 });
    const planar = await image(tiff(2, 1, inPlanes, { planar: true }));
    expect(planar).toMatchObject({ values: [...five], channels: 5 });
  });

  it('that are no alpha by the file stay, alpha is left out', async () => {
    const values = Uint8Array.of(1, 2, 3, 40, 5, 6, 7, 80);
    const infrared = tiff(2, 1, values, { photometric: 2, extraSamples: [0] });
    expect(await image(infrared)).toMatchObject({ values: [...values], channels: 4 });
    for (const kind of [1, 2]) {
      const alpha = tiff(2, 1, values, { photometric: 2, extraSamples: [kind] });
      expect((await image(alpha)).values).toEqual([1, 2, 3, 5, 6, 7]);
    }
  });

  it('are counted by the head of the file as by its picture, with many extra samples too', async () => {
    const content = tiff(1, 1, Uint8Array.of(1, 2, 3, 4, 5, 6), {
      photometric: 2,
      extraSamples: [0, 0, 2],
    });
    expect(await image(content)).toMatchObject({ values: [1, 2, 3, 4, 5], channels: 5 });
  });

  it('may be chosen by their number, alpha among them', async () => {
    expect((await image(tiff(2, 1, five), { channels: [4, 0] })).values).toEqual([5, 1, 10, 6]);
    const rgba = png(1, 1, [1, 2, 3, 4], { channels: 4 });
    expect((await image(rgba, { channels: [0, 1, 2, 3] }, 'a.png')).values).toEqual([1, 2, 3, 4]);
    await expect(image(tiff(2, 1, five), { channels: [5] })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_CHANNEL',
      message: expect.stringContaining('a.tif: there is no channel 5'),
    });
  });

  it('that grey or rgb would lose are an error that counts them', async () => {
    for (const channels of ['grey', 'rgb']) {
      await expect(image(tiff(2, 1, five), { channels })).rejects.toMatchObject({
        code: 'RAREMASK_IMAGES_CHANNELS_LOST',
        message: expect.stringMatching(/a\.tif: .*Got: 5 channels/),
      });
    }
    const noColours = tiff(1, 1, Uint8Array.of(1, 2, 3), { photometric: 1 });
    await expect(image(noColours, { channels: 'grey' })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NOT_COLOURS',
    });
    expect((await image(noColours)).values).toEqual([1, 2, 3]);
  });

  it('of another number than those of the first image are refused by file', async () => {
    await using folder = await Folder.with({
      'images/a.tif': tiff(2, 1, five),
      'images/b.tif': tiff(2, 1, Uint8Array.of(1, 2)),
    });
    const dataset = await folder.open({ classes, missingMask: 'empty' });
    await expect(dataset.read('b')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_MIXED_CHANNELS',
      message: expect.stringMatching(/b\.tif.*Expected: 5 channels, as .*a\.tif is\. Got: grey/),
    });
  });

  it('of a mask are a class each, or refused', async () => {
    const names = Object.fromEntries([1, 2].map((name) => [`c${name}`, 9]));
    const planes = tiff(3, 1, Uint8Array.of(0, 9, 0, 9, 9, 0), { planar: true });
    const read = await labels(planes, {
      classes: names,
      overlapping: true,
      maskChannels: 'classes',
    });
    expect(read).toEqual([0, 1, 1, 1, 0, 0]);
    await expect(labels(planes)).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_COLOURED_MASK' });
  });
});

describe('a palette', () => {
  const reds = Array.from({ length: 256 }, (_, index) => 256 * index);
  const colourMap = [...reds, ...reds.map(() => 0), ...reds.map(() => 65280)];
  const content = tiff(3, 1, Uint8Array.of(0, 7, 255), { photometric: 3, colourMap });

  it('of an image is read as its colours, of a mask by its index, or by its colours', async () => {
    expect(await image(content)).toMatchObject({
      values: [0, 0, 255, 7, 0, 255, 255, 0, 255],
      channels: 3,
    });
    expect(await labels(content, { ignore: 7 })).toEqual([0, 255, 1]);
    const colours = { classes: { a: '#0000ff', b: ['#0700ff', '#ff00ff'] } };
    expect(await labels(content, colours)).toEqual([0, 1, 1]);
  });

  it('that is too short is refused', async () => {
    const short = tiff(3, 1, Uint8Array.of(0, 1, 2), { photometric: 3, colourMap: [1, 2, 3] });
    await expect(image(short)).rejects.toThrow('its palette has 3 entries, 768 are needed');
  });
});

describe('a TIFF whose 0 is white', () => {
  const values = Uint8Array.of(0, 255, 255);
  const white = tiff(3, 1, values, { photometric: 0 });

  it('is read by its brightness as an image, of any depth', async () => {
    expect((await image(white)).values).toEqual([255, 0, 0]);
    const deep = tiff(2, 1, Uint16Array.of(0, 65_000), { photometric: 0 });
    expect((await image(deep)).values).toEqual([65_535, 535]);
    const float = tiff(1, 1, Float32Array.of(3), { photometric: 0 });
    await expect(image(float)).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNSUPPORTED_WHITE',
    });
  });

  it('is refused as a mask until the manifest says what its values mean', async () => {
    await expect(labels(white)).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_WHITE_IS_ZERO' });
    expect(await labels(white, { whiteIsZero: 'stored' })).toEqual([0, 1, 1]);
    expect(await labels(white, { whiteIsZero: 'inverted' })).toEqual([1, 0, 0]);
  });
});

describe('CMYK', () => {
  const inks = Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0);

  it('is turned into RGB, and said; the inks are read where they are named', async () => {
    const content = tiff(2, 1, inks, { photometric: 5 });
    const { values, channels, warnings } = await image(content);
    expect(channels).toBe(3);
    expect(values.slice(0, 3)).toEqual([255, 255, 255]);
    expect(warnings).toEqual([expect.stringMatching(/^1 of 1 images .* are CMYK/)]);
    const all = await image(content, { channels: [0, 1, 2, 3] });
    expect(all).toMatchObject({ values: [...inks], channels: 4, warnings: [] });
  });

  it('of a JPEG has its inks too', async () => {
    const content = await sharp({
      create: { width: 8, height: 8, channels: 3, background: { r: 150, g: 120, b: 110 } },
    })
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    const { values, channels } = await image(content, { channels: [3] }, 'a.jpg');
    expect(channels).toBe(1);
    expect(new Set(values).size).toBe(1);
  });
});

it('what another encoder packs is read as it was, whatever the compression and the predictor', async () => {
  const side = 200;
  const raw = { raw: { width: side, height: side, channels: 3 as const } };
  // Enough for codes of 12 bits and a new table, with runs and with noise.
  const values = Uint8Array.from({ length: 3 * side * side }, (_, at) =>
    at < 60_000 ? (at * at * 37) % 251 : at % 700 < 350 ? 9 : 200,
  );
  for (const compression of ['lzw', 'deflate', 'packbits', 'none'] as const) {
    for (const predictor of ['none', 'horizontal'] as const) {
      for (const tile of [false, true]) {
        const tiles = tile ? { tile, tileWidth: 64, tileHeight: 48 } : {};
        const content = await sharp(values, raw)
          .tiff({ compression, predictor, ...tiles })
          .toBuffer();
        expect((await image(content)).values, `${compression} ${predictor} ${tile}`).toEqual([
          ...values,
        ]);
      }
    }
  }
});

it('a TIFF of JPEG strips or tiles is near what it was made from', async () => {
  const side = 40;
  const values = Uint8Array.from(
    { length: 3 * side * side },
    (_, at) => (at % 3) * 50 + (at % 120),
  );
  const raw = { raw: { width: side, height: side, channels: 3 as const } };
  for (const tiles of [{}, { tile: true, tileWidth: 16, tileHeight: 16 }]) {
    const content = await sharp(values, raw)
      .tiff({ compression: 'jpeg', quality: 100, ...tiles })
      .toBuffer();
    const { values: found } = await image(content);
    const wrong = found.map((value, at) => Math.abs(value - values[at]!));
    expect(Math.max(...wrong)).toBeLessThan(40);
    expect(wrong.reduce((sum, one) => sum + one, 0) / wrong.length).toBeLessThan(8);
  }
});
