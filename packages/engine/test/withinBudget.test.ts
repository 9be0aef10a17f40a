import { describe, expect, test } from 'vitest';
import type { Coarseness } from '../src/recommendation/coarser.ts';
import type { TrainingFigures } from '../src/recommendation/figures.ts';
import { recommendedSettings } from '../src/recommendation/recommend.ts';
import type { Candidate } from '../src/recommendation/rehearse.ts';
import { stepsWithin } from '../src/recommendation/shape.ts';
import type { Start } from '../src/recommendation/start.ts';
import type { Within } from '../src/recommendation/within.ts';
import { withinBudget } from '../src/recommendation/withinBudget.ts';

const figures: TrainingFigures = {
  space: 2,
  overlapping: false,
  images: 100,
  empty: 80,
  classes: [{ name: 'crack', images: 20, share: 0.01, medianStructure: 400, smallStructure: 100 }],
  foregroundShare: 0.01,
  oneSize: true,
  medianSize: [512, 512],
  largestSize: [512, 512],
  brightness: 0.3,
  structureExtent: 40,
  structureReach: 40,
};

/** A machine on which a pixel of a step, and of an image, takes so long with 8 filters; four that are one, as long. */
async function chosen(
  seconds: number,
  microseconds: number,
  resolutions: readonly Coarseness[] = [
    { factor: 1, kept: 1 },
    { factor: 0.5, kept: 1 },
    { factor: 0.25, kept: 0.5 },
  ],
  counted: TrainingFigures = figures,
  start?: Start,
) {
  const asked: Candidate[] = [];
  const area = (size: readonly number[]) => size.reduce((all, extent) => all * extent, 1);
  const within = await withinBudget({
    budget: `${seconds}s`,
    seconds,
    figures: counted,
    resolutions,
    validationImages: 50,
    around: 0,
    start,
    rehearse: async (candidate) => {
      asked.push(candidate);
      const pixel = microseconds * 1e-6 * (candidate.filters / 8 / candidate.patch) ** 2;
      return {
        step: pixel * area(candidate.seen) * candidate.batch,
        image: (pixel * area(candidate.image)) / 3,
      };
    },
  });
  return { within, asked };
}

test('much time gives wide networks at the resolution of the images', async () => {
  const { within } = await chosen(36_000, 1);
  expect(within).toMatchObject({ filters: 32, resolution: 1 });
});

test('windows that do not hold a structure with its surroundings are not taken, however cheap they are', async () => {
  const large = { ...figures, structureExtent: 100, structureReach: 100 };
  // At their own resolution 128 x 128 of 512 x 512 are seen, and structures are 100 long.
  const { within, asked } = await chosen(36_000, 1, undefined, large);
  expect(within.resolution).toBe(0.5);
  const [reason] = recommendedSettings(within.figures, { within }).flatMap((one) =>
    one.path === 'data.resolution' ? one.reason : [],
  );
  expect(reason).toContain('hardly hold a structure');
  expect(reason).not.toContain('are not enough');
  expect(asked.every(({ image }) => image[0] === 256)).toBe(true);
  // Where no resolution shows one, the coarsest that keeps the structures does it best.
  const { within: nearest } = await chosen(36_000, 1, undefined, {
    ...large,
    structureExtent: 400,
    structureReach: 400,
  });
  expect(nearest.resolution).toBe(0.5);
  // What is as long and thin looks like itself in each part.
  const { within: thin } = await chosen(36_000, 1, undefined, { ...large, structureReach: 20 });
  expect(thin.resolution).toBe(1);
  const start = { encoder: 'efficientnet-lite0', file: 'encoder.safetensors' };
  const { within: started } = await chosen(36_000, 1, undefined, large, start);
  expect(started.resolution).toBe(1);
});

test('little time gives a coarser resolution that keeps the structures, and none that does not', async () => {
  // A pass over 50 images of 512 x 512 takes 6.6 s at 1.5 us a pixel, and two are more than a fifth of 60 s.
  const { within, asked } = await chosen(60, 1.5);
  expect(within).toMatchObject({ filters: 8, resolution: 0.5 });
  expect(asked.map(({ image }) => image[0])).toEqual([512, 256]);
  expect(within.figures.classes[0]!.medianStructure).toBe(100);
});

test('what is chosen stands in the settings with its figures', async () => {
  const { within } = await chosen(60, 1.5);
  const settings = recommendedSettings(within.figures, { within });
  const of = (path: string) => settings.find((one) => one.path === path);
  expect(of('data.resolution')).toMatchObject({
    value: 0.5,
    reason: expect.stringMatching(/100 %/),
  });
  expect(of('train.budget')?.value).toBe('60s');
  const epochs = of('train.epochs')?.value as number;
  // 100 images in batches of 8: 13 steps, which would be over in less than two seconds.
  const laps = Math.ceil(2 / (13 * within.costs.step));
  const lengthOf = (steps: number) =>
    recommendedSettings(within.figures, { within: { ...within, steps } }).find(
      ({ path }) => path === 'sampler.with.length',
    )?.value;
  expect(laps).toBeGreaterThan(2);
  expect(lengthOf(13 * 20 * laps)).toBe(13 * laps);
  // Twenty epochs are left.
  expect(lengthOf(13 * 20 * laps - 1)).toBe(13 * (laps - 1));
  expect(lengthOf(13 * 39)).toBeUndefined();
  const perEpoch = lengthOf(within.steps) as number;
  expect(of('sampler.with.length')?.value).toBe(perEpoch);
  expect(Math.abs(epochs * perEpoch - within.steps)).toBeLessThanOrEqual(perEpoch);
  const free = recommendedSettings(figures).map(({ path }) => path);
  expect(free).not.toContain('train.budget');
  expect(free).not.toContain('sampler.with.length');
  const slow = { ...within, costs: { ...within.costs, step: 0.2 } };
  const longer = recommendedSettings(within.figures, { within: slow });
  expect(longer.map(({ path }) => path)).not.toContain('sampler.with.length');
});

test('coarser images of several sizes are brought to one, where a window would show half of them', async () => {
  const half = [
    { factor: 1, kept: 1 },
    { factor: 0.5, kept: 1 },
  ];
  const several = { ...figures, oneSize: false, medianSize: [200, 300], largestSize: [260, 400] };
  const windowed = async (structureExtent: number) => {
    const { within, asked } = await chosen(60, 10, half, {
      ...several,
      structureExtent,
      structureReach: structureExtent,
    });
    expect(within.resolution).toBe(0.5);
    const settings = recommendedSettings(within.figures, { within });
    const of = (path: string) => settings.find((one) => one.path === path)?.value;
    return {
      seen: asked.at(-1)!.seen,
      fit: of('data.resolution'),
      window: of('sampler.with.window'),
    };
  };
  // Windows of 112 x 112 in images of 100 x 150, and of 64 x 64.
  expect(await windowed(100)).toEqual({
    seen: [112, 160],
    fit: { fit: [112, 160] },
    window: undefined,
  });
  expect(await windowed(40)).toEqual({ seen: [64, 64], fit: 0.5, window: [64, 64] });
});

test('a longer budget goes into steps as well as into width', () => {
  expect(stepsWithin(60, undefined)).toBe(1500);
  expect(stepsWithin(300, undefined)).toBe(1500);
  expect(stepsWithin(1200, undefined)).toBe(3000);
});

test('the widest network must leave them', async () => {
  const { within } = await chosen(1200, 2);
  // A network of 16 filters takes four times as long: it would have 1,500 steps, but not 3,000.
  expect(within.steps / 4).toBeGreaterThan(1500);
  expect(within.steps / 4).toBeLessThan(3000);
  expect(within.filters).toBe(8);
  expect((await chosen(1200, 1.3)).within.filters).toBe(16);
});

test('published weights need fewer steps, and come with their encoder and rates', async () => {
  const start = { encoder: 'efficientnet-lite0', file: 'encoder.safetensors' };
  // 300 steps of 8 x 64 x 64 at 100 us a pixel are 983 s; 1500 would be over an hour.
  const resolutions = [{ factor: 1, kept: 1 }];
  const { within, asked } = await chosen(3_000, 100, resolutions, figures, start);
  expect(asked[0]).toMatchObject({ encoder: 'efficientnet-lite0', depth: 5 });
  expect(asked.every(({ seen }) => seen.every((extent) => extent % 32 === 0))).toBe(true);
  const values = new Map(
    recommendedSettings(within.figures, { within, start }).map(({ path, value }) => [path, value]),
  );
  expect(values.get('model.with.encoder')).toBe('efficientnet-lite0');
  expect(values.get('model.weights')).toBe('encoder.safetensors');
  expect(values.get('train.optimizer.learningRate')).toBe(0.001);
  expect(values.get('train.optimizer.groups')).toEqual([
    { match: 'encoder', learningRate: 0.0003 },
  ]);
  expect(recommendedSettings(figures).some(({ path }) => path === 'model.weights')).toBe(false);
});

test('images are seen mirrored in the end where a tenth of the time is enough for the looks', async () => {
  const { within } = await chosen(3600, 1);
  const mirrored = (seconds: number) => {
    const last = { ...within.last, mirrored: seconds };
    return recommendedSettings(within.figures, { within: { ...within, last } }).find(
      ({ path }) => path === 'evaluate.mirror',
    );
  };
  expect(mirrored(350)).toMatchObject({ value: true, reason: expect.stringContaining('350 s') });
  expect(mirrored(370)).toBeUndefined();
});

test('what the search has seen is not looked at again for the scoring, as far as there is room', async () => {
  const { within } = await chosen(3600, 1);
  // 50 images of 512 x 512 and two classes; the last epoch's look, and one or four of the search.
  const look = within.costs.image * 50;
  expect(within.last.plain).toBeCloseTo(2 * look);
  expect(within.last.mirrored).toBeCloseTo(5 * look);
  const large = { ...figures, medianSize: [2048, 2048], largestSize: [2048, 2048] };
  const { within: short } = await chosen(36_000, 1, [{ factor: 1, kept: 1 }], large);
  // 1.7 GB of logits, of which there is room for 32 % at most.
  const looks = short.last.plain / (short.costs.image * 50);
  expect(looks).toBeGreaterThan(2.67);
  expect(looks).toBeLessThanOrEqual(3);
});

describe('a grid', () => {
  const whole = { ...figures, medianSize: [192, 192], largestSize: [192, 192] };
  /** In 300 s about 250 steps, 1000 and 4000; of pixels taken two by two four times as many. */
  const at = async (clear: number, blurred: number, seconds = 300, counted = whole) => {
    const resolutions = [
      { factor: 1, kept: 1, dice: 1 },
      { factor: 0.5, kept: 1, dice: clear },
      { factor: 0.25, kept: 1, dice: blurred },
    ];
    return await chosen(seconds, 3.15, resolutions, counted);
  };
  const reasonOf = (within: Within, path: string) =>
    recommendedSettings(within.figures, { within }).find((one) => one.path === path)?.reason;

  test('that is fine is worth many steps, and the first ones more than any', async () => {
    // 830 steps are more than half of enough; two by two 3300 would be left.
    const { within: own } = await at(0.8, 0.6, 1000);
    expect(own).toMatchObject({ resolution: 1, patch: 1, spared: { resolution: 1, patch: 2 } });
    expect(reasonOf(own, 'model.with.patch')).toBeUndefined();
    expect(reasonOf(own, 'model.with.filters')).toMatch(
      /a Dice of about 0\.88 at their own sides by a network that takes pixels two by two, which would leave 3\d+ steps/,
    );
    // Nothing is learnt in 250 steps of single pixels, and little is lost by taking them together.
    const { within: together, asked } = await at(0.9, 0.8);
    expect(together).toMatchObject({ resolution: 1, patch: 2 });
    expect(together.drawn).toBeCloseTo(0.94);
    expect(asked.map(({ patch, depth }) => [patch, depth]).slice(0, 2)).toEqual([
      [1, 4],
      [2, 3],
    ]);
    expect(reasonOf(together, 'model.with.patch')).toContain('a Dice of about 0.94');
    expect(reasonOf(together, 'model.with.depth')).toContain('still has 12 pixels');
    // Several classes take more steps.
    const [crack] = figures.classes;
    const classes = ['a', 'b', 'c', 'd'].map((name) => ({ ...crack!, name }));
    const { within: several } = await at(0.95, 0.9, 300, { ...whole, classes });
    expect(several).toMatchObject({ resolution: 0.5, patch: 2 });
  });

  test('that is coarse is taken where little is lost to it, or little learnt of the fine ones', async () => {
    expect((await at(0.99, 0.98)).within).toMatchObject({ resolution: 0.5, patch: 2 });
    // 25 steps, 100 and 400.
    expect((await at(0.9, 0.85, 40)).within).toMatchObject({ resolution: 0.5, patch: 2 });
  });

  test('is never seen two by two in volumes, from published weights, or where nobody knows what that loses', async () => {
    const patches = ({ asked }: Awaited<ReturnType<typeof chosen>>) =>
      new Set(asked.map(({ patch }) => patch));
    const resolutions = [
      { factor: 1, kept: 1, dice: 1 },
      { factor: 0.5, kept: 1, dice: 0.9 },
    ];
    expect(patches(await chosen(60, 3, resolutions, whole))).toEqual(new Set([1, 2]));
    const start = { encoder: 'efficientnet-lite0', file: 'encoder.safetensors' };
    expect(patches(await chosen(60, 3, resolutions, whole, start))).toEqual(new Set([1]));
    expect(patches(await chosen(60, 3, [{ factor: 1, kept: 1 }], whole))).toEqual(new Set([1]));
    const volume = { ...whole, space: 3 as const };
    expect(patches(await chosen(60, 3, resolutions, volume))).toEqual(new Set([1]));
  });
});

test('where validation leaves no time, no grid is worth it pixel by pixel', async () => {
  const resolutions = [
    { factor: 1, kept: 1, dice: 1 },
    { factor: 0.5, kept: 1, dice: 0.6 },
  ];
  const { within } = await chosen(60, 1.5, resolutions);
  // Two by two it does.
  expect(within).toMatchObject({ resolution: 1, patch: 2 });
});
