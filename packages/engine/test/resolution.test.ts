import { IGNORE, type Sample } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { decide } from '../src/judging/decide.ts';
import { SampleReader } from '../src/reading/sampleReader.ts';
import { lostStructures, ownStructures, seenStructures } from '../src/resolution/lostStructures.ts';
import { resample } from '../src/resolution/resample.ts';
import { resizeLabels } from '../src/resolution/resizeLabels.ts';
import { resizeSample } from '../src/resolution/resizeSample.ts';
import { seenSize } from '../src/resolution/seenSize.ts';

describe('the size that the network sees', () => {
  test.each([
    [undefined, [100, 201]],
    [0.5, [50, 101]],
    [{ longest: 64 }, [32, 64]],
    [{ shortest: 50 }, [50, 101]],
    [{ fit: [64, 64] as [number, number] }, [32, 64]],
    [{ fit: [32, 512] as [number, number] }, [32, 64]],
    [0.001, [1, 1]],
  ])('of 100 x 201 at %j is %j', (resolution, size) => {
    expect(seenSize({ id: 'a', size: [100, 201] }, resolution)).toEqual(size);
  });

  const sized = (millimetres: number[] | undefined) => ({
    id: 'a',
    size: [100, 201],
    pixelSize: { said: 'so', ...(millimetres && { millimetres }) },
  });

  test('follows from what a pixel measures, along each side', () => {
    const to = { pixelSize: '0.5um' };
    expect(seenSize(sized([0.00025, 0.00025]), to)).toEqual([50, 101]);
    expect(seenSize(sized([0.0005, 0.0005]), to)).toEqual([100, 201]);
    expect(seenSize(sized([0.001, 0.001]), to)).toEqual([200, 402]);
    expect(seenSize(sized([0.0005, 0.001]), to)).toEqual([100, 402]);
    // What a data set vouches for comes before what a file says.
    expect(seenSize({ ...sized([1, 1]), spacing: [0.001, 0.001] }, to)).toEqual([200, 402]);
    expect(seenSize(sized(undefined), to, { spacing: [0.001, 0.001] })).toEqual([200, 402]);
  });

  test('is refused where the file does not say what a pixel measures, or nothing that can be', () => {
    const to = { pixelSize: '0.5um' };
    expect(() => seenSize(sized(undefined), to)).toThrow(
      expect.objectContaining({
        code: 'RAREMASK_PIXELS_NOT_SIZED',
        message: expect.stringMatching(/data \(a\).*Got: so\./s),
      }),
    );
    expect(() => seenSize({ id: 'a', size: [9, 9] }, to)).toThrow(/tells no size of pixels/);
    // 300 per inch of a printer: 0.0847 mm.
    expect(() => seenSize(sized([0.0847, 0.0847]), to)).toThrow(
      expect.objectContaining({
        code: 'RAREMASK_PIXELS_ODDLY_SIZED',
        message: expect.stringMatching(/84\.7um x 84\.7um.*100 x 201 would become 16900 x 34000/s),
      }),
    );
    expect(() => seenSize(sized([0.00001, 0.00001]), to)).toThrow(/would become 2 x 4\.02/);
  });
});

// torch 2.15, float64: F.interpolate(x, size, mode='bilinear', antialias=True, align_corners=False) of
// x[i] = (37 i mod 11) / 2.
const PEER: readonly [number[], number[], number[]][] = [
  [
    [5, 7],
    [3, 3],
    [2.494898, 2.155462, 2.591837, 2.388889, 2.473856, 2.972222, 2.270408, 2.617647, 2.030612],
  ],
  [
    [3, 4],
    [7, 9],
    [
      0.0, 0.333333, 1.222222, 2.111111, 3.0, 3.888889, 2.638889, 1.083333, 0.5, 0.357143, 0.690476,
      1.579365, 2.424603, 2.964286, 3.503968, 2.515873, 1.309524, 0.857143, 1.428571, 1.761905,
      2.650794, 3.365079, 2.857143, 2.349206, 2.146825, 1.988095, 1.928571, 2.5, 2.833333, 3.722222,
      4.305556, 2.75, 1.194444, 1.777778, 2.666667, 3.0, 3.571429, 3.511905, 3.353175, 3.150794,
      2.642857, 2.134921, 1.93254, 1.77381, 1.714286, 4.642857, 4.190476, 2.984127, 1.996032,
      2.535714, 3.075397, 2.087302, 0.880952, 0.428571, 5.0, 4.416667, 2.861111, 1.611111, 2.5,
      3.388889, 2.138889, 0.583333, 0.0,
    ],
  ],
  [
    [6, 6],
    [4, 9],
    [
      0.375, 1.375, 2.708333, 4.041667, 2.625, 1.208333, 2.541667, 2.84375, 2.8125, 1.777778,
      2.777778, 3.5, 2.388889, 2.194444, 2.509259, 3.435185, 2.222222, 0.777778, 3.222222, 3.305556,
      3.111111, 2.0, 2.722222, 3.240741, 1.314815, 1.527778, 2.222222, 4.625, 2.875, 1.458333,
      2.791667, 2.40625, 1.677083, 1.635417, 2.625, 3.625,
    ],
  ],
  [
    [8, 5],
    [8, 2],
    [1.75, 2.0, 2.75, 3.25, 1.75, 2.25, 3.0, 3.25, 2.0, 2.25, 2.25, 2.5, 3.0, 1.5, 2.25, 2.75],
  ],
];

describe('images', () => {
  test.each(PEER)('on %j brought to %j are those of PyTorch', (from, to, expected) => {
    const values = Float64Array.from(
      { length: from[0]! * from[1]! },
      (_, at) => ((at * 37) % 11) / 2,
    );
    const two = Float64Array.from({ length: 2 * values.length }, (_, at) =>
      at % 2 === 0 ? values[at >> 1]! : 1,
    );
    const result = resample(two, from, to, 2);
    for (const [at, value] of expected.entries()) {
      expect(result[2 * at]).toBeCloseTo(value, 5);
      expect(result[2 * at + 1]).toBeCloseTo(1, 6);
    }
    expect(result).toHaveLength(2 * expected.length);
  });
});

const exclusive = { overlapping: false, classes: { length: 3 } };
const overlapping = { overlapping: true, classes: { length: 2 } };

describe('labels', () => {
  test('get the class that covers most of a pixel, and foreground where it covers half', () => {
    // prettier-ignore
    const labels = Uint8Array.from([
      1, 1, 0, 0, 2, 2, 1, 0, 0, 2, 1, 1, 0, 0, 0, 0, 9, 9, 1, 0, 1, 1, 9, 9,
    ]).map((label) => (label === 9 ? IGNORE : label));
    expect([...resizeLabels(labels, [4, 6], [2, 3], exclusive)]).toEqual([1, 0, 1, 0, 1, IGNORE]);
  });

  test('of grids that do not divide one another count parts of pixels', () => {
    // Each pixel of the seen grid covers one and a half: 1 and half of 0, half of 0 and 2.
    expect([...resizeLabels(Uint8Array.from([1, 0, 2]), [1, 3], [1, 2], exclusive)]).toEqual([
      1, 2,
    ]);
    expect([...resizeLabels(Uint8Array.from([0, 1, 0]), [1, 3], [1, 2], exclusive)]).toEqual([
      0, 0,
    ]);
  });

  test('on a finer grid are those of the pixel below', () => {
    const labels = Uint8Array.from([1, 0, 0, 2]);
    expect([...resizeLabels(labels, [2, 2], [4, 4], exclusive)]).toEqual([
      ...[1, 1, 0, 0],
      ...[1, 1, 0, 0],
      ...[0, 0, 2, 2],
      ...[0, 0, 2, 2],
    ]);
  });

  test('of overlapping classes are there where they cover half of what is judged', () => {
    // prettier-ignore
    const labels = Uint8Array.from([
      1,
      0,
      1,
      1,
      IGNORE,
      IGNORE,
      1,
      0,
      0,
      0,
      0,
      0,
      IGNORE,
      0,
      IGNORE,
      1,
    ]);
    expect([...resizeLabels(labels, [2, 4], [1, 2], overlapping)]).toEqual([1, 0, IGNORE, IGNORE]);
  });

  test('structures that no pixel shows any more are counted by class', () => {
    // prettier-ignore
    const labels = Uint8Array.from([
      1, 0, 0, 0, 2, 2, 0, 0, 0, 0, 2, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1,
    ]);
    const seen = resizeLabels(labels, [4, 6], [2, 3], exclusive);
    expect([...seen]).toEqual([0, 0, 2, 0, 0, 1]);
    expect(lostStructures(labels, [4, 6], seen, [2, 3], exclusive)).toEqual([0, 1, 1]);
    expect(lostStructures(labels, [4, 6], labels, [4, 6], exclusive)).toEqual([0, 0, 0]);
    // The square of class 2 lies under two pixels of the seen grid, of which one shows it.
    const own = ownStructures(labels, [4, 6], exclusive);
    expect(seenStructures(own, [4, 6], seen, [2, 3], exclusive)).toEqual([
      [],
      [
        { pixels: 1, seen: 0 },
        { pixels: 2, seen: 1 },
      ],
      [
        { pixels: 4, seen: 1 },
        { pixels: 1, seen: 0 },
      ],
    ]);
  });
});

describe('a sample', () => {
  const facts = {
    space: 2 as const,
    channels: 1,
    overlapping: false,
    classes: [
      { name: 'background', value: 0 },
      { name: 'dot', value: 1 },
    ],
  };
  const sample = (dot: number): Sample => ({
    id: 'a',
    size: [4, 4],
    image: Uint8Array.from({ length: 16 }, (_, at) => at),
    labels: Uint8Array.from({ length: 16 }, (_, at) => (at === 5 || at < dot ? 1 : 0)),
  });

  test('is seen with image and labels on the same grid', () => {
    const seen = resizeSample(sample(2), 0.5, facts);
    expect(seen.size).toEqual([2, 2]);
    expect([...seen.labels!]).toEqual([1, 0, 0, 0]);
    expect(seen.image).toHaveLength(4);
    expect(seen.emptied).toBeUndefined();
  });

  test('says that all of its foreground is lost', () => {
    expect(resizeSample(sample(0), 0.5, facts)).toMatchObject({ emptied: true });
  });

  test('is left alone at its own size', () => {
    const own = sample(2);
    expect(resizeSample(own, undefined, facts)).toBe(own);
    expect(resizeSample(own, { longest: 4 } as never, facts)).toBe(own);
  });
});

describe('what is read for the network', () => {
  const facts = {
    space: 2 as const,
    channels: 1,
    overlapping: false,
    classes: [
      { name: 'background', value: 0 },
      { name: 'spot', value: 1 },
    ],
  };
  /** Twice as wide as high; the left half is bright, and the spot. */
  const read = async (id: string): Promise<Sample> => {
    const left = Uint8Array.from({ length: 8 * 16 }, (_, at) => (at % 16 < 8 ? 1 : 0));
    return { id, size: [8, 16], image: left.map((one) => 100 * one), labels: left };
  };
  const reader = (fit: [number, number]) =>
    new SampleReader(
      { read },
      {
        facts,
        normalization: { kind: 'none' },
        resolution: { fit },
        pixelWeights: [1, 1],
        seed: 0,
        multipleOf: [2, 2],
      },
      { take: (length) => new Float32Array(length) },
    );

  test('fits into the extents that are named, and nothing counts in what is left over', async () => {
    const { size, images, target, weight } = await reader([10, 8]).batch(0, 0, [{ id: 'a' }]);
    // Half the size, 4 x 8; six rows are left over.
    expect(size).toEqual([10, 8]);
    const row = [...Array<number>(4).fill(1), ...Array<number>(4).fill(0)];
    for (let y = 0; y < 10; y++) {
      const seen = y < 4;
      expect([...weight.slice(y * 8, (y + 1) * 8)]).toEqual(Array(8).fill(seen ? 1 : 0));
      const spot = [...target].filter((_, at) => at % 2 === 1).slice(y * 8, (y + 1) * 8);
      expect(spot).toEqual(seen ? row : Array(8).fill(0));
      expect(images[y * 8]).toBe(seen ? 100 : 0);
    }
  });

  test('is a whole image at that size, beside the sample at its own', async () => {
    const whole = await reader([10, 8]).whole('a');
    expect(whole).toMatchObject({ seen: [4, 8], padded: [10, 8] });
    expect(whole.sample.size).toEqual([8, 16]);
    expect(whole.images).toHaveLength(80);
  });

  test('is counted as it is seen, with how much of the image stands behind a pixel', async () => {
    expect(await reader([10, 8]).survey('a')).toMatchObject({
      size: [4, 8],
      classPixels: [16, 16],
      pixelsPerSeen: 4,
      lost: [0, 0],
    });
  });
});

describe('what is predicted', () => {
  const sizes = [
    [21, 13],
    [37, 64],
    [101, 50],
  ];
  const factors = [0.4, 0.5, 0.75, 1, 1.5, 1.7, 2.3];
  const cases = sizes.flatMap((size) => factors.map((factor) => ({ size, factor })));

  test.each(cases)('of $size at $factor comes back where it was', ({ size, factor }) => {
    const [height, width] = size as [number, number];
    // The middle third of the rows, and the right half of the columns.
    const inside = (y: number, x: number) =>
      y >= height / 3 && y < (2 * height) / 3 && x >= width / 2;
    const labels = Uint8Array.from({ length: height * width }, (_, at) =>
      inside(Math.floor(at / width), at % width) ? 1 : 0,
    );
    const seen = seenSize({ id: 'a', size }, factor);
    // A network takes multiples of eight.
    const padded = seen.map((extent) => 8 * Math.ceil(extent / 8));
    for (const overlapping of [false, true]) {
      const names = overlapping ? ['dot', 'spot'] : ['background', 'dot'];
      const facts = {
        ...{ space: 2 as const, channels: 1, overlapping },
        classes: names.map((name, value) => ({ name, value })),
      };
      const depth = overlapping ? 2 : 1;
      const truth = overlapping
        ? Uint8Array.from({ length: 2 * labels.length }, (_, at) =>
            at % 2 === 0 ? labels[at >> 1]! : 0,
          )
        : labels;
      const asSeen = resizeLabels(truth, size, seen, facts);
      const logits = new Float32Array(padded[0]! * padded[1]! * 2).fill(9);
      for (let y = 0; y < seen[0]!; y++) {
        for (let x = 0; x < seen[1]!; x++) {
          for (let index = 0; index < 2; index++) {
            const label = asSeen[(y * seen[1]! + x) * depth + (overlapping ? index : 0)]!;
            const isThere = overlapping ? label === 1 : label === index;
            logits[(y * padded[1]! + x) * 2 + index] = isThere ? 9 : -9;
          }
        }
      }
      const rule = { threshold: 0.5, minimumSizes: [0, 0], peaks: [0, 0] } as never;
      const { predicted, probabilities } = decide(facts, logits, { padded, seen, size }, rule);
      expect(probabilities).toHaveLength(height * width * 2);
      expect(predicted).toHaveLength(height * width * depth);
      // An edge is off by half a pixel of the coarser grid at most, and by what rounding moves it.
      const reach = 0.5 + 1 / Math.min(factor, 1);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const near = [y, x].map((at, axis) => {
            const edges = axis === 0 ? [height / 3, (2 * height) / 3] : [width / 2];
            return Math.min(...edges.map((edge) => Math.abs(at + 0.5 - edge)));
          });
          if (Math.min(...near) <= reach) continue;
          const got = predicted[(y * width + x) * depth];
          expect(got, `${y}, ${x}`).toBe(inside(y, x) ? 1 : 0);
        }
      }
    }
  });
});
