import type { Affine, Places } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Waiting } from '../dist/guard/waiting.js';
import { type Feed, openFeed } from '../dist/reading/feed.js';
import type { Batch, FeedPlan } from '../dist/reading/plan.js';
import { placementOf } from '../src/augment/placement.ts';
import { warpWindow } from '../src/augment/warp.ts';
import { cutOf, eachPixel } from '../src/reading/window.ts';
import { type Entry, made } from './shortForm.ts';
import { spotFacts, spotSample } from './spotPlugin.ts';

vi.setConfig({ testTimeout: 60_000 });

const opened: Feed[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((feed) => feed.close()));
});

const OWN = new URL('./ownAugmentation.ts', import.meta.url).href;
const url = new URL('./spotPlugin.ts', import.meta.url).href;
const draws = Array.from({ length: 12 }, (_, at) => [
  { id: `spot/${at}`, window: { origin: [-2, 3], size: [13, 13] } },
  { id: `spot/${at + 1}` },
  { id: `empty/${at}` },
]);

async function batches(
  entries: readonly Entry[],
  plan: Partial<FeedPlan> = {},
  own: readonly (readonly { readonly id: string }[])[] = draws,
  waiting?: Waiting,
): Promise<Batch[]> {
  const feed = await openFeed(
    {
      dataset: { url, rawOptions: {}, folder: '/' },
      facts: spotFacts,
      normalization: { kind: 'none' },
      pixelWeights: [1, 5],
      donors: ['spot/1', 'spot/2'],
      seed: 3,
      workers: 0,
      multipleOf: [4, 4],
      ...plan,
    },
    { facts: spotFacts, ids: [], group: () => undefined, read: async (id) => spotSample(id) },
    await made(entries, spotFacts),
    waiting,
  );
  opened.push(feed);
  const all: Batch[] = [];
  for await (const batch of feed.batches(1, own)) all.push(batch);
  return all;
}

const use = (name: string, options = {}): Entry => ({ use: name, with: options });
const always = { probability: 1 };

describe('a list of augmentations', () => {
  it('is taken in its order', async () => {
    const [noise, blur] = [use('noise', always), use('blur', always)];
    const forward = await batches([noise, blur]);
    const backward = await batches([blur, noise]);
    expect(forward).not.toEqual(backward);
    expect(await batches([noise, blur])).toEqual(forward);
  });

  it('gives each a stream of its name, so that another one more does not shift it', async () => {
    const still = use('noise', { probability: 0 });
    const [noise, blur] = [use('gamma', always), use('blur', always)];
    expect(await batches([still, noise, blur])).toEqual(await batches([noise, blur]));
  });

  it('gives a second one of the same name other numbers', async () => {
    const turned = await batches([use('brightness', always), use('brightness', always)]);
    const [once, plain] = [await batches([use('brightness', always)]), await batches([])];
    const shift = (of: Batch[]) => of[0]!.images[5 * 16 + 5]! - plain[0]!.images[5 * 16 + 5]!;
    expect(shift(turned)).not.toBeCloseTo(2 * shift(once), 4);
  });

  it('moves pixels after values as before them, where the values do not look around', async () => {
    const places = [use('flip-rotate'), use('turn', always), use('scale', always)];
    const own = use(OWN, { add: 3 });
    const padded = { multipleOf: [5, 5] };
    const whole = draws.map((batch) => batch.map(({ id }) => ({ id })));
    const before = await batches([...places, own], padded, whole);
    const after = await batches([own, ...places], padded, whole);
    for (const [at, { images, target, weight, size }] of before.entries()) {
      expect(size).toEqual([20, 20]);
      expect(after[at]!.target).toEqual(target);
      expect(after[at]!.weight).toEqual(weight);
      const most = images.reduce(
        (found, value, pixel) => Math.max(found, Math.abs(value - after[at]!.images[pixel]!)),
        0,
      );
      expect(most).toBeLessThan(1e-3);
    }
  });

  it('of an outsider is the same in 0, 1 and 2 threads', async () => {
    const entries = [use('flip-rotate'), use(OWN), use('paste', always), use(OWN, { add: 2 })];
    const expected = await batches(entries);
    expect(expected).not.toEqual(await batches([use('flip-rotate'), use('paste', always)]));
    for (const workers of [1, 2]) expect(await batches(entries, { workers })).toEqual(expected);
  });
});

describe('an augmentation that breaks a window is named with its place and the image', () => {
  it.each([
    ['throws', 'RAREMASK_AUGMENT_FAILED', /throws at a window of .*TypeError: no such luck/],
    ['infinite image', 'RAREMASK_AUGMENT_BROKEN_WINDOW', /image at index 3.*finite.*Infinity/],
    ['negative weight', 'RAREMASK_AUGMENT_BROKEN_WINDOW', /weight at index 2.*from 0.*-1/],
    ['unknown label', 'RAREMASK_AUGMENT_BROKEN_WINDOW', /label at index 1.*0 to 1, or 255.*7/],
    ['short image', 'RAREMASK_AUGMENT_BROKEN_WINDOW', /Float32Array of 256 values.*255/],
    [
      'other arrays',
      'RAREMASK_AUGMENT_BROKEN_WINDOW',
      /nothing reads.*image, labels, weight.*mask/,
    ],
    ['assigns', 'RAREMASK_AUGMENT_FAILED', /Cannot assign to read only property 'image'/],
    ['changes the size', 'RAREMASK_AUGMENT_FAILED', /read only property '0'.*ownAugmentation\.ts:/],
    ['changes what was drawn', 'RAREMASK_AUGMENT_FAILED', /read only property '0'/],
    ['changes the spacing', 'RAREMASK_AUGMENT_FAILED', /read only property '0'/],
    ['changes the size of places', 'RAREMASK_AUGMENT_FAILED', /read only property '0'/],
    [
      'changes what is inside',
      'RAREMASK_AUGMENT_BROKEN_WINDOW',
      /inside at index 2, which is to be read only.*1, as it was.*Got: 0/,
    ],
    ['flips too few', 'RAREMASK_AUGMENT_BROKEN_PLACES', /flips.*2 times true or false.*\[true\]/],
    ['bends into nothing', 'RAREMASK_AUGMENT_BROKEN_PLACES', /affine.*4 finite numbers.*NaN/],
    [
      'rotates by itself',
      'RAREMASK_AUGMENT_BROKEN_PLACES',
      /a part that places do not have.*transpose, flips, affine, displacement.*"rotate"/,
    ],
    ['exchanges unequal axes', 'RAREMASK_AUGMENT_BROKEN_PLACES', /exchanged.*\[8, 12\]/],
  ])('%s', async (fault, code, says) => {
    const size = fault === 'exchanges unequal axes' ? [8, 12] : [16, 16];
    const own = [[{ id: 'spot/1', window: { origin: [0, 0], size } }]];
    const entries = [use('gamma'), use(OWN, { fault })];
    for (const workers of fault === 'throws' ? [0, 1] : [0]) {
      const facts = { ...spotFacts, spacing: [0.5, 0.5] };
      const failure = batches(entries, { workers, facts }, own);
      await expect(failure).rejects.toMatchObject({ code });
      await expect(failure).rejects.toThrow(says);
      await expect(failure).rejects.toThrow(/^train\.augment\[1\] \(own\): .*spot\/1/);
    }
  });
});

it.each([0, 1])(
  'an augmentation that never answers is named, and given up at a signal, %d workers',
  async (workers) => {
    const stop = new AbortController();
    const said: string[] = [];
    const say = (what: string, seconds: number) => {
      said.push(`${seconds} ${what}`);
      stop.abort();
    };
    const waiting = new Waiting(say, { signal: stop.signal, patience: [0.05, 5, 5] });
    const entries = [use('gamma'), use(OWN, { fault: 'never answers' })];
    const failure = batches(entries, { workers }, [[{ id: 'spot/1' }]], waiting);
    await expect(failure).rejects.toMatchObject({ code: 'RAREMASK_STOPPED_WAITING' });
    expect(said).toEqual(['0.05 train.augment[1] (own), window of spot/1']);
  },
);

describe('changes of place', () => {
  const size = [6, 6];
  const whole = { origin: [0, 0], size };
  const sample = {
    id: 'a',
    size,
    image: Float32Array.from({ length: 36 }, (_, at) => at),
    labels: Uint8Array.from({ length: 36 }, (_, at) => at),
  };
  /** The labels of a sample after one placement. */
  const placed = (places: readonly Places[], of = sample) => {
    const { orientation, warp } = placementOf(places, 2);
    if (warp === undefined) {
      const labels = new Uint8Array(36);
      eachPixel(cutOf(size, whole, orientation), size, (to, from) => {
        labels[to] = of.labels[from]!;
      });
      return labels;
    }
    const common = { window: whole, orientation, warp, channels: 1, depth: 1 };
    return warpWindow({ sample: of, ...common }).sample.labels!;
  };
  const quarter: Affine = [0, 1, -1, 0];
  const options: readonly Places[] = [
    { flips: [true, false] },
    { flips: [false, true], transpose: true },
    { transpose: true },
    { affine: quarter },
    { affine: [-1, 0, 0, 1] },
  ];

  it('that follow each other come together as if done one after the other', () => {
    const random = createRandom(4);
    for (let trial = 0; trial < 60; trial++) {
      const chain = Array.from({ length: 3 }, () => options[random.integer(0, 4)]!);
      let labels = sample.labels;
      for (const one of chain) labels = Uint8Array.from(placed([one], { ...sample, labels }));
      expect(placed(chain), JSON.stringify(chain)).toEqual(labels);
    }
  });

  it('add their displacements', () => {
    const field = (value: number) => new Float32Array(36).fill(value);
    const { warp } = placementOf(
      [
        { displacement: { y: field(1), x: field(0) } },
        { displacement: { y: field(2), x: field(-1) } },
      ],
      2,
    );
    expect(warp!.displacement).toEqual({ y: field(3), x: field(-1) });
  });
});
