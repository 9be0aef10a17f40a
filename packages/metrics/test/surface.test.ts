import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import hausdorffScore from '../src/plugins/hausdorff.ts';
import surfaceDice from '../src/plugins/surfaceDice.ts';
import surfaceDistance from '../src/plugins/surfaceDistance.ts';
import volumeDifference from '../src/plugins/volumeDifference.ts';
import { squaredDistances } from '../src/surface/distanceMap.ts';
import {
  averageDistance,
  hausdorff,
  nearBoth,
  surfaceDistances,
} from '../src/surface/surfaceDistances.ts';

interface Case {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly predicted: string;
  readonly truth: string;
  readonly hd95: number;
  readonly hd: number;
  readonly assd: number;
  readonly nsd: number;
  /** MONAI 1.6.1, in float32: compute_hausdorff_distance, compute_average_surface_distance (symmetric), compute_surface_dice. */
  readonly monai: Readonly<Record<'hd95' | 'hd' | 'assd' | 'nsd', number>>;
}

/**
 * scipy 1.17.1: surfaces by binary_erosion (faces, border 0), distances by distance_transform_edt with
 * sampling; hd95 and hd the larger one of np.percentile of both directions, assd the mean of both together, nsd
 * the share of both within 1.5.
 */
const CASES = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'surfaces.json'), 'utf8'),
) as readonly Case[];
const mask = (text: string) => Uint8Array.from(text, Number);

function expectDistances(
  { predicted, truth, size, spacing }: Case,
  { hd95, hd, assd, nsd }: Case['monai'],
  digits: number,
): void {
  const masks = { predicted: mask(predicted), truth: mask(truth), size, spacing };
  const distances = surfaceDistances(masks)!;
  expect(hausdorff(distances, 95)).toBeCloseTo(hd95, digits);
  expect(hausdorff(distances, 100)).toBeCloseTo(hd, digits);
  expect(averageDistance(distances)).toBeCloseTo(assd, digits);
  const all = distances.predicted.length + distances.truth.length;
  expect(nearBoth(distances, 1.5) / all).toBeCloseTo(nsd, digits);
}

test.each(CASES)('distances of $size with spacing $spacing are those of scipy', (one) => {
  expectDistances(one, one, 9);
});

test.each(CASES)('distances of $size with spacing $spacing are those that MONAI prints', (one) => {
  expectDistances(one, one.monai, 6);
});

test('a distance is that of the nearest pixel, whichever it is', () => {
  const [height, width] = [5, 7];
  const set = new Uint8Array(height * width);
  for (const at of [3, 15, 33]) set[at] = 1;
  const spacing = [2, 0.5];
  const found = squaredDistances(set, [height, width], spacing);
  for (let at = 0; at < set.length; at++) {
    const nearest = [3, 15, 33].map((to) => {
      const rows = (Math.floor(at / width) - Math.floor(to / width)) * spacing[0]!;
      const columns = ((at % width) - (to % width)) * spacing[1]!;
      return rows ** 2 + columns ** 2;
    });
    expect(found[at]).toBeCloseTo(Math.min(...nearest), 9);
  }
  expect(squaredDistances(new Uint8Array(4), [2, 2], [1, 1])).toEqual(
    new Float64Array(4).fill(Number.POSITIVE_INFINITY),
  );
});

const NONE = '000000';
const region = (truth: string, predicted: string) => {
  const masks = { predicted: mask(predicted), truth: mask(truth), size: [1, 6] };
  const counts = { pixels: 6, hits: 0, misses: 0, alarms: 0 };
  const structures = { structures: 0, structuresFound: 0, falseStructures: 0 };
  const about = { id: 'x', className: null, scored: new Uint8Array(6).fill(1) };
  return { ...masks, ...counts, ...structures, ...about };
};

test('an image without a surface on either side has no distance, and by surface Dice scores 0 or is left out', async () => {
  const services = {} as never;
  const [far, mean] = [
    await hausdorffScore.create({ percentile: 95 }, services),
    await surfaceDistance.create({}, services),
  ];
  const near = await surfaceDice.create({ tolerance: 1 }, services);
  for (const score of [far, mean]) {
    expect(score.measure(region('110000', NONE))).toEqual({ distance: null });
    expect(score.measure(region(NONE, '110000'))).toEqual({ distance: null });
    expect(score.measure(region(NONE, NONE))).toEqual({ distance: null });
    // Surfaces are two pixels each, and the masks one apart.
    expect(score.measure(region('110000', '110000'))).toEqual({ distance: 0 });
  }
  expect(far.measure(region('100000', '000100'))).toEqual({ distance: 3 });
  expect(near.measure(region('110000', NONE))).toEqual({ near: 0 });
  expect(near.measure(region(NONE, '110000'))).toEqual({ near: 0 });
  expect(near.measure(region(NONE, NONE))).toEqual({ near: null });
  expect(near.measure(region('100000', '010000'))).toEqual({ near: 1 });
  expect(near.measure(region('100000', '001000'))).toEqual({ near: 0 });
});

test('a volume is compared with that of the truth, wherever it lies', async () => {
  const services = {} as never;
  const share = await volumeDifference.create({ relative: true }, services);
  expect(share.measure(region('110000', '001110'))).toEqual({ difference: 50 });
  expect(share.measure(region('110000', NONE))).toEqual({ difference: 100 });
  expect(share.measure(region(NONE, '110000'))).toEqual({ difference: null });
  const volume = await volumeDifference.create({ relative: false }, services);
  expect(volume.measure({ ...region(NONE, '110000'), spacing: [2, 0.5] })).toEqual({
    difference: 2,
  });
  expect(volume.measure(region('110000', '100000'))).toEqual({ difference: 1 });
});
