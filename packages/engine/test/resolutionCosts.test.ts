import { RaremaskError } from '@raremask/core';
import { expect, test } from 'vitest';
import { withCosts } from '../src/inspection/resolutionCosts.ts';

const resolution = (factor: number) => ({
  factor,
  size: [2000 * factor, 1000 * factor],
  pixels: factor ** 2,
  classes: [],
});
const resolutions = [1, 1 / 2, 1 / 4].map(resolution);

/** A machine on which a pixel takes so many microseconds. */
function machine(microseconds: number, memory = Number.POSITIVE_INFINITY) {
  const asked: string[] = [];
  const seconds = (what: string) => async (batch: number, size: readonly number[]) => {
    asked.push(`${what} ${batch} x ${size.join(' x ')}`);
    const pixels = batch * size.reduce((all, extent) => all * extent, 1);
    if (pixels > memory) {
      throw new RaremaskError({
        ...{ code: 'RAREMASK_STEP_MEMORY', category: 'environment', where: 'a step' },
        ...{ what: 'there is not enough memory', remedy: 'make it smaller' },
      });
    }
    return pixels * microseconds * 1e-6;
  };
  const [step, image] = [seconds('step'), seconds('image')];
  return { asked, step, image: (size: readonly number[]) => image(1, size) };
}

const costs = async (
  own: ReturnType<typeof machine>,
  window: readonly number[] | null,
  batch = 2,
) => (await withCosts(resolutions, { window, batch }, own)).map(({ cost }) => cost!);

test('whole images are timed at each resolution, the coarsest first', async () => {
  const own = machine(1);
  // Two images of 2000 x 1000 pixels at a microsecond; a look at more than 2^20 is derived.
  expect(await costs(own, null)).toEqual([
    { step: { seconds: 4, timed: true }, image: { seconds: 2, timed: false } },
    { step: { seconds: 1, timed: true }, image: { seconds: 0.5, timed: true } },
    { step: { seconds: 0.25, timed: true }, image: { seconds: 0.125, timed: true } },
  ]);
  expect(own.asked).toEqual([
    'step 2 x 500 x 250',
    'image 1 x 500 x 250',
    'step 2 x 1000 x 500',
    'image 1 x 1000 x 500',
    'step 2 x 2000 x 1000',
  ]);
});

test('what would take more than ten seconds is derived by the pixels', async () => {
  const own = machine(10);
  const steps = (await costs(own, null)).map(({ step }) => step);
  expect(steps).toEqual([
    { seconds: 40, timed: false },
    { seconds: 10, timed: true },
    { seconds: 2.5, timed: true },
  ]);
  expect(own.asked).not.toContain('step 2 x 2000 x 1000');
});

test('a step on windows costs the same everywhere, and is timed once', async () => {
  const own = machine(1);
  const steps = (await costs(own, [100, 100], 8)).map(({ step }) => step);
  expect(steps).toEqual(Array(3).fill({ seconds: 0.08, timed: true }));
  expect(own.asked.filter((one) => one.startsWith('step'))).toEqual(['step 8 x 100 x 100']);
});

test('from where memory is short there is no cost', async () => {
  // 2 x 1000 x 500 are a million.
  const steps = (await costs(machine(1, 500_000), null)).map(({ step }) => step);
  expect(steps).toEqual([null, null, { seconds: 0.25, timed: true }]);
});

test('anything else that goes wrong is thrown', async () => {
  const own = { ...machine(1), step: () => Promise.reject(new Error('no GPU')) };
  await expect(costs(own, null)).rejects.toThrow('no GPU');
});
