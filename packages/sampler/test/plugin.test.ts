import { isRaremaskError, type RaremaskError } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { describe, expect, test } from 'vitest';
import sampler from '../src/index.ts';
import { options } from '../src/options.ts';
import { type ImageFact, images, plan, surveyOf } from './stock.ts';

function errorOf(run: () => unknown): RaremaskError {
  try {
    run();
  } catch (error) {
    if (isRaremaskError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what the images do not allow', () => {
  const cases: {
    what: string;
    setting: object;
    list: ImageFact[];
    code: string;
    says: string[];
    space?: number;
  }[] = [
    {
      what: 'no image at all',
      setting: {},
      list: [],
      code: 'NO_IMAGES',
      says: ['data.split'],
    },
    ...[
      { foreground: 0.5 },
      { atLeast: 1 },
      { window: [4, 4], centred: 0.5 },
      { emptyImages: 0 },
      { emptyImages: 'leave-out' },
      { emptyImages: { from: 0.5, to: 0, epochs: 3 } },
      { classBalance: 'inverse-frequency' },
    ].map((setting) => ({
      what: `no foreground for ${JSON.stringify(setting)}`,
      setting,
      list: images(0, 7),
      code: 'NO_FOREGROUND',
      says: ['0 of 7 images'],
    })),
    {
      what: 'no empty image for a share',
      setting: { foreground: 0.5 },
      list: images(6, 0),
      code: 'NO_EMPTY_IMAGES',
      says: ['0 of 6 images'],
    },
    {
      what: 'no empty image that could be hard',
      setting: { hardNegatives: {} },
      list: images(6, 0),
      code: 'NO_EMPTY_IMAGES',
      says: ['hardNegatives', '0 of 6 images'],
    },
    {
      what: 'one class to balance',
      setting: { classBalance: 'repeat-factor' },
      list: images(6, 3),
      code: 'ONE_CLASS',
      says: ['at least 2', 'a in 6 images, b in 0 images, c in 0 images'],
    },
    {
      what: 'more guaranteed than a batch has',
      setting: { atLeast: 5 },
      list: images(9, 9),
      code: 'LEAST_ABOVE_BATCH',
      says: ['at most 4', 'Got: 5'],
    },
    {
      what: 'more guaranteed than there are',
      setting: { atLeast: 3 },
      list: images(2, 9),
      code: 'LEAST_ABOVE_IMAGES',
      says: ['2 of 11 images', 'Got: 3'],
    },
    {
      what: 'a share below what is guaranteed',
      setting: { atLeast: 2, foreground: 0.25 },
      list: images(5, 9),
      code: 'SHARE_BELOW_LEAST',
      says: ['at least 0.5', '1 of 4'],
    },
    {
      what: 'a changing share that ends below what is guaranteed',
      setting: { atLeast: 2, foreground: { from: 1, to: 0.25, epochs: 3 } },
      list: images(5, 9),
      code: 'SHARE_BELOW_LEAST',
      says: ['at least 0.5', '1 of 4'],
    },
    {
      what: 'a flat window in a volume',
      setting: { window: [4, 4] },
      list: images(5, 9),
      space: 3,
      code: 'WINDOW_RANK',
      says: ['[depth, height, width]', '[4, 4]'],
    },
    {
      what: 'whole images of two sizes',
      setting: {},
      list: [
        { id: 'small', size: [9, 12] },
        { id: 'same', size: [9, 12] },
        { id: 'large', size: [30, 12] },
      ],
      code: 'SIZES_DIFFER',
      says: ['small is 9 x 12', 'large is 30 x 12', 'sampler.with.window'],
    },
  ];

  test.each(cases)('is refused with the counts: $what', ({ setting, list, code, says, space }) => {
    const error = errorOf(() => plan(setting, list, { space: space ?? 2 }));
    expect(error.code).toBe(`RAREMASK_SAMPLER_${code}`);
    for (const words of says) expect(error.message).toContain(words);
  });

  test('whole images of two sizes are drawn one at a time', () => {
    const list = [
      { id: 'small', size: [9, 12] },
      { id: 'large', size: [30, 12] },
    ];
    expect(plan({}, list, { batch: 1 }).batches(0)).toBe(2);
  });
});

describe('options', () => {
  test('have the defaults of plain uniform sampling', () => {
    expect(options.parse({})).toEqual({
      foreground: 'natural',
      atLeast: 0,
      centred: 0,
      emptyImages: 'keep',
      length: 'natural',
    });
  });

  test.each([
    [{ centred: 0.5 }, 'centred'],
    [{ centred: 0.5, foreground: 0, window: [4, 4] }, 'centred'],
    [{ emptyImages: 0.5, foreground: 0.5 }, 'emptyImages'],
    [{ classBalance: 'repeat-factor', foreground: 0 }, 'classBalance'],
    [{ repeatThreshold: 0.1 }, 'repeatThreshold'],
    [{ repeatThreshold: 0.1, classBalance: 'inverse-frequency' }, 'repeatThreshold'],
    [{ repeatThreshold: 0, classBalance: 'repeat-factor' }, 'repeatThreshold'],
    [{ hardNegatives: { share: 0 } }, 'hardNegatives'],
    [{ hardNegatives: { share: 1 } }, 'hardNegatives'],
    [{ hardNegatives: {}, foreground: 1 }, 'hardNegatives'],
    [{ hardNegatives: {}, emptyImages: 'leave-out' }, 'hardNegatives'],
    [{ centred: { from: 0, to: 0.5, epochs: 3 } }, 'centred'],
    [{ emptyImages: { from: 0.5, to: 0.5, epochs: 3 } }, 'emptyImages'],
    [{ foreground: 1.5 }, 'foreground'],
    [{ foreground: { from: 0.5, to: 0.5, epochs: 3 } }, 'foreground'],
    [{ window: [4] }, 'window'],
    [{ window: [4, 0] }, 'window'],
    [{ length: 0 }, 'length'],
    [{ atLeast: -1 }, 'atLeast'],
  ])('are refused where they have no effect or no meaning: %o', (given, path) => {
    const result = options.safeParse(given);
    expect(result.error?.issues.map((issue) => issue.path[0])).toEqual([path]);
  });

  test('that nobody knows are refused', () => {
    expect(options.safeParse({ balanced: true }).success).toBe(false);
  });

  test('all say what they mean', () => {
    const schema = options['~standard'].jsonSchema.input({ target: 'draft-07' });
    const properties = Object.entries(
      schema.properties as Record<string, { description?: string }>,
    );
    expect(properties).toHaveLength(9);
    for (const [, { description }] of properties) expect(description).toBeTruthy();
  });
});

test.each([
  [{ foreground: 0.5 }, '4 batches of 8 an epoch, 4'],
  [
    { foreground: { from: 0.75, to: 0.5, epochs: 10 } },
    '4 batches of 8 an epoch, 6, after 10 epochs 4,',
  ],
  // 3 of 3 + 1 images in the first epoch, 3 of 3 + 29 from the sixth on.
  [
    { emptyImages: { from: 1 / 29, to: 1, epochs: 5 } },
    '1 batches of 8 an epoch, after 5 epochs 4, 6, after 5 epochs 0.75,',
  ],
])('the plugin says what its batches will hold: %o', async (setting, says) => {
  const lines: string[] = [];
  const product = await sampler.create(options.parse(setting), {
    survey: async () => surveyOf(images(3, 29)),
    rng: createRandom(0),
    batchSize: 8,
    facts: { space: 2, channels: 1, classes: [], overlapping: false },
    log: { info: (line) => lines.push(line), warn: (line) => lines.push(line) },
  });
  expect([...product.batches(0)]).toHaveLength(Number(says[0]));
  expect(lines).toEqual([
    `${says} images with foreground in each on average (3 of 32 images have foreground)`,
  ]);
});
