import { encode } from 'fast-png';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { sizedPng } from '../../../test/sizedPng.ts';
import { bmp } from './bmp.ts';
import { Folder, onlySample } from './folder.ts';
import { tiff } from './tiff.ts';

const classes = { background: 0, lesion: 1 };
const picture = sharp({ create: { width: 3, height: 2, channels: 3, background: 'grey' } });
const grey = Uint8Array.of(1, 2, 3, 4, 5, 6);

/** What the data set says of the pixels of one image. */
async function told(name: string, content: Uint8Array, more: Record<string, unknown> = {}) {
  await using folder = await Folder.with({ [`images/${name}`]: content });
  const dataset = await folder.open({ classes, missingMask: 'empty', ...more });
  return (await onlySample(dataset)).pixelSize!;
}

const plain = encode({ width: 3, height: 2, data: grey, channels: 1, depth: 8 });

it('of PNG is a metre over the pixels that pHYs says', async () => {
  const { millimetres, said } = await told('a.png', sizedPng(plain, [2_000_000, 4_000_000]));
  // [height, width]: half a micrometre along x, a quarter along y.
  expect(millimetres).toEqual([0.00025, 0.0005]);
  expect(said).toBe('2000000 x 4000000 pixels per metre (pHYs)');
});

it('of BMP stands in its header, and is none where it is that of a screen', async () => {
  const sized = (x: number, y: number) => bmp(3, 2, [...grey], { density: [x, y] });
  expect(await told('a.bmp', sized(2_000_000, 4_000_000))).toEqual({
    millimetres: [0.00025, 0.0005],
    said: '2000000 x 4000000 pixels per metre (BMP)',
  });
  for (const pixels of [2834, 2835, 3779, 3780]) {
    const { millimetres, said } = await told('a.bmp', sized(pixels, pixels));
    expect(millimetres).toBeUndefined();
    expect(said).toMatch(/where they know no scale/);
  }
  for (const pixels of [0, -1]) {
    expect(await told('a.bmp', sized(pixels, pixels))).toEqual({ said: 'no pixel size' });
  }
});

it.each(['png', 'jpeg', 'tiff'] as const)(
  'of %s is read as another program wrote it',
  async (format) => {
    // 25,400 per inch are 1,000 per millimetre.
    const content = await picture.clone().withMetadata({ density: 25_400 })[format]().toBuffer();
    const { millimetres } = await told(`a.${format}`, content);
    expect(millimetres).toHaveLength(2);
    for (const length of millimetres!) expect(length).toBeCloseTo(0.001, 6);
  },
);

it.each([72, 96])('of %d per inch is none, and the reason says so', async (density) => {
  for (const format of ['png', 'jpeg', 'tiff'] as const) {
    const content = await picture.clone().withMetadata({ density })[format]().toBuffer();
    const { millimetres, said } = await told(`a.${format}`, content);
    expect(millimetres).toBeUndefined();
    expect(said).toMatch(/where they know no scale/);
  }
});

it('of JPEG stands in JFIF, before EXIF', async () => {
  const exif = await picture.clone().withMetadata({ density: 25_400 }).jpeg().toBuffer();
  const jfif = (unit: number, x: number, y: number) => {
    const segment = Buffer.from('ffe000104a46494600010100000000000000', 'hex');
    segment[11] = unit;
    segment.writeUInt16BE(x, 12);
    segment.writeUInt16BE(y, 14);
    return Buffer.concat([exif.subarray(0, 2), segment, exif.subarray(2)]);
  };
  expect((await told('a.jpg', jfif(2, 20_000, 40_000))).millimetres).toEqual([0.00025, 0.0005]);
  const inches = (await told('a.jpg', jfif(1, 2540, 2540))).millimetres!;
  expect(inches[0]).toBeCloseTo(0.01, 9);
  // Its unit 0 is the shape of a pixel alone.
  expect((await told('a.jpg', jfif(0, 1, 1))).said).toMatch(/25400 x 25400 .*\(EXIF\)/);
});

it('of a camera is a density for prints', async () => {
  const content = await picture
    .clone()
    .withMetadata({ density: 300, exif: { IFD0: { Make: 'a maker' } } })
    .jpeg()
    .toBuffer();
  const { millimetres, said } = await told('a.jpg', content);
  expect(millimetres).toBeUndefined();
  expect(said).toBe('300 x 300 pixels per inch (EXIF), which a camera has written for prints');
});

it('of files that do not say is none', async () => {
  expect(await told('a.png', sizedPng(plain, [1, 1], 0))).toEqual({
    said: 'a density of 1 x 1 without a unit (pHYs)',
  });
  expect(await told('a.png', plain)).toEqual({ said: 'no pixel size' });
  expect(await told('a.tif', tiff(3, 2, grey))).toEqual({ said: 'no pixel size' });
  const unit = { density: [5, 5, 1] as const, resolutionUnit: 1 };
  expect(await told('a.tif', tiff(3, 2, grey, unit))).toEqual({
    said: 'a density of 5 x 5 without a unit (TIFF)',
  });
  // A damaged fraction is none.
  expect(await told('a.tif', tiff(3, 2, grey, { density: [5, 5, 0] }))).toEqual({
    said: 'no pixel size',
  });
});

it('of TIFF is by its unit', async () => {
  const inches = tiff(3, 2, grey, { density: [508_000, 254_000, 10], resolutionUnit: 2 });
  const { millimetres } = await told('a.tif', inches);
  expect(millimetres![0]).toBeCloseTo(0.001, 9);
  expect(millimetres![1]).toBeCloseTo(0.0005, 9);
  const centimetres = tiff(3, 2, grey, { density: [40_000, 40_000, 1], resolutionUnit: 3 });
  expect((await told('a.tif', centimetres)).millimetres).toEqual([0.00025, 0.00025]);
});

it.each(['micron', 'um', '\u00b5m', '\\u00B5m'])(
  'of ImageJ is by the unit %s of its description',
  async (unit) => {
    const content = tiff(3, 2, grey, {
      density: [4_000_000, 4_000_000, 1_000_000],
      resolutionUnit: 1,
      description: `ImageJ=1.53t\nunit=${unit}\nloop=false\n`,
    });
    const { millimetres, said } = await told('a.tif', content);
    expect(millimetres).toEqual([0.00025, 0.00025]);
    expect(said).toBe(`4 x 4 pixels per ${unit} (TIFF)`);
  },
);

it('of ImageJ may be one to the unit', async () => {
  const more = { density: [1, 1, 1] as const, resolutionUnit: 1 };
  const content = tiff(3, 2, grey, { ...more, description: 'ImageJ=1.53t\nunit=micron\n' });
  expect((await told('a.tif', content)).millimetres).toEqual([0.001, 0.001]);
});

it('of OME stands in its description, whatever else the file says', async () => {
  const ome = (attributes: string) =>
    tiff(3, 2, grey, {
      density: [72, 72, 1],
      description: `<?xml version="1.0"?><OME><Image><Pixels SizeX="3" ${attributes}/></Image></OME>`,
    });
  const [plain, named] = [
    await told('a.tif', ome('PhysicalSizeX="0.5" PhysicalSizeY="0.25"')),
    await told('a.tif', ome('PhysicalSizeX="500" PhysicalSizeXUnit="nm" PhysicalSizeY="1"')),
  ];
  expect(plain.millimetres).toEqual([0.00025, 0.0005]);
  expect(named.millimetres).toEqual([0.001, 0.0005]);
  expect((await told('a.tif', ome('PhysicalSizeX="0.5"'))).said).toMatch(/72 x 72 pixels per inch/);
  const unit = 'PhysicalSizeX="1" PhysicalSizeXUnit="pixel" PhysicalSizeY="1"';
  expect(await told('a.tif', ome(unit))).toEqual({ said: 'pixels of 1pixel x 1\u00b5m (OME)' });
});

it('is turned with the picture', async () => {
  const content = tiff(3, 2, grey, {
    orientation: 6,
    density: [10_000, 20_000, 1],
    resolutionUnit: 3,
  });
  expect((await told('a.tif', content)).millimetres).toEqual([0.0005, 0.001]);
  const turned = await told('a.tif', content, { orientation: 'upright' });
  expect(turned.millimetres).toEqual([0.001, 0.0005]);
});
