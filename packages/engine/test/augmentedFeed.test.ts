import { type Dataset, defineAugmentation, rng, type Sample } from '@raremask/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeAugmentations } from '../dist/augment/makeAugmentations.js';
import { type Feed, openFeed } from '../dist/reading/feed.js';
import type { Batch, FeedPlan } from '../dist/reading/plan.js';
import { type Entry, entriesOf, made, type Rule } from './shortForm.ts';
import { spotFacts, spotSample } from './spotPlugin.ts';

vi.setConfig({ testTimeout: 60_000 });

const opened: Feed[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((feed) => feed.close()));
});

const spots: Dataset = {
  facts: spotFacts,
  ids: [],
  group: () => undefined,
  read: async (id): Promise<Sample> => spotSample(id),
};

const off = { flip: false, rotate: false };

async function open({
  augment = off,
  entries = entriesOf(augment),
  data = spots,
  ...more
}: Partial<FeedPlan> & {
  readonly augment?: Rule;
  readonly data?: Dataset;
  readonly entries?: readonly Entry[];
}): Promise<Feed> {
  const feed = await openFeed(
    {
      dataset: {
        url: new URL('./spotPlugin.ts', import.meta.url).href,
        rawOptions: {},
        folder: '/',
      },
      facts: spotFacts,
      normalization: { kind: 'none' },
      pixelWeights: [1, 5],
      donors: ['spot/1', 'spot/2'],
      seed: 3,
      workers: 0,
      multipleOf: [1, 1],
      ...more,
    },
    data,
    await made(entries, more.facts ?? spotFacts),
  );
  opened.push(feed);
  return feed;
}

const draws = Array.from({ length: 40 }, (_, at) => [{ id: `spot/${at}` }, { id: `empty/${at}` }]);

const everything: Rule = {
  flip: 0.5,
  rotate: 0.5,
  turn: { probability: 0.5, degrees: 30 },
  scale: { probability: 0.5, from: 0.7, to: 1.4 },
  elastic: { probability: 0.5, strength: 1, spacing: 8 },
  brightness: { probability: 0.5, strength: 1 },
  contrast: { probability: 0.5, from: 0.5, to: 2 },
  gamma: { probability: 0.5, from: 0.5, to: 2 },
  noise: { probability: 0.5, strength: 1 },
  blur: { probability: 0.5, sigma: 1 },
  cutout: { probability: 0.5, size: 0.5 },
  paste: { probability: 0.5 },
};

async function all(feed: Feed, from = 0): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of feed.batches(1, draws, from)) batches.push(batch);
  return batches;
}

/** Batches copied, and their memory given back at once. */
async function copied(feed: Feed): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of feed.batches(1, draws)) {
    const { images, target, weight } = batch;
    batches.push({
      ...batch,
      images: images.slice(),
      target: target.slice(),
      weight: weight.slice(),
    });
    feed.release(batch);
  }
  return batches;
}

describe('augmented batches', () => {
  it('are the same with 0, 1 and 2 workers, when memory is given back, and from a later batch on', async () => {
    const expected = await all(await open({ augment: everything }));
    expect(await copied(await open({ augment: everything }))).toEqual(expected);
    for (const workers of [1, 2]) {
      const feed = await open({ augment: everything, workers });
      expect(await all(feed)).toEqual(expected);
      expect(await copied(feed)).toEqual(expected);
      expect(await all(feed, 30)).toEqual(expected.slice(30));
    }
  });

  it('come in shared memory, which is used again once it is given back', async () => {
    const feed = await open({ workers: 1 });
    const seen = new Set<ArrayBufferLike>();
    for await (const batch of feed.batches(0, draws)) {
      expect(batch.images.buffer).toBeInstanceOf(SharedArrayBuffer);
      seen.add(batch.images.buffer);
      feed.release(batch);
    }
    // Objects differ on this side of a thread; what counts is that all of them hold right values.
    expect(seen.size).toBeGreaterThan(0);
  });

  it('at probability 0 are those without augmentation', async () => {
    const never = Object.fromEntries(
      Object.entries(everything).map(([name, rule]) => [
        name,
        typeof rule === 'number' ? 0 : { ...(rule as object), probability: 0 },
      ]),
    ) as Rule;
    expect(await all(await open({ augment: never }))).toEqual(await all(await open({})));
  });

  it('count a mask that a cut-out has covered, and do not judge what is covered', async () => {
    const cutout = { probability: 1, size: 1 };
    const batches = await all(await open({ augment: { ...off, cutout } }));
    let emptied = 0;
    for (const { target, weight, images, masks, emptied: own } of batches) {
      expect(masks).toBe(1);
      const pixels = weight.length / 2;
      let found = false;
      for (let pixel = 0; pixel < pixels; pixel++) {
        if (target[pixel * 2 + 1] === 1) found = true;
        if (weight[pixel] !== 0) continue;
        expect(images[pixel]).toBe(0);
        expect(target[pixel * 2] === 0 && target[pixel * 2 + 1] === 0).toBe(true);
      }
      expect(own).toBe(found ? 0 : 1);
      emptied += own;
    }
    expect(emptied).toBeGreaterThan(0);
    expect(emptied).toBeLessThan(draws.length);
  });

  it('give an empty image one whole structure, with its contrast, and leave the others alone', async () => {
    const batches = await all(await open({ augment: { ...off, paste: { probability: 1 } } }));
    const plain = await all(await open({}));
    for (const [at, batch] of batches.entries()) {
      const pixels = batch.weight.length / 2;
      expect(batch.pasted).toBe(1);
      expect(batch.masks).toBe(1);
      expect(batch.images.subarray(0, pixels)).toEqual(plain[at]!.images.subarray(0, pixels));
      let structure = 0;
      for (let pixel = pixels; pixel < 2 * pixels; pixel++) {
        if (batch.target[pixel * 2 + 1] !== 1) {
          expect(batch.images[pixel]).toBe(20);
          continue;
        }
        structure++;
        expect(batch.target[pixel * 2]).toBe(0);
        expect(batch.weight[pixel]).toBe(5);
        // 50 on a ground of 10 where it comes from: 60 on a ground of 20.
        expect(batch.images[pixel]).toBeCloseTo(60, 4);
      }
      expect(structure).toBe(9);
    }
  });
});

it('looks through what is copied from anew where the data set has changed it, and nobody keeps it', async () => {
  const donor = spotSample('spot/1');
  let width = 0;
  const read = async (id: string): Promise<Sample> => {
    if (id !== donor.id) return spotSample(id);
    donor.labels!.fill(0).fill(1, 0, ++width);
    return donor;
  };
  const feed = await open({
    augment: { ...off, paste: { probability: 1 } },
    data: { ...spots, read },
    donors: [donor.id],
  });
  const copied: number[] = [];
  for (const epoch of [0, 1]) {
    for await (const { target } of feed.batches(epoch, [[{ id: 'empty/1' }]])) {
      copied.push(target.filter((value, at) => at % 2 === 1 && value === 1).length);
    }
  }
  expect(copied).toEqual([1, 2]);
});

it('refuses changes of a plane for volumes, and pasting where there is nothing to paste', async () => {
  const turn = { probability: 1, degrees: 5 };
  await expect(
    open({ augment: { ...off, turn }, facts: { ...spotFacts, space: 3 } }),
  ).rejects.toMatchObject({ code: 'RAREMASK_AUGMENT_NEEDS_PLANE' });
  await expect(
    open({ augment: { ...off, paste: { probability: 1 } }, donors: [] }),
  ).rejects.toMatchObject({ code: 'RAREMASK_AUGMENT_NOTHING_TO_PASTE' });
});

it('refuses an augmentation that wants what reading threads do not have', async () => {
  const plugin = defineAugmentation({
    name: 'chance',
    api: 1,
    needs: { rng },
    create: () => ({ window() {} }),
  });
  const source = {
    kind: 'augmentation' as const,
    plugin,
    options: {},
    place: 'train.augment[0]',
    url: '',
    rawOptions: {},
  };
  const making = makeAugmentations([source], spotFacts, async () => ({ window() {} }));
  await expect(making).rejects.toThrow(
    /^train\.augment\[0\] \(chance\): .*stream that places and window are given\. Got: rng/,
  );
  const nothing = { ...source, plugin: { ...plugin, needs: {} } };
  await expect(
    makeAugmentations([nothing], spotFacts, async () => ({ donors: true })),
  ).rejects.toMatchObject({ code: 'RAREMASK_AUGMENT_MEMBERS' });
});
