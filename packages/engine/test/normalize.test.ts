import { type Facts, IGNORE, type Sample } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { IntensityCounts } from '../src/intensities/intensityCounts.ts';
import { MomentSums } from '../src/intensities/moments.ts';
import { type Normalization, normalizationOf } from '../src/intensities/normalize.ts';
import { Scales, scaled } from '../src/intensities/scale.ts';

const facts: Facts = {
  space: 2,
  channels: 2,
  classes: [
    { name: 'background', value: 0 },
    { name: 'a', value: 1 },
  ],
  overlapping: false,
};
type Rule = Parameters<typeof normalizationOf>[0];

const survey = { train: [], image: () => expect.unreachable('percentiles are no counted figures') };

/** One row of pixels; the second channel is ten times the first. */
function row(values: readonly number[], labels: readonly number[]): Sample {
  return {
    id: 'row',
    size: [1, values.length],
    image: Float32Array.from(values.flatMap((value) => [value, 10 * value])),
    labels: Uint8Array.from(labels),
  };
}

async function* samples(...all: readonly Sample[]): AsyncGenerator<Sample> {
  yield* all;
}

function scaleOf(normalization: Normalization) {
  const scales = new Scales(normalization, facts, {}, () => expect.unreachable('no volume'));
  return scales.of({ id: 'a', image: new Float32Array(2) });
}

function none(): AsyncIterable<Sample> {
  return expect.unreachable('a window needs no image');
}

describe('percentiles', () => {
  const rows = [row([1, 2, 3, 4, 100], [0, 1, 1, 0, 0]), row([5], [0])];
  const rule = { use: 'percentile', low: 0, high: 80, of: 'all' } as const;

  test('cut off, and mean and deviation are those of what is left', async () => {
    const fitted = await normalizationOf(rule, survey, facts, () => samples(...rows));
    // 1 2 3 4 5 100: percentile 80 is rank 4, 5. Cut: 1 2 3 4 5 5, mean 20 / 6, squares 80 / 6.
    const mean = 20 / 6;
    const deviation = Math.sqrt(80 / 6 - mean ** 2);
    expect(fitted).toEqual({
      kind: 'affine',
      low: [1, 10],
      high: [5, 50],
      mean: [expect.closeTo(mean, 9), expect.closeTo(10 * mean, 8)],
      deviation: [expect.closeTo(deviation, 9), expect.closeTo(10 * deviation, 8)],
    });
    const scale = await scaleOf(fitted);
    expect(scaled(scale, 100, 0)).toBeCloseTo((5 - mean) / deviation, 9);
    expect(scaled(scale, -7, 0)).toBeCloseTo((1 - mean) / deviation, 9);
    expect(scaled(scale, 30, 1)).toBeCloseTo((3 - mean) / deviation, 9);
  });

  test('of the foreground leave background and ignored pixels out', async () => {
    const ignored = row([7, 9], [IGNORE, 1]);
    const own = { ...rule, high: 100, of: 'foreground' } as const;
    const fitted = await normalizationOf(own, survey, facts, () => samples(...rows, ignored));
    // 2, 3 and 9.
    expect(fitted).toMatchObject({
      low: [2, 20],
      high: [9, 90],
      mean: [expect.closeTo(14 / 3, 9), expect.closeTo(140 / 3, 8)],
    });
  });

  test('of the foreground refuse a split without any', async () => {
    const own = { ...rule, of: 'foreground' } as const;
    await expect(normalizationOf(own, survey, facts, () => samples(row([1], [0])))).rejects.toThrow(
      'training split has none',
    );
  });

  test('of overlapping classes count a pixel of any class', async () => {
    const overlapping = { ...facts, channels: 1, overlapping: true };
    const one: Sample = {
      id: 'one',
      size: [1, 4],
      image: Float32Array.of(1, 2, 3, 4),
      labels: Uint8Array.of(0, 0, 1, 0, 1, 1, IGNORE, IGNORE),
    };
    const own = { ...rule, high: 100, of: 'foreground' } as const;
    const fitted = await normalizationOf(own, survey, overlapping, () => samples(one));
    expect(fitted).toMatchObject({ low: [2], high: [3] });
  });

  test('of a constant channel divide by 1', async () => {
    const fitted = await normalizationOf(rule, survey, facts, () => samples(row([3, 3], [0, 0])));
    expect(fitted).toMatchObject({ mean: [3, 30], deviation: [1, 1] });
  });
});

describe('a window of intensities', () => {
  test('is 0 at its lower end, 1 at its upper one, and cut off beyond', async () => {
    const rule = { use: 'window', level: [40, -600], width: 400 } satisfies Rule;
    const scale = await scaleOf(await normalizationOf(rule, survey, facts, none));
    expect([-1000, -160, 40, 240, 3000].map((value) => scaled(scale, value, 0))).toEqual([
      0, 0, 0.5, 1, 1,
    ]);
    expect([-800, -600, -400].map((value) => scaled(scale, value, 1))).toEqual([0, 0.5, 1]);
  });

  test('refuses a list of another length than the channels', async () => {
    const rule = { use: 'window', level: [40], width: 400 } satisfies Rule;
    await expect(normalizationOf(rule, survey, facts, none)).rejects.toThrow(
      /data\.normalize\.level.*2 numbers/s,
    );
  });
});

describe('counted intensities', () => {
  function counted(values: readonly number[]): IntensityCounts {
    const counts = new IntensityCounts();
    for (const value of values) counts.add(value);
    return counts;
  }

  test('have the percentiles between neighbours in proportion', () => {
    const counts = counted([4, -3, 0, 10]);
    // Ranks 0, 1.5, 3 of -3 0 4 10; 90 % is rank 2.7.
    expect(counts.percentile(0)).toBe(-3);
    expect(counts.percentile(50)).toBe(2);
    expect(counts.percentile(90)).toBeCloseTo(4 + 0.7 * 6, 12);
    expect(counts.percentile(100)).toBe(10);
  });

  test('are exact for whole numbers up to 4096, and within a part in 2048 beyond', () => {
    expect(counted([-4096, -4095, 4095]).percentile(50)).toBe(-4095);
    for (const value of [65535, -30001, 0.1234, -1e-6, 1e20]) {
      expect(Math.abs(counted([value]).percentile(50) / value - 1)).toBeLessThan(1 / 2048);
    }
  });

  test('count both zeros as one', () => {
    expect(counted([-0, 0, 0]).momentsBetween(-1, 1)).toEqual({ mean: 0, variance: 0 });
  });
});

describe('z-scores', () => {
  const slices = new Map([
    ['v/0', row([0, 2, 4], [0, 0, 0])],
    ['v/1', row([0, 6], [0, 0])],
    ['w/0', row([0, 0], [0, 0])],
  ]);
  const dataset = {
    ids: [...slices.keys(), 'v/broken', 'alone'],
    group: (id: string) => (id === 'alone' ? undefined : id[0]),
  };
  const scalesOf = async (of: 'image' | 'volume', zeros: 'count' | 'leave', space: 2 | 3 = 2) => {
    const normalization = await normalizationOf({ use: 'zscore', of, zeros }, survey, facts, none);
    const reads: string[] = [];
    const scales = new Scales(normalization, { space, channels: 2 }, dataset, async (id) => {
      reads.push(id);
      const found = slices.get(id);
      if (found === undefined) throw new Error('cut off');
      return found;
    });
    const seen = async (id: string, pixel: number, channel = 0) => {
      const { image } = slices.get(id) ?? row([1, 3], [0, 0]);
      return scaled(await scales.of({ id, image }), image[2 * pixel + channel]!, channel);
    };
    return { seen, reads };
  };

  test('of a volume are those of all of its slices that can be read, each read once', async () => {
    const { seen, reads } = await scalesOf('volume', 'count');
    // 0 2 4 0 6: mean 12 / 5, mean square 56 / 5.
    const deviation = Math.sqrt(56 / 5 - (12 / 5) ** 2);
    expect(await seen('v/0', 1)).toBeCloseTo((2 - 2.4) / deviation, 9);
    expect(await seen('v/1', 1)).toBeCloseTo((6 - 2.4) / deviation, 9);
    // Ten times as much in the second channel is the same.
    expect(await seen('v/1', 1, 1)).toBeCloseTo((6 - 2.4) / deviation, 9);
    expect(reads).toEqual(['v/0', 'v/1', 'v/broken']);
  });

  test('may leave zeros out, which stay 0', async () => {
    const { seen } = await scalesOf('volume', 'leave');
    // 2 4 6: mean 4, variance 8 / 3.
    expect(await seen('v/0', 0)).toBe(0);
    expect(await seen('v/0', 1)).toBeCloseTo(-2 / Math.sqrt(8 / 3), 9);
    expect(await seen('v/1', 1)).toBeCloseTo(2 / Math.sqrt(8 / 3), 9);
    expect(await seen('w/0', 1)).toBe(0);
  });

  test('of an image are its own', async () => {
    const { seen, reads } = await scalesOf('image', 'leave');
    expect(await seen('v/0', 2)).toBeCloseTo(1, 9);
    expect(reads).toEqual([]);
  });

  test('of a volume are refused for an image of no group, and its own for a volume of none', async () => {
    const { seen } = await scalesOf('volume', 'count');
    await expect(seen('alone', 0)).rejects.toMatchObject({ code: 'RAREMASK_NORMALIZE_NO_VOLUME' });
    const whole = await scalesOf('volume', 'count', 3);
    expect(await whole.seen('alone', 1)).toBeCloseTo(1, 9);
  });
});

describe('sums of intensities', () => {
  // Zeros among them, in each of three channels.
  const values = Array.from({ length: 33 }, (_, at) => (at % 5 === 0 ? 0 : ((at * 7) % 11) - 3));

  test.each([1, 2, 3])(
    'of %i channels have each pixel once, with zeros and without',
    (channels) => {
      for (const pixels of [1, 2, 5, 10, 11]) {
        const image = Float32Array.from(values.slice(0, pixels * channels));
        for (const zeros of [true, false]) {
          const sums = new MomentSums(channels, zeros);
          sums.add(image);
          sums.add(image);
          const moments = Array.from({ length: channels }, (_, channel) => {
            const own = [...image].filter((_value, at) => at % channels === channel);
            const counted = own.filter((value) => zeros || value !== 0);
            const meanOf = (all: readonly number[]) =>
              all.reduce((sum, value) => sum + value, 0) / Math.max(all.length, 1);
            return {
              mean: expect.closeTo(meanOf(counted), 12),
              meanSquare: expect.closeTo(meanOf(counted.map((value) => value ** 2)), 12),
            };
          });
          expect(sums.moments()).toEqual(moments);
        }
      }
    },
  );
});
