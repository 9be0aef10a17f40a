import { describe, expect, test } from 'vitest';
import { Deck } from '../src/deck.ts';
import { counts, epoch, epochs, images, plan, withForeground } from './stock.ts';

const ids = (batches: readonly (readonly { readonly id: string }[])[]) =>
  batches.flat().map(({ id }) => id);

describe('natural draws', () => {
  test('show every image exactly once an epoch, the last batch smaller', () => {
    const list = images(3, 8);
    for (const index of [0, 1, 7]) {
      const batches = epoch(plan({}, list), index);
      expect(batches.map((batch) => batch.length)).toEqual([4, 4, 3]);
      expect(ids(batches).sort()).toEqual(list.map(({ id }) => id).sort());
    }
  });

  test('come in another order every epoch', () => {
    const planned = plan({}, images(3, 8));
    expect(ids(epoch(planned, 0))).not.toEqual(ids(epoch(planned, 1)));
  });

  test('put an image into each place equally often', () => {
    // 600 epochs of 6 images: an image is first in 600 / 6 = 100 of them on average, with a standard
    // deviation of sqrt(600 x 1/6 x 5/6) = 9.1. Five of those: 46.
    const planned = plan({}, images(2, 4));
    const first = Array.from({ length: 600 }, (_, index) => epoch(planned, index)[0]![0]!.id);
    for (const count of counts(first).values()) expect(Math.abs(count - 100)).toBeLessThan(46);
  });

  test('of a fixed length go on in the next epoch where they stopped', () => {
    // 6 images, 2 batches of 3 images each would be one lap; 1 batch an epoch needs two epochs for it.
    const planned = plan({ length: 1 }, images(2, 4), { batch: 3 });
    expect(counts(ids(epochs(planned, 4)))).toEqual(
      new Map(['f0', 'f1', 'e0', 'e1', 'e2', 'e3'].map((id) => [id, 2])),
    );
  });

  test('of a fixed length have full batches only, without an image twice in one', () => {
    const planned = plan({ length: 7 }, images(2, 3), { batch: 4 });
    for (const batch of epochs(planned, 5)) {
      expect(new Set(batch.map(({ id }) => id)).size).toBe(4);
    }
  });
});

describe('a share of images with foreground', () => {
  test('is met in every batch where it is a whole number of images', () => {
    const planned = plan({ foreground: 0.5 }, images(3, 21), { batch: 8 });
    expect(planned.batches(0)).toBe(3);
    for (const batch of epochs(planned, 5)) {
      expect(batch.length).toBe(8);
      expect(withForeground(batch)).toBe(4);
    }
  });

  test('is met over batches, by the whole numbers beside it, where it is not', () => {
    // 0.3 x 8 = 2.4 images a batch; 10 batches have 24.
    const planned = plan({ foreground: 0.3, length: 5 }, images(4, 20), { batch: 8 });
    const batches = epochs(planned, 2).map(withForeground);
    expect(new Set(batches)).toEqual(new Set([2, 3]));
    expect(batches.reduce((sum, count) => sum + count)).toBe(24);
  });

  test('can be all or nothing', () => {
    expect(epoch(plan({ foreground: 1 }, images(5, 9))).map(withForeground)).toEqual([4, 4, 4, 4]);
    expect(epoch(plan({ foreground: 0 }, images(5, 3))).map(withForeground)).toEqual([0, 0]);
  });

  test('shows both kinds without replacement, lap after lap, over epochs', () => {
    // An epoch has 3 batches with 2 + 2 images: 6 draws of 4 images with foreground, 6 of 9 empty
    // ones. After 6 epochs each has been drawn 36 / 4 = 9 and 36 / 9 = 4 times.
    const planned = plan({ foreground: 0.5, length: 3 }, images(4, 9));
    for (const [id, count] of counts(ids(epochs(planned, 6)))) {
      expect(Math.abs(count - (id.startsWith('f') ? 9 : 4))).toBeLessThanOrEqual(1);
    }
  });

  test('repeats an image in a batch only where there are too few', () => {
    const enough = plan({ foreground: 0.5, length: 9 }, images(5, 5), { batch: 8 });
    for (const batch of epochs(enough, 3)) expect(new Set(batch.map(({ id }) => id)).size).toBe(8);
    const few = plan({ foreground: 0.5, length: 9 }, images(3, 5), { batch: 8 });
    for (const batch of epochs(few, 3)) expect(new Set(batch.map(({ id }) => id)).size).toBe(7);
  });
});

describe('a share that changes over the epochs', () => {
  const changing = { foreground: { from: 0.75, to: 0.25, epochs: 4 }, length: 4 };

  test('goes linearly from the first to the second and stays there', () => {
    // 0.75, 0.625, 0.5, 0.375, 0.25, 0.25 of 4 x 8 images
    const planned = plan(changing, images(7, 30), { batch: 8 });
    const totals = [0, 1, 2, 3, 4, 5].map((index) =>
      epoch(planned, index)
        .map(withForeground)
        .reduce((sum, count) => sum + count),
    );
    expect(totals).toEqual([24, 20, 16, 12, 8, 8]);
    expect(planned.foregroundInBatch(2)).toBe(4);
  });

  test('goes along a cosine, slow at both ends', () => {
    // 0.8 + (0.2 - 0.8) (1 - cos(pi e / 4)) / 2 of 8 images: (1 - cos(pi / 4)) / 2 = 0.1464
    const foreground = { from: 0.8, to: 0.2, epochs: 4, schedule: 'cosine' };
    const planned = plan({ foreground, length: 4 }, images(7, 30), { batch: 8 });
    for (const [index, share] of [
      0.8,
      0.8 - 0.6 * 0.1464,
      0.5,
      0.2 + 0.6 * 0.1464,
      0.2,
      0.2,
    ].entries()) {
      expect(planned.foregroundInBatch(index)).toBeCloseTo(8 * share, 3);
    }
    const drawn = [0, 2, 4].map((index) =>
      epoch(planned, index)
        .map(withForeground)
        .reduce((sum, count) => sum + count),
    );
    // 25.6, 16 and 6.4 of 32, rounded over the epochs
    expect(drawn[0]).toBe(25);
    expect(drawn[1]).toBe(16);
    expect([6, 7]).toContain(drawn[2]);
  });

  test('goes on without replacement where the last epoch stopped', () => {
    // 24 + 20 + 16 + 12 = 72 images with foreground in four epochs: 8 each of 9.
    const planned = plan(changing, images(9, 30), { batch: 8 });
    const seen = counts(ids(epochs(planned, 4)).filter((id) => id.startsWith('f')));
    for (const count of seen.values()) expect(Math.abs(count - 8)).toBeLessThanOrEqual(1);
  });
});

describe('at least k images with foreground', () => {
  test.each([
    { atLeast: 1, foreground: 1, empty: 30, batch: 4 },
    { atLeast: 2, foreground: 3, empty: 50, batch: 8 },
    { atLeast: 4, foreground: 4, empty: 11, batch: 4 },
    { atLeast: 3, foreground: 40, empty: 7, batch: 5 },
    { atLeast: 2, foreground: 5, empty: 0, batch: 3 },
  ])('are in every batch: $atLeast of $batch, $foreground in the data', (given) => {
    const planned = plan({ atLeast: given.atLeast }, images(given.foreground, given.empty), given);
    for (const batch of epochs(planned, 20)) {
      const distinct = new Set(batch.map(({ id }) => id).filter((id) => id.startsWith('f')));
      expect(distinct.size).toBeGreaterThanOrEqual(given.atLeast);
    }
  });

  test('leave the natural share as it is where that is larger', () => {
    // 10 of 20 images: 4 of 8 on average.
    const planned = plan({ atLeast: 1 }, images(10, 10), { batch: 8 });
    expect(planned.foregroundInBatch(0)).toBe(4);
    expect(epochs(planned, 2).map(withForeground)).toEqual(Array(6).fill(4));
  });

  test('go together with a share', () => {
    const planned = plan({ atLeast: 2, foreground: 0.3, length: 10 }, images(4, 20), { batch: 8 });
    const batches = epoch(planned).map(withForeground);
    expect(Math.min(...batches)).toBe(2);
    expect(batches.reduce((sum, count) => sum + count)).toBe(24);
  });
});

describe('thinning of empty images', () => {
  test('keeps the share an epoch, and shows each of them in turn', () => {
    // A quarter of 8 empty images is 2; four epochs show all 8 once, and the 3 others four times.
    const planned = plan({ emptyImages: 0.25 }, images(3, 8), { batch: 5 });
    expect(planned.batches(0)).toBe(1);
    for (const index of [0, 1, 2, 3]) expect(withForeground(epoch(planned, index)[0]!)).toBe(3);
    for (const [id, count] of counts(ids(epochs(planned, 4)))) {
      expect(count).toBe(id.startsWith('f') ? 4 : 1);
    }
  });

  test('to 0 leaves them out', () => {
    const planned = plan({ emptyImages: 0 }, images(5, 80));
    expect(planned.batches(0)).toBe(2);
    expect(epochs(planned, 3).map(withForeground)).toEqual([4, 1, 4, 1, 4, 1]);
  });

  test('is called what it is: all or none', () => {
    const list = images(5, 7);
    expect(epoch(plan({ emptyImages: 'keep' }, list), 3)).toEqual(epoch(plan({}, list), 3));
    expect(epoch(plan({ emptyImages: 'leave-out' }, list), 3)).toEqual(
      epoch(plan({ emptyImages: 0 }, list), 3),
    );
  });

  test('changes over the epochs, with the number of batches', () => {
    // 4 images with foreground and 0, 4, 8, 12 and 12 of 12 empty ones in batches of 4.
    const emptyImages = { from: 0, to: 1, epochs: 3 };
    const planned = plan({ emptyImages }, images(4, 12));
    const lists = [0, 1, 2, 3, 4].map((index) => epoch(planned, index));
    expect(lists.map((list) => list.length)).toEqual([1, 2, 3, 4, 4]);
    expect(lists.map((list) => withForeground(list.flat()))).toEqual([4, 4, 4, 4, 4]);
    // 4 + 8 empty images in the second and third epoch: each of the 12 once.
    const seen = counts(ids([...lists[1]!, ...lists[2]!]).filter((id) => id.startsWith('e')));
    expect([...seen.values()]).toEqual(Array(12).fill(1));
  });

  test('changes with the position of the run, where that is not the epoch', () => {
    // As before, three epochs in the time of one.
    const emptyImages = { from: 0, to: 1, epochs: 3 };
    const planned = plan({ emptyImages }, images(4, 12));
    const positionOf = (index: number) => Math.floor(index / 3);
    const lists = Array.from({ length: 10 }, (_, index) => [
      ...planned.sampler.batches(index, positionOf),
    ]);
    expect(lists.map((list) => list.length)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
    // 3 x 4 empty images of the second stage: each of the 12 once.
    const seen = counts(ids(lists.slice(3, 6).flat()).filter((id) => id.startsWith('e')));
    expect([...seen.values()]).toEqual(Array(12).fill(1));
  });

  test('raises the share that atLeast starts from', () => {
    // 4 of 4 + 0.5 x 8 images: half of each batch.
    const planned = plan({ emptyImages: 0.5, atLeast: 1 }, images(4, 8));
    expect(epochs(planned, 2).map(withForeground)).toEqual([2, 2, 2, 2]);
  });
});

describe('batches of an epoch', () => {
  const settings: object[] = [
    {},
    { length: 5 },
    { foreground: 0.4 },
    { foreground: { from: 0.8, to: 0.4, epochs: 2 } },
    { atLeast: 2 },
    { emptyImages: 0.5 },
    { emptyImages: { from: 0.2, to: 1, epochs: 3, schedule: 'cosine' } },
    { hardNegatives: {} },
    { hardNegatives: { share: { from: 0, to: 0.8, epochs: 3 } }, foreground: 0.5 },
    { window: [4, 4], centred: 0.5, foreground: 0.5 },
    { window: [4, 4], centred: { from: 1, to: 0.2, epochs: 2 }, hardNegatives: {}, atLeast: 2 },
  ];

  test.each(settings)('are the same whatever was asked before: %o', (setting) => {
    const list = images(5, 12);
    const asked = plan(setting, list);
    epochs(asked, 3);
    expect(epoch(asked, 3)).toEqual(epoch(plan(setting, list), 3));
  });

  test.each(settings)('are those of the epoch where it is its own position: %o', (setting) => {
    const planned = plan(setting, images(5, 12));
    const positioned = [...planned.sampler.batches(2, (index) => index)];
    expect(positioned).toEqual(epoch(planned, 2));
  });

  test.each(settings)('change with the seed and with the epoch: %o', (setting) => {
    const list = images(5, 12);
    const planned = plan(setting, list);
    expect(epoch(planned, 0)).not.toEqual(epoch(planned, 1));
    expect(epoch(planned, 0)).not.toEqual(epoch(plan(setting, list, { seed: 1 }), 0));
  });

  test('are as many as announced', () => {
    for (const setting of settings) {
      const planned = plan(setting, images(5, 12));
      for (const index of [0, 1, 4]) {
        expect(epoch(planned, index)).toHaveLength(planned.batches(index));
      }
    }
  });
});

describe('a deck', () => {
  test('puts a card that its batch already has back to the next batch', () => {
    // Lap 0 is a b c, lap 1 is c a b. Of two cards at a time: a b; c and, as c is there, a; then c b.
    const laps = [
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
    ];
    const deck = new Deck({ size: 3, copies: () => 1, lap: (index) => laps[index]! }, 0);
    expect([deck.draw(2), deck.draw(2), deck.draw(2)]).toEqual([
      ['a', 'b'],
      ['c', 'a'],
      ['c', 'b'],
    ]);
  });
});
