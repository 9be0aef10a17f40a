import { describe, expect, test } from 'vitest';
import { counts, epoch, epochs, type ImageFact, plan, structure } from './stock.ts';

/** Images with one structure of each of their classes, which lie 100 apart; `empty` ones without. */
function classed(classes: readonly (readonly number[])[], empty = 0): ImageFact[] {
  return [
    ...classes.map((own, index) => ({
      id: `f${index}`,
      size: [4, 400],
      structures: own.map((one) => structure([1, 100 * one - 50], one)),
    })),
    ...Array.from({ length: empty }, (_, index) => ({ id: `e${index}`, size: [4, 400] })),
  ];
}

const idsOf = (batches: readonly (readonly { readonly id: string }[])[]) =>
  batches.flat().map(({ id }) => id);

/** 18 images of class 1 alone, f18 with classes 1 and 2, f19 with class 3 alone. */
const rare = classed([...Array.from({ length: 18 }, () => [1]), [1, 2], [3]], 20);

describe('a draw by repeat factors', () => {
  test('shows images of rare classes more often, by the root of threshold / frequency', () => {
    // Class 1 has 19 of 20 images, factor 1; classes 2 and 3 have 1 of 20: sqrt(0.5 / 0.05) = 3.162.
    // An epoch has ceil(18 + 2 x 3.162) = 25 draws of images with foreground, of 45 in 12 batches of 4.
    const planned = plan({ classBalance: 'repeat-factor' }, rare);
    expect(planned.batches(0)).toBe(12);
    const seen = counts(idsOf(epochs(planned, 100)));
    // 12 x 4 x 25 / 45 = 26.67 draws an epoch, by weights of 24.32 in all: 106.7 laps, in each of which
    // f18 comes 3.25 times, 3 or 4: a standard deviation of sqrt(106.7 x 0.25 x 0.75) = 4.5. Five: 22.
    const weight = 2666.7 / (18 + 2 * Math.sqrt(10));
    for (const id of ['f18', 'f19']) {
      expect(Math.abs(seen.get(id)! - weight * Math.sqrt(10))).toBeLessThan(22);
    }
    for (const id of ['f0', 'f17']) expect(Math.abs(seen.get(id)! - weight)).toBeLessThan(22);
  });

  test('with a lower threshold repeats less, and never draws an image less than once a lap', () => {
    // sqrt(0.2 / 0.05) = 2: a lap has 18 + 2 x 2 = 22 draws.
    const setting = {
      classBalance: 'repeat-factor',
      repeatThreshold: 0.2,
      foreground: 1,
      length: 22,
    };
    const seen = counts(idsOf(epoch(plan(setting, rare, { batch: 1 }))));
    expect(Object.fromEntries(seen)).toEqual({
      ...Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`f${index}`, 1])),
      f18: 2,
      f19: 2,
    });
  });

  test('leaves the share of images with foreground alone', () => {
    const setting = { classBalance: 'repeat-factor', foreground: 0.25 };
    for (const batch of epochs(plan(setting, rare, { batch: 8 }), 3)) {
      expect(batch.filter(({ id }) => id.startsWith('f'))).toHaveLength(2);
    }
  });
});

describe('a draw by inverse frequency', () => {
  test('shows each class equally often', () => {
    // Weights 1/19 x 18, 1/19 + 1, 1: in all 3, and 3 classes. f19 has a third of 2000 draws, which are
    // 100 laps with 6 or 7 of them: a standard deviation of sqrt(100 x 2/3 x 1/3) = 4.7. Five: 24.
    const setting = { classBalance: 'inverse-frequency', foreground: 1, length: 500 };
    const seen = counts(idsOf(epoch(plan(setting, rare))));
    expect(Math.abs(seen.get('f19')! - 2000 / 3)).toBeLessThan(24);
    expect(Math.abs(seen.get('f18')! - (2000 / 3) * (1 + 1 / 19))).toBeLessThan(24);
    expect(Math.abs(seen.get('f0')! - 2000 / 3 / 19)).toBeLessThan(24);
  });

  test('lays windows around each class equally often', () => {
    // f18 has class 1 with 1/19 against class 2 with 1: each class gets 2000 / 3 windows. Standard
    // deviation of those of f18 around class 1: sqrt(702 x 0.05 x 0.95) = 5.8; five of them: 29.
    const setting = {
      classBalance: 'inverse-frequency',
      foreground: 1,
      length: 500,
      window: [4, 4],
      centred: 1,
    };
    const draws = epoch(plan(setting, rare)).flat();
    const seen = counts(draws.map(({ window }) => Math.floor(window!.origin[1]! / 100)));
    for (const index of [0, 1, 2]) {
      expect(Math.abs(seen.get(index)! - 2000 / 3)).toBeLessThan(34);
    }
  });

  test('puts an image twice into a batch where its share is that large, and spreads it out', () => {
    // A third of 4 images: one in each batch of 4, or two; none where laps meet.
    const setting = { classBalance: 'inverse-frequency', foreground: 1, length: 200 };
    const perBatch = epoch(plan(setting, rare)).map(
      (batch) => batch.filter(({ id }) => id === 'f19').length,
    );
    expect(Math.max(...perBatch)).toBe(2);
    expect(perBatch.filter((count) => count === 0).length).toBeLessThan(10);
  });

  test('gives way to images that have to differ', () => {
    const setting = { classBalance: 'inverse-frequency', atLeast: 4, foreground: 1, length: 50 };
    for (const batch of epochs(plan(setting, rare), 2)) {
      expect(new Set(batch.map(({ id }) => id)).size).toBe(4);
    }
  });
});
