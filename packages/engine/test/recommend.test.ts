import { describe, expect, test } from 'vitest';
import { type Coarseness, coarsenessOf, withoutBudget } from '../src/recommendation/coarser.ts';
import { figuresAt, type TrainingFigures } from '../src/recommendation/figures.ts';
import { recommendedSettings } from '../src/recommendation/recommend.ts';
import { commentedManifest } from '../src/recommendation/recommendedManifest.ts';
import { logarithmicBins, quantileOf } from '../src/survey/quantiles.ts';

const figures: TrainingFigures = {
  space: 2,
  overlapping: false,
  images: 100,
  empty: 80,
  classes: [{ name: 'nodule', images: 20, share: 0.01, medianStructure: 30, smallStructure: 12 }],
  foregroundShare: 0.01,
  oneSize: true,
  medianSize: [64, 64],
  largestSize: [64, 64],
  brightness: 0.3,
  structureExtent: 9,
  structureReach: 9,
};

function settingsOf(change: Partial<TrainingFigures> = {}) {
  const settings = recommendedSettings({ ...figures, ...change });
  return Object.fromEntries(settings.map(({ path, value }) => [path, value]));
}

test('images that differ in brightness are brought to their own scale each', () => {
  expect(settingsOf({ brightness: 0.7 })['data.normalize']).toBe('image');
  expect(settingsOf({ brightness: 0.5 })['data.normalize']).toBeUndefined();
  expect(settingsOf({ brightness: 0.7, space: 3 })['data.normalize']).toBeUndefined();
});

test('every setting has a reason', () => {
  for (const { path, reason } of recommendedSettings(figures)) {
    expect(reason.length, path).toBeGreaterThan(5);
  }
});

test('mostly empty masks get a share of images with foreground, others come as they are', () => {
  expect(settingsOf()['sampler.with.foreground']).toMatchObject({ from: expect.any(Number) });
  expect(settingsOf({ empty: 10 })['sampler.with.foreground']).toBe('natural');
});

test('the share of images with foreground ends as in the data, with one in a batch at least', () => {
  const end = (empty: number) =>
    (settingsOf({ empty })['sampler.with.foreground'] as { to: number }).to;
  expect(end(60)).toBe(0.4);
  // Batches of 8.
  expect(end(97)).toBe(0.13);
});

test('small images of one size are trained on whole', () => {
  expect(settingsOf()['sampler.with.window']).toBeUndefined();
  expect(settingsOf()['sampler.with.centred']).toBeUndefined();
});

test('large images, and images of several sizes, get windows in multiples of 16', () => {
  const large = { medianSize: [500, 700], largestSize: [500, 700] };
  // 2 x 45 = 90 pixels, rounded up to 96.
  expect(
    settingsOf({ ...large, structureExtent: 45, structureReach: 45 })['sampler.with.window'],
  ).toEqual([96, 96]);
  // At least 64; an axis that is shorter than that gets its own extent, rounded up.
  const several = { oneSize: false, medianSize: [40, 90], largestSize: [41, 120] };
  expect(settingsOf(several)['sampler.with.window']).toEqual([48, 64]);
});

describe('a resolution without a budget', () => {
  const large: TrainingFigures = {
    ...figures,
    classes: [
      { name: 'crack', images: 20, share: 0.01, medianStructure: 9000, smallStructure: 800 },
    ],
    medianSize: [1500, 2000],
    largestSize: [1500, 2000],
    structureExtent: 200,
    structureReach: 200,
  };
  const candidates = [1, 3 / 4, 1 / 2, 1 / 3, 1 / 4, 1 / 6, 1 / 8];
  const chosen = (
    change: Partial<TrainingFigures> = {},
    keeps: (factor: number) => number = () => 1,
  ) =>
    withoutBudget(
      { ...large, ...change },
      candidates.map((factor): Coarseness => ({ factor, kept: keeps(factor) })),
    )?.factor;
  const median = (medianStructure: number) => ({
    classes: [...large.classes, { ...large.classes[0]!, name: 'pit', medianStructure }],
  });

  test('is the finest at which a window shows a structure and its surroundings', () => {
    // 2 x 200 pixels: 133 at a third, 100 at a quarter.
    expect(chosen()).toBe(1 / 4);
    expect(chosen({ structureExtent: 190, structureReach: 190, medianSize: [1400, 1500] })).toBe(
      1 / 3,
    );
  });

  test('is the finest at which whole images are quickly looked at', () => {
    // 750 x 1000 are more than 512 x 512, 500 x 667 too, 375 x 500 are not.
    expect(chosen({ structureExtent: 20, structureReach: 20 })).toBe(1 / 4);
    expect(chosen({ structureExtent: 20, structureReach: 20, medianSize: [900, 900] })).toBe(1 / 2);
  });

  test('keeps 95 % of the structures, and the median one of each class an outline', () => {
    expect(chosen({}, (factor) => (factor < 0.5 ? 0.94 : 0.95))).toBe(1 / 2);
    expect(chosen({}, (factor) => (factor < 1 ? 0.94 : 1))).toBeUndefined();
    // 500 pixels are 56 at a third, and 31 at a quarter; 199 are 50 at no half.
    expect(chosen(median(500))).toBe(1 / 3);
    expect(chosen(median(199))).toBeUndefined();
    // A class without a structure asks for nothing.
    expect(chosen(median(0))).toBe(1 / 4);
  });

  test('is not chosen for small images, volumes, or what has no structure', () => {
    expect(chosen({ medianSize: [256, 256] })).toBeUndefined();
    expect(chosen({ space: 3 })).toBeUndefined();
    expect(chosen({ classes: [{ ...large.classes[0]!, medianStructure: 0 }] })).toBeUndefined();
    expect(
      chosen({ medianSize: [400, 500], structureExtent: 60, structureReach: 60 }),
    ).toBeUndefined();
  });

  test('stands in the manifest with its figures, and what follows it is of that size', () => {
    const settings = recommendedSettings(figuresAt(large, 1 / 4), {
      coarser: { factor: 1 / 4, kept: 0.97, own: large },
    });
    const of = (path: string) => settings.find((one) => one.path === path);
    expect(of('data.resolution')).toMatchObject({
      value: 0.25,
      reason: expect.stringMatching(
        /up to 1500 x 2000, and 375 x 500 there; .* 200 pixels long, and 50 there.*97 % of the structures/,
      ),
    });
    // 2 x 50, rounded up to 112.
    expect(of('sampler.with.window')?.value).toEqual([112, 112]);
    expect(recommendedSettings(large).some(({ path }) => path === 'data.resolution')).toBe(false);
  });
});

test('of several classes, those that a batch shows nowhere are left out of the mean of Dice', () => {
  expect(settingsOf()['loss[1].with.empty']).toBe('smooth');
  const rare = { images: 20, share: 0.01, medianStructure: 30, smallStructure: 12 };
  const classes = ['crack', 'hole', 'fray'].map((name) => ({ name, ...rare }));
  expect(settingsOf({ classes })['loss[1].with.empty']).toBe('ignore');
  // Of which one is never there.
  const [first, second] = classes;
  const never = [first!, { ...second!, images: 0, share: 0 }];
  expect(settingsOf({ classes: never })['loss[1].with.empty']).toBe('smooth');
});

test('a set without any foreground gets no Dice and no share of foreground', () => {
  const settings = settingsOf({
    empty: 100,
    foregroundShare: 0,
    structureExtent: 0,
    structureReach: 0,
  });
  expect(Object.keys(settings).filter((path) => path.startsWith('loss[1]'))).toEqual([]);
  expect(settings['sampler.with.foreground']).toBe('natural');
});

test('which structures count is searched where there is any', () => {
  expect(settingsOf()['evaluate.minimumSize']).toBe('auto');
  expect(settingsOf()['evaluate.peak']).toBe('auto');
  expect(settingsOf()['evaluate.checkpoint']).toBe('last');
  expect(settingsOf({ empty: 100 })['evaluate.minimumSize']).toBeUndefined();
});

test('images are judged as a whole where there are enough of both kinds, in two dimensions', () => {
  const head = (change: Partial<TrainingFigures>) => settingsOf(change)['model.with.imageHead'];
  expect(head({})).toBe(0.5);
  expect(head({ empty: 9 })).toBeUndefined();
  expect(head({ empty: 91 })).toBeUndefined();
  const size = [64, 64, 64];
  expect(head({ space: 3, medianSize: size, largestSize: size })).toBeUndefined();
});

test('windows around thin structures are as large as what tells what they are', () => {
  const large = { largestSize: [256, 256], medianSize: [256, 256], structureExtent: 77 };
  const windowed = (structureReach: number) =>
    settingsOf({ ...large, structureReach })['sampler.with.window'];
  expect(windowed(77)).toEqual([128, 128]);
  expect(windowed(14)).toEqual([64, 64]);
});

test('images are seen mirrored in the end, in two dimensions', () => {
  const mirrored = (change: Partial<TrainingFigures>) => settingsOf(change)['evaluate.mirror'];
  expect(mirrored({})).toBe(true);
  expect(mirrored({ empty: 100 })).toBeUndefined();
  const size = [64, 64, 64];
  expect(mirrored({ space: 3, medianSize: size, largestSize: size })).toBeUndefined();
});

test('structures are copied where something is without them, in two dimensions', () => {
  const pasted = (change: Partial<TrainingFigures>) => settingsOf(change)['train.augment.paste'];
  expect(pasted({})).toEqual({ probability: 0.3 });
  expect(pasted({ empty: 0 })).toBeUndefined();
  expect(pasted({ empty: 0, largestSize: [500, 500], medianSize: [500, 500] })).toBeDefined();
  expect(pasted({ empty: 100 })).toBeUndefined();
  const size = [64, 64, 64];
  expect(pasted({ space: 3, medianSize: size, largestSize: size })).toBeUndefined();
});

test('images that are seen a hundred times are changed each time, in two dimensions', () => {
  const words = (change: Partial<TrainingFigures>) =>
    Object.keys(settingsOf(change))
      .filter((path) => path.startsWith('train.augment.'))
      .map((path) => path.slice('train.augment.'.length));
  // 1,500 steps are 116 epochs of 13 batches, or 60 of 25.
  const all = ['turn', 'scale', 'elastic', 'gamma', 'contrast', 'brightness', 'noise'];
  expect(words({})).toEqual(['paste', ...all]);
  expect(words({ images: 200 })).toEqual(['paste']);
  const size = [64, 64, 64];
  expect(words({ space: 3, medianSize: size, largestSize: size })).toEqual([]);
});

test('classes are balanced where one is in less than half as many images as another', () => {
  const [nodule] = figures.classes;
  const of = (...images: number[]) =>
    settingsOf({ classes: images.map((own, at) => ({ ...nodule!, name: `${at}`, images: own })) })[
      'sampler.with.classBalance'
    ];
  expect(of(20, 11)).toBeUndefined();
  expect(of(20, 9)).toBe('repeat-factor');
  // A class that no training image has cannot be drawn.
  expect(of(20, 0)).toBeUndefined();
});

test('a manifest has its comments above the settings and its lists with hyphens', () => {
  const text = commentedManifest(
    { name: 'set', seed: 3, data: { use: '@a/b', with: { root: '.', values: [0, 255] } } },
    [
      { path: 'loss[0].use', value: '@a/ce', reason: 'first' },
      { path: 'loss[0].weight', value: 0.5, reason: 'half' },
      { path: 'loss[1].use', value: '@a/dice', reason: 'second' },
      { path: 'train.epochs', value: 5, reason: 'long enough' },
    ],
    new Map([
      ['', 'A head.'],
      ['data.with.values', 'seen'],
    ]),
  );
  expect(text).toBe(`# A head.
name: set
seed: 3
data:
  use: "@a/b"
  with:
    root: "."
    # seen
    values: [0, 255]
loss:
  # first
  - use: "@a/ce"
    # half
    weight: 0.5
  # second
  - use: "@a/dice"
train:
  # long enough
  epochs: 5
`);
});

test('quantiles are values that exist, bins end at powers of two', () => {
  expect(quantileOf([1, 2, 3, 10], 0.5)).toBe(3);
  expect(quantileOf([7], 0.9)).toBe(7);
  expect(logarithmicBins([0, 1, 3, 3, 9])).toEqual([
    { from: 1, to: 2, count: 1 },
    { from: 2, to: 4, count: 2 },
    { from: 4, to: 8, count: 0 },
    { from: 8, to: 16, count: 1 },
  ]);
});

test('at the resolution of the images masks lose nothing, coarser ones are of the class that loses the most', () => {
  const at = (factor: number, ...classes: readonly (readonly [number | null, number?])[]) => ({
    ...{ factor, size: [64, 64], pixels: factor ** 2 },
    classes: classes.map(([kept, dice], index) => ({
      ...{ name: `${index}`, kept },
      ...(dice !== undefined && { dice }),
    })),
  });
  const rows = [at(1, [0.8], [1], [null]), at(0.5, [0.4, 0.9], [1, 0.7], [null])];
  expect(coarsenessOf(rows)).toEqual([
    { factor: 1, kept: 1, dice: 1 },
    { factor: 0.5, kept: 0.5, dice: 0.7 },
  ]);
  expect(coarsenessOf([])).toEqual([{ factor: 1, kept: 1, dice: 1 }]);
});
