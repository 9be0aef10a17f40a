import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Dataset, Draw, Sample } from '@raremask/core';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Waiting } from '../dist/guard/waiting.js';
import { type Feed, openFeed } from '../dist/reading/feed.js';
import type { Batch, FeedPlan } from '../dist/reading/plan.js';
import {
  countedFacts,
  countedIds,
  countedSample,
  labelOf,
  readCounted,
  weightOf,
} from './feedPlugin.ts';
import { madeOfRule, type Rule } from './shortForm.ts';

// Starting a thread can take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const opened: Feed[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((feed) => feed.close()));
});

const counted: Dataset = {
  facts: countedFacts,
  ids: countedIds,
  group: () => undefined,
  read: readCounted,
};

const url = new URL('./feedPlugin.ts', import.meta.url).href;
const distribution = new URL('../dist/reading/feed.js', import.meta.url);

function planOf(dataset: Dataset): FeedPlan {
  return {
    dataset: { place: 'data (counted)', url, rawOptions: {}, folder: '/' },
    facts: dataset.facts,
    normalization: { kind: 'none' },
    pixelWeights: dataset.facts.classes.map(() => 1),
    seed: 7,
    workers: 0,
    multipleOf: [1, 1],
  };
}

async function open(
  { rule = {}, ...more }: Partial<FeedPlan> & { readonly rule?: Rule } = {},
  dataset: Dataset = counted,
  waiting?: Waiting,
): Promise<Feed> {
  const still = { flip: false, rotate: false };
  const augmentations = await madeOfRule({ ...still, ...rule }, dataset.facts);
  const feed = await openFeed({ ...planOf(dataset), ...more }, dataset, augmentations, waiting);
  opened.push(feed);
  return feed;
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function only<T>(source: AsyncIterable<T>): Promise<T> {
  const [item] = await all(source);
  return item!;
}

/** Batches of whole images and windows, some beside the image, of several sizes. */
const epoch: readonly (readonly Draw[])[] = [
  [{ id: '6x8/a' }, { id: '5x5/c' }],
  [
    { id: '6x8/a', window: { origin: [-2, 3], size: [4, 4] } },
    { id: '4x4/b', window: { origin: [2, 2], size: [4, 4] } },
    { id: '9x9/d', window: { origin: [-3, -3], size: [16, 16] } },
  ],
  [{ id: '5x5/c', window: { origin: [1, 1], size: [2, 4] } }],
  [{ id: '7x3/e' }],
  [{ id: '6x8/a' }],
];

const turning = { rule: { flip: true, rotate: true }, multipleOf: [4, 4] };

it('what fits into memory is read once for all epochs, and is what it was when it was read', async () => {
  for (const resolution of [undefined, 0.75]) {
    const plain = await open({ ...(resolution && { resolution }), ...turning });
    const expected = [await all(plain.batches(0, epoch)), await all(plain.batches(1, epoch))];
    const reads: string[] = [];
    const own = new Map<string, Sample>();
    const dataset: Dataset = {
      ...counted,
      async read(id) {
        reads.push(id);
        // A data set that hands over the same memory again, for something else by then.
        for (const sample of own.values()) sample.image.fill(0);
        own.set(id, countedSample(id));
        return own.get(id)!;
      },
    };
    const kept = { keptBytes: 2 ** 20, ...(resolution && { resolution }), ...turning };
    const feed = await open(kept, dataset);
    const one = (epochs: number, draw: readonly Draw[]) => all(feed.batches(epochs, [draw]));
    for (const draw of epoch.flat()) await one(7, [draw]);
    expect(reads.toSorted()).toEqual(['4x4/b', '5x5/c', '6x8/a', '7x3/e', '9x9/d']);
    for (const sample of own.values()) sample.image.fill(0);
    expect([await all(feed.batches(0, epoch)), await all(feed.batches(1, epoch))]).toEqual(
      expected,
    );
    expect(reads).toHaveLength(5);
    // What has no room is read each time.
    const small = await open({ ...kept, keptBytes: 50 }, dataset);
    for (const round of [0, 1]) await all(small.batches(round, [[{ id: '9x9/d' }]]));
    expect(reads).toHaveLength(7);
  }
});

it('a thread reads on while nobody can hand it the next batch', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-feed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'reads');
  const feed = await open({ workers: 1 });
  const draws = new Array(8).fill([{ id: `2x2/noted in ${file}` }]);
  const batches = feed.batches(0, draws, 0, undefined, () => 4);
  await batches.next();
  // As a device does that makes several steps, this holds the thread that would hand over batches.
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  const reads = () => readFileSync(file, 'utf8').length;
  for (let wait = 0; wait < 1000 && reads() < 5; wait++) Atomics.wait(sleeping, 0, 0, 20);
  expect(reads()).toBe(5);
  expect(await all(batches)).toHaveLength(7);
});

it('what was read ahead is what would have been read, and is read once', async () => {
  for (const workers of [0, 2]) {
    const plain = await open({ ...turning, workers });
    const expected = [await all(plain.batches(3, epoch)), await all(plain.batches(4, epoch))];
    const reads: string[] = [];
    const dataset: Dataset = {
      ...counted,
      read: async (id) => {
        reads.push(id);
        return countedSample(id);
      },
    };
    const feed = await open({ ...turning, workers }, dataset);
    feed.prepare(3, epoch);
    // Something else is read meanwhile.
    expect((await only(feed.whole(['1x1/d']))).id).toBe('1x1/d');
    expect(await all(feed.batches(3, epoch))).toEqual(expected[0]);
    const once = reads.length;
    // Prepared for another epoch, or another list: not taken.
    feed.prepare(3, epoch);
    expect(await all(feed.batches(4, epoch))).toEqual(expected[1]);
    feed.prepare(4, [epoch[4]!, epoch[3]!]);
    expect(await all(feed.batches(4, epoch))).toEqual(expected[1]);
    if (workers === 0) {
      const draws = epoch.flat().length;
      expect(once).toBe(draws + 1);
    }
  }
});

it('a failure of what was read ahead comes with its batch, and not where nobody asks for it', async () => {
  const feed = await open({}, { ...counted, read: () => Promise.reject(new Error('torn')) });
  feed.prepare(0, [[{ id: '5x5/c' }]]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  feed.prepare(1, epoch);
  await expect(all(feed.batches(1, epoch))).rejects.toThrow('torn');
});

it('hands over the same batches, whole images and counts with 0, 1 and 2 workers', async () => {
  const ids = ['6x8/a', '4x4/b', '5x5/c', '1x1/d'];
  const everything = async (workers: number) => {
    const feed = await open({ ...turning, workers });
    return {
      batches: await all(feed.batches(3, epoch)),
      whole: await all(feed.whole([...ids, '3x3/unjudged'])),
      survey: await all(feed.survey(ids)),
    };
  };
  const expected = await everything(0);
  expect(expected.batches.map(({ draws }) => draws)).toEqual(epoch);
  expect(expected.survey.map(({ id }) => id)).toEqual(ids);
  for (const workers of [1, 2]) expect(await everything(workers)).toEqual(expected);
});

describe('batches', () => {
  it('are the same when asked for again, and turned otherwise in another epoch or with another seed', async () => {
    const feed = await open(turning);
    const first = await all(feed.batches(0, epoch));
    expect(await all(feed.batches(0, epoch))).toEqual(first);
    expect(await all(feed.batches(1, epoch))).not.toEqual(first);
    expect(await all((await open({ ...turning, seed: 8 })).batches(0, epoch))).not.toEqual(first);
  });

  it('are the same when an epoch goes on from a later batch', async () => {
    const feed = await open(turning);
    const whole = await all(feed.batches(2, epoch));
    expect(await all(feed.batches(2, epoch, 3))).toEqual(whole.slice(3));
    expect(await all(feed.batches(2, epoch, epoch.length))).toEqual([]);
  });

  it('hold the largest extent of their draws, filled up to a multiple', async () => {
    const batches = await all((await open({ multipleOf: [4, 8] })).batches(0, epoch));
    expect(batches.map(({ size }) => size)).toEqual([
      [8, 8],
      [16, 16],
      [4, 8],
      [8, 8],
      [8, 8],
    ]);
    for (const { draws, size, images, target, weight } of batches) {
      const pixels = draws.length * size[0]! * size[1]!;
      expect([images, target, weight].map(({ length }) => length)).toEqual([
        pixels * 2,
        pixels * 3,
        pixels,
      ]);
    }
  });

  it('keep image, truth and weight of a pixel together, whatever the orientation', async () => {
    const feed = await open({ ...turning, pixelWeights: [1, 10, 100] });
    const orders = new Set<string>();
    for (let number = 0; number < 20; number++) {
      for await (const batch of feed.batches(number, epoch)) {
        for (const pixel of pixelsOf(batch)) {
          const { count } = pixel;
          if (count === 0) {
            expect(pixel).toEqual({ count: 0, second: 0, target: [0, 0, 0], weight: 0 });
            continue;
          }
          const label = labelOf(count);
          const ignored = label > 2;
          expect(pixel).toEqual({
            count,
            second: -count,
            target: [0, 1, 2].map((index) => (index === label ? 1 : 0)),
            weight: ignored ? 0 : [1, 10, 100][label]! * weightOf(count),
          });
        }
        if (batch.draws.length === 1 && batch.draws[0]!.id === '7x3/e') {
          orders.add(
            pixelsOf(batch)
              .map(({ count }) => count)
              .join(),
          );
        }
      }
    }
    // 7 x 3 is no square: as it is, two mirror images, and turned by 180 degrees.
    expect(orders.size).toBe(4);
  });

  it('hold every pixel of the window that lies in the image once', async () => {
    const [, batch] = await all((await open(turning)).batches(5, epoch));
    const counts = pixelsOf(batch!).map(({ count }) => count);
    const perDraw = counts.length / 3;
    const inside = (at: number) =>
      counts
        .slice(at * perDraw, (at + 1) * perDraw)
        .filter((count) => count > 0)
        .toSorted((left, right) => left - right);
    // Rows -2 to 1 and columns 3 to 6 of 6 x 8: rows 0 and 1 are there, counted from 1.
    expect(inside(0)).toEqual([4, 5, 6, 7, 12, 13, 14, 15]);
    // Rows and columns 2 to 5 of 4 x 4: the last 2 x 2.
    expect(inside(1)).toEqual([11, 12, 15, 16]);
    expect(inside(2)).toEqual(Array.from({ length: 81 }, (_, index) => index + 1));
  });

  it('put the padding behind the image, with weight 0', async () => {
    const feed = await open({ multipleOf: [4, 4] });
    const batch = await only(feed.batches(0, [[{ id: '2x3/a' }]]));
    expect(batch.size).toEqual([4, 4]);
    expect(pixelsOf(batch).map(({ count }) => count)).toEqual([
      1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    expect([...batch.weight]).toEqual([2, 1, 2, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('have few sizes where whole images differ in size, and their own where they are windows', async () => {
    const feed = await open({ sizesDiffer: true });
    const whole = [{ id: '2x9/a' }, { id: '1x3/a' }];
    // 9 becomes a multiple of 16 / 8, 2 a multiple of 1.
    expect((await only(feed.batches(0, [whole]))).size).toEqual([2, 10]);
    const window = { origin: [0, 0], size: [2, 9] };
    expect((await only(feed.batches(0, [[{ id: '2x9/a', window }]]))).size).toEqual([2, 9]);
    const alike = await open({});
    expect((await only(alike.batches(0, [whole]))).size).toEqual([2, 9]);
  });

  it('are normalised by channel, and 0 beside the image', async () => {
    const normalization = { kind: 'affine', mean: [2, 0], deviation: [2, 4] } as const;
    const feed = await open({ normalization, multipleOf: [1, 3] });
    const { images } = await only(feed.batches(0, [[{ id: '1x2/a' }]]));
    // (1 - 2) / 2, -1 / 4; (2 - 2) / 2, -2 / 4; padding.
    expect([...images]).toEqual([-0.5, -0.25, 0, -0.5, 0, 0]);
  });

  it('are normalised by the whole image, not by the window, with normalize: image', async () => {
    const feed = await open({ normalization: { kind: 'image' } });
    const window = { origin: [0, 1], size: [1, 1] };
    const { images } = await only(feed.batches(0, [[{ id: '1x3/a', window }]]));
    // The mean of 1, 2, 3 is 2.
    expect([...images].map((value) => value + 0)).toEqual([0, 0]);
  });
});

describe('overlapping classes', () => {
  const facts = { ...countedFacts, overlapping: true };
  // Three classes a pixel: none; the first and the last; the middle one; not judged for the last.
  const labels = Uint8Array.of(0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 255);
  const dataset: Dataset = {
    ...counted,
    facts,
    read: async (id) => ({ id, size: [2, 2], image: new Uint8Array(8), labels }),
  };

  it('are multi-hot; a pixel counts as its heaviest class, and not where one is unjudged', async () => {
    const feed = await open({ pixelWeights: [2, 0.5, 3] }, dataset);
    const { target, weight } = await only(feed.batches(0, [[{ id: 'a' }]]));
    expect([...target]).toEqual([0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]);
    expect([...weight]).toEqual([1, 3, 0.5, 0]);
  });
});

describe('volumes', () => {
  const facts = { ...countedFacts, space: 3, channels: 1 } as const;
  const dataset: Dataset = {
    ...counted,
    facts,
    read: async (id) => {
      const counts = Array.from({ length: 3 * 4 * 4 }, (_, index) => index + 1);
      return {
        id,
        size: [3, 4, 4],
        image: Uint16Array.from(counts),
        labels: Uint8Array.from(counts, labelOf),
      };
    },
  };

  it('keep image and truth together under every orientation', async () => {
    const feed = await open({ ...turning, multipleOf: [2, 2, 2] }, dataset);
    const window = { origin: [1, -1, 0], size: [2, 4, 4] };
    const orders = new Set<string>();
    for (let number = 0; number < 150; number++) {
      const { size, images, target, weight } = await only(
        feed.batches(number, [[{ id: 'a', window }]]),
      );
      expect(size).toEqual([2, 4, 4]);
      for (const [index, count] of images.entries()) {
        const label = labelOf(count);
        const judged = count > 0 && label <= 2;
        expect([...target.subarray(index * 3, index * 3 + 3)]).toEqual(
          [0, 1, 2].map((index) => (judged && index === label ? 1 : 0)),
        );
        expect(weight[index]).toBe(judged ? 1 : 0);
      }
      // Slices 1 and 2, rows 0 to 2, all columns.
      const inside = [...images].filter((count) => count > 0).toSorted((a, b) => a - b);
      expect(inside).toEqual(
        [...Array(12).keys()]
          .flatMap((index) => [17 + index, 33 + index])
          .toSorted((a, b) => a - b),
      );
      orders.add(images.join());
    }
    // Eight of a square, and each with its slices the other way round.
    expect(orders.size).toBe(16);
  });
});

describe('whole images', () => {
  it('come in order, as they are, filled up behind the image', async () => {
    const ids = ['2x3/a', '4x4/b', '1x1/c', '3x3/unjudged'];
    const expected = await all((await open({ ...turning })).whole(ids));
    expect(expected.map(({ id, padded }) => [id, padded])).toEqual([
      ['2x3/a', [4, 4]],
      ['4x4/b', [4, 4]],
      ['1x1/c', [4, 4]],
      ['3x3/unjudged', [4, 4]],
    ]);
    expect(expected.map(({ sample }) => sample)).toEqual(ids.map(countedSample));
    expect([...expected[0]!.images].filter((_, index) => index % 2 === 0)).toEqual([
      1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it('may be kept by the data set', async () => {
    const sample = countedSample('2x2/a');
    const feed = await open({}, { ...counted, read: async () => sample });
    await all(feed.whole(['x', 'x']));
    expect(sample).toEqual(countedSample('2x2/a'));
  });
});

describe('an error', () => {
  it.each([0, 1])('of the data set arrives as it is with %d workers', async (workers) => {
    const feed = await open({ workers });
    await expect(all(feed.whole(['2x2/a', 'data error']))).rejects.toMatchObject({
      name: 'RaremaskError',
      code: 'RAREMASK_TEST',
      category: 'data',
      message: 'images/x.png: the file is damaged. Do this: nothing.',
      parts: { where: 'images/x.png' },
      cause: { message: 'the reason' },
    });
    await expect(all(feed.batches(0, [[{ id: 'throws' }]]))).rejects.toMatchObject({
      code: 'RAREMASK_DATASET_FAILED',
      category: 'plugin',
      message: expect.stringMatching(
        /^data \(throws\): .* no such luck, at .*feedPlugin\.ts:\d+:\d+\./,
      ),
      cause: { message: 'no such luck' },
    });
    // The thread goes on reading, and what nobody waits for is no unhandled failure.
    const batches = feed.batches(0, [[{ id: '1x1/a' }], [{ id: 'throws' }], [{ id: 'throws' }]]);
    await batches.next();
    await batches.return(undefined);
    expect(await all(feed.whole(['1x1/a']))).toHaveLength(1);
  });

  it('comes when its turn comes, after the batches before it', async () => {
    const feed = await open({ workers: 2 });
    const sizes: (readonly number[])[] = [];
    const run = async () => {
      const ids = ['2x2/a', '3x3/b', 'throws', '4x4/c', 'throws'];
      for await (const { size } of feed.batches(
        0,
        ids.map((id) => [{ id }]),
      ))
        sizes.push(size);
    };
    await expect(run()).rejects.toThrow('no such luck');
    expect(sizes).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it('in making the data set arrives with the first thing that is asked', async () => {
    const feed = await open({ workers: 2, dataset: { url, rawOptions: {}, folder: '/refuses' } });
    await expect(all(feed.whole(['1x1/a']))).rejects.toThrow('this folder is refused');
    await expect(all(feed.whole(['1x1/a']))).rejects.toThrow('this folder is refused');
  });

  it('names the first id that a thread lists otherwise, or does not have', async () => {
    const listed = async (ids: readonly string[]) => {
      const feed = await open({ workers: 1 }, { ...counted, ids });
      return await all(feed.whole(['1x1/a']));
    };
    const [first, second, third] = countedIds;
    await expect(listed([second, third])).rejects.toMatchObject({
      code: 'RAREMASK_DATASET_LISTING',
      category: 'plugin',
      message: expect.stringContaining(
        'data (counted): the data set gives other ids where a thread that reads opens it. Expected: 4x4/b as id 0 of 2. Got: 6x8/a as id 0 of 3.',
      ),
    });
    await expect(listed([first, second, third, '1x1/d'])).rejects.toThrow(
      'Expected: 1x1/d as id 3 of 4. Got: none as id 3 of 3.',
    );
    expect(await listed([...countedIds])).toHaveLength(1);
  });

  it('says so where a thread ends by itself', async () => {
    const feed = await open({ workers: 2 });
    await expect(all(feed.whole(['1x1/a', 'ends the thread', '1x1/b']))).rejects.toMatchObject({
      code: 'RAREMASK_READER_DIED',
      category: 'run',
    });
    await expect(all(feed.whole(['1x1/a']))).rejects.toMatchObject({
      code: 'RAREMASK_READER_DIED',
    });
  });

  it.each([
    ['labels too short', /its labels has another length .* Expected: 4 values\. Got: 3/],
    [
      'wide image',
      /^data \(wide image\): .* its image has a wrong type\. Expected: Uint8Array, Uint16Array, Float32Array\. Got: Float64Array/,
    ],
    ['clamped image', /its image has a wrong type\. .* Got: Uint8ClampedArray/],
    ['wide labels', /its labels has a wrong type\. Expected: Uint8Array\. Got: Int32Array/],
    ['listed labels', /its labels has a wrong type\. Expected: Uint8Array\. Got: Array/],
    ['wide weight', /its weight has a wrong type\. Expected: Float32Array\. Got: Float64Array/],
    ['unknown label', /unknown label at pixel 1 .* Expected: 0 to 2, or 255 .* Got: 3/],
    ['infinite image', /its image has an unusable number at index 1\. .* Got: Infinity/],
    ['negative weight', /its weight has an unusable number at index 0\. .* Got: -1/],
    ['three axes', /wrong size\. Expected: 2 extents/],
    ['one spacing', /wrong spacing\. Expected: 2 lengths above 0, or none\. Got: \[2\]/],
  ])('is made of a broken sample: %s', async (id, message) => {
    const feed = await open();
    const run = all(feed.whole([id]));
    await expect(run).rejects.toMatchObject({ code: 'RAREMASK_BROKEN_SAMPLE', category: 'plugin' });
    await expect(run).rejects.toThrow(message);
  });

  it('is made of a broken window', async () => {
    const feed = await open();
    const cut = (origin: number[], size: number[]) =>
      all(feed.batches(0, [[{ id: '4x4/a', window: { origin, size } }]]));
    await expect(cut([0.5, 0], [2, 2])).rejects.toMatchObject({ code: 'RAREMASK_BROKEN_DRAW' });
    await expect(cut([0, 0], [0, 2])).rejects.toMatchObject({ code: 'RAREMASK_BROKEN_DRAW' });
    await expect(cut([0, 0, 0], [2, 2, 2])).rejects.toMatchObject({ code: 'RAREMASK_BROKEN_DRAW' });
  });

  it('is made of a sample without truth, in training and in a survey', async () => {
    const feed = await open();
    const id = '2x2/unjudged';
    await expect(all(feed.batches(0, [[{ id }]]))).rejects.toMatchObject({
      code: 'RAREMASK_NO_TRUTH',
    });
    await expect(all(feed.survey([id]))).rejects.toMatchObject({ code: 'RAREMASK_NO_TRUTH' });
  });
});

it.each([0, 1])(
  'a read that never answers is said, and given up at a signal, %d workers',
  async (workers) => {
    const stop = new AbortController();
    const said: string[] = [];
    const say = (what: string, seconds: number) => {
      said.push(`${seconds} ${what}`);
      stop.abort();
    };
    const waiting = new Waiting(say, { signal: stop.signal, patience: [0.05, 5, 5] });
    const feed = await open({ workers }, counted, waiting);
    const id = '1x1/never answered';
    const batches = feed.batches(0, [[{ id: '1x1/a' }], [{ id }]]);
    expect((await batches.next()).value.draws).toEqual([{ id: '1x1/a' }]);
    await expect(batches.next()).rejects.toMatchObject({
      code: 'RAREMASK_STOPPED_WAITING',
      category: 'interrupted',
    });
    expect(said).toEqual([`0.05 data (counted), read of ${id}`]);
  },
);

describe('reading ahead', () => {
  /** A data set that reads when it is told to. */
  function gated() {
    const begun: string[] = [];
    const gates = new Map<string, () => void>();
    const dataset: Dataset = {
      ...counted,
      read: (id) => {
        begun.push(id);
        return new Promise((resolve) => {
          gates.set(id, () => resolve(countedSample('1x1/a')));
        });
      },
    };
    return { begun, dataset, finish: (id: string) => gates.get(id)!() };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const draws = ['a', 'b', 'c', 'd', 'e'].map((id) => [{ id }]);

  it('stays one batch ahead without workers, and stops when nobody asks', async () => {
    const { begun, dataset, finish } = gated();
    const feed = await open({}, dataset);
    const batches = feed.batches(0, draws);
    expect(begun).toEqual([]);
    const first = batches.next();
    await settled();
    expect(begun).toEqual(['a', 'b']);
    finish('a');
    finish('b');
    await first;
    await settled();
    expect(begun).toEqual(['a', 'b']);
    await batches.return(undefined);
    await settled();
    expect(begun).toEqual(['a', 'b']);
  });

  it('counts the batches that were late, but not the first of an epoch', async () => {
    const { dataset, finish } = gated();
    const feed = await open({}, dataset);
    const batches = feed.batches(0, draws);
    const first = batches.next();
    await settled();
    finish('a');
    finish('b');
    await first;
    await settled();
    await batches.next();
    expect(feed.stalls).toBe(0);
    const third = batches.next();
    await settled();
    finish('c');
    await third;
    expect(feed.stalls).toBe(1);
  });
});

describe('close', () => {
  it('ends whoever still waits with an error', async () => {
    const feed = await open({ workers: 1 });
    const waiting = all(feed.whole(['1x1/a', '1x1/b', '1x1/c']));
    const outcome = expect(waiting).rejects.toThrow('the feed was closed');
    await feed.close();
    await outcome;
  });

  it('is waited for by the process, and a feed that nobody closes does not keep it alive', async () => {
    const plan = { ...planOf(counted), workers: 2 };
    const program = (end: string) => `
      const { openFeed } = await import(${JSON.stringify(distribution.href)});
      const feed = await openFeed(${JSON.stringify(plan)});
      for await (const { id } of feed.whole(['1x1/a', '1x1/b'])) console.log(id);
      ${end}
      console.log('end');
    `;
    for (const end of ['await feed.close();', '']) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--input-type=module',
        '--eval',
        program(end),
      ]);
      expect(stdout).toBe('1x1/a\n1x1/b\nend\n');
    }
  });
});

/** The pixels of a batch in the order of memory. */
function pixelsOf({ images, target, weight }: Batch) {
  return [...weight].map((own, index) => ({
    count: images[index * 2]!,
    second: images[index * 2 + 1]!,
    target: [...target.subarray(index * 3, index * 3 + 3)],
    weight: own,
  }));
}

describe('sources that are no data', () => {
  const noData: Dataset = {
    ...counted,
    source: (id) => (id === '4x4/b' ? { read() {} } : { id }),
  };
  const plan = { workers: 1, readsSources: true };
  const refused = /data \(4x4\/b\).*its source is no data.*plain data/s;

  it('of a sample are refused with its id', async () => {
    const feed = await open(plan, noData);
    await expect(all(feed.whole(['4x4/b']))).rejects.toThrow(refused);
  });

  it('of a donor are refused before anything is read', async () => {
    await expect(open({ ...plan, donors: ['6x8/a', '4x4/b'] }, noData)).rejects.toThrow(refused);
  });
});
