import { describe, expect, test } from 'vitest';
import { counts, epoch, epochs, type ImageFact, images, plan, structure } from './stock.ts';

const draws = (setting: object, list: readonly ImageFact[], count: number, space = 2) =>
  epochs(plan({ length: count / 4, ...setting }, list, { space }), 1).flat();

/**
 * Largest sum of (count - expected)^2 / expected over n equally likely places that is still believed.
 * Its mean is n - 1, its variance 2 (n - 1); five standard deviations above.
 */
const chiSquareBound = (places: number) => places - 1 + 5 * Math.sqrt(2 * (places - 1));

function chiSquare(values: readonly number[], places: readonly number[]): number {
  const seen = counts(values);
  const expected = values.length / places.length;
  expect(values.every((value) => places.includes(value))).toBe(true);
  return places.reduce(
    (sum, place) => sum + ((seen.get(place) ?? 0) - expected) ** 2 / expected,
    0,
  );
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('windows', () => {
  test('lie inside the image, everywhere equally often', () => {
    // A window of 5 in 16 has 12 places, one of 8 has 9.
    const origins = draws({ window: [5, 8] }, images(1, 3), 2400).map(
      ({ window }) => window!.origin,
    );
    for (const [axis, last] of [
      [0, 11],
      [1, 8],
    ] as const) {
      const places = range(0, last);
      const values = origins.map((origin) => origin[axis]!);
      expect(chiSquare(values, places)).toBeLessThan(chiSquareBound(places.length));
    }
  });

  test.each([0, 1])('hold all of an image that is smaller, centred share %s', (centred) => {
    const list = [{ id: 'f0', size: [3, 16], structures: [structure([1, 8])] }];
    for (const { window } of draws({ window: [8, 8], centred }, list, 400)) {
      expect(window!.size).toEqual([8, 8]);
      expect(window!.origin[0]!).toBeLessThanOrEqual(0);
      expect(window!.origin[0]! + 8).toBeGreaterThanOrEqual(3);
    }
  });

  test('of images of several sizes share one size', () => {
    const list = [
      { id: 'e0', size: [20, 9] },
      { id: 'e1', size: [7, 31] },
    ];
    for (const { window } of draws({ window: [8, 8] }, list, 40)) {
      expect(window!.size).toEqual([8, 8]);
    }
  });

  test('are announced, so that a model can refuse them', () => {
    expect(plan({ window: [8, 8] }, images(1, 1)).sampler.window).toEqual([8, 8]);
    expect('window' in plan({}, images(1, 1)).sampler).toBe(false);
  });

  test('have three extents in volumes', () => {
    const list = [{ id: 'f0', size: [9, 16, 12], structures: [structure([8, 0, 11])] }];
    for (const { window } of draws({ window: [4, 6, 8], centred: 1 }, list, 80, 3)) {
      [8, 0, 11].forEach((centre, axis) => {
        expect(centre - window!.origin[axis]!).toBeGreaterThanOrEqual(0);
        expect(centre - window!.origin[axis]!).toBeLessThan([4, 6, 8][axis]!);
      });
    }
  });
});

describe('windows around a structure', () => {
  test.each([
    { where: 'in the corner', centre: [0, 0] },
    { where: 'at the far edge', centre: [7, 15] },
    { where: 'in the middle', centre: [8, 8] },
  ])('show a structure $where at every position equally often', ({ centre }) => {
    const list = [{ id: 'f0', structures: [structure(centre)] }];
    const drawn = draws({ window: [6, 9], centred: 1 }, list, 2400);
    [6, 9].forEach((extent, axis) => {
      const positions = drawn.map(({ window }) => centre[axis]! - window!.origin[axis]!);
      const places = range(0, extent - 1);
      expect(chiSquare(positions, places)).toBeLessThan(chiSquareBound(extent));
    });
  });

  test('take classes equally often, then structures of the class equally often', () => {
    // Class 1 has one structure, class 2 has three: shares 1/2 and 1/6 of 2400 windows. Centres are
    // 100 apart, so that a window of 4 shows which one it was laid around. Standard deviations are
    // sqrt(2400 x 1/2 x 1/2) = 24.5 and sqrt(2400 x 1/6 x 5/6) = 18.3; five of them: 122 and 91.
    const list = [
      {
        id: 'f0',
        size: [4, 400],
        structures: [
          structure([1, 50], 1),
          structure([1, 150], 2),
          structure([1, 250], 2),
          structure([1, 350], 2),
        ],
      },
    ];
    const drawn = draws({ window: [4, 4], centred: 1 }, list, 2400);
    const seen = counts(drawn.map(({ window }) => Math.floor(window!.origin[1]! / 100)));
    expect(Math.abs(seen.get(0)! - 1200)).toBeLessThan(122);
    for (const index of [1, 2, 3]) expect(Math.abs(seen.get(index)! - 400)).toBeLessThan(91);
  });

  test('are the share that is asked for', () => {
    // In an image of 1000 pixels a window of 4 shows pixel 500 by chance with probability 4 / 997.
    // Expected of 2000: 2000 x (0.25 + 0.75 x 4 / 997) = 506; standard deviation
    // sqrt(2000 x 0.253 x 0.747) = 19.4; five of them: 97.
    const list = [{ id: 'f0', size: [4, 1000], structures: [structure([1, 500])] }];
    const shown = draws({ window: [4, 4], centred: 0.25 }, list, 2000).filter(
      ({ window }) => window!.origin[1]! <= 500 && window!.origin[1]! + 4 > 500,
    );
    expect(Math.abs(shown.length - 506)).toBeLessThan(97);
  });

  test('are a share that changes over the epochs', () => {
    // All windows of epoch 0 show the structure, of epoch 2 those that do by chance: 4 / 997 of 400.
    const list = [{ id: 'f0', size: [4, 1000], structures: [structure([1, 500])] }];
    const centred = { from: 1, to: 0, epochs: 2 };
    const planned = plan({ window: [4, 4], centred, length: 100 }, list);
    const shown = [0, 1, 2].map(
      (index) =>
        epoch(planned, index)
          .flat()
          .filter(({ window }) => window!.origin[1]! <= 500 && window!.origin[1]! + 4 > 500).length,
    );
    expect(shown[0]).toBe(400);
    // 400 x (0.5 + 0.5 x 4 / 997) = 201; five standard deviations of sqrt(400 / 4) = 10.
    expect(Math.abs(shown[1]! - 201)).toBeLessThan(50);
    expect(shown[2]).toBeLessThan(10);
  });

  test('are those that atLeast guarantees, whatever the share', () => {
    const list = images(6, 10).map((image) =>
      image.structures ? { ...image, size: [200, 200], structures: [structure([199, 3])] } : image,
    );
    const planned = plan({ window: [8, 8], atLeast: 2 }, list);
    for (const batch of epochs(planned, 20)) {
      const showing = batch.filter(
        ({ id, window }) =>
          id.startsWith('f') && window!.origin[0]! + 8 > 199 && window!.origin[1]! <= 3,
      );
      expect(showing.length).toBeGreaterThanOrEqual(2);
    }
  });
});
