import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type DatasetFacts, IGNORE, type Sample, type SurveyedImage } from '@raremask/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fitNormalization } from '../src/intensities/normalize.ts';
import { BatchMemory } from '../src/reading/batchMemory.ts';
import type { CountedImage } from '../src/reading/plan.ts';
import { SampleReader } from '../src/reading/sampleReader.ts';
import { CountedImages } from '../src/survey/countedImages.ts';
import { censusOf, takeSurvey } from '../src/survey/survey.ts';

const facts: DatasetFacts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'hole', value: 1 },
    { name: 'crack', value: 2 },
  ],
  overlapping: false,
};

/** Labels as they look; x = ignored. Intensities are counted from `from`. */
function drawn(id: string, rows: readonly string[], from = 0): Sample {
  const pixels = rows.join('');
  return {
    id,
    size: [rows.length, rows[0]!.length],
    image: Uint16Array.from(pixels, (_, index) => from + index),
    labels: Uint8Array.from(pixels, (pixel) => (pixel === 'x' ? IGNORE : Number(pixel))),
  };
}

const samples: Record<string, Sample> = {
  // A hole of 5 around the middle, one of 1, a diagonal crack, an ignored pixel.
  full: drawn(
    'full',
    ['010001', '111000', '010020', '00000x', '000200'].map((row) => row),
  ),
  empty: drawn('empty', ['0000', '0000'], 100),
  other: drawn('other', ['22', '22']),
};

const dataset = {
  facts,
  ids: ['empty', 'full', 'other'],
  group: () => undefined,
  read: async (id: string) => samples[id]!,
};

function count(sample: Sample, own: DatasetFacts = facts): Promise<CountedImage> {
  const reader = new SampleReader(
    { read: async () => sample },
    {
      facts: own,
      normalization: { kind: 'none' },
      pixelWeights: own.classes.map(() => 1),
      seed: 0,
      multipleOf: [1, 1],
    },
    new BatchMemory(),
  );
  return reader.survey(sample.id);
}

/** Reads from `samples`, and says what was read. */
function reader() {
  const asked: string[] = [];
  async function* read(ids: readonly string[]) {
    for (const id of ids) {
      asked.push(id);
      yield await count(samples[id]!);
    }
  }
  return { asked, read };
}

describe('one image', () => {
  it('is counted by class, with ignored pixels apart', async () => {
    const image = await count(samples.full!);
    expect(image.classPixels).toEqual([21, 6, 2]);
    expect(image.ignoredPixels).toBe(1);
    expect(image.size).toEqual([5, 6]);
  });

  it('has its structures by class, the largest first, each with a pixel of its own as centre', async () => {
    const { structures, structureCount } = await count(samples.full!);
    expect(structureCount).toBe(4);
    expect(structures).toEqual([
      { class: 1, pixels: 5, centre: [1, 1] },
      { class: 1, pixels: 1, centre: [0, 5] },
      { class: 2, pixels: 1, centre: [2, 4] },
      { class: 2, pixels: 1, centre: [4, 3] },
    ]);
  });

  it('has a centre on the structure, though the centroid lies beside it', async () => {
    const ring = drawn('ring', ['11111', '10001', '10001', '10001', '11111']);
    const { structures } = await count(ring);
    // The centroid is (2, 2); the middle of each side is nearest, the upper one comes first.
    expect(structures).toEqual([{ class: 1, pixels: 16, centre: [0, 2] }]);
  });

  it('keeps the 256 largest structures and the number of all', async () => {
    const row = '10'.repeat(40);
    const gap = '0'.repeat(80);
    const many = drawn('many', ['110'.padEnd(80, '0'), gap, ...Array(8).fill([row, gap]).flat()]);
    const { structures, structureCount } = await count(many);
    expect(structureCount).toBe(1 + 8 * 40);
    expect(structures).toHaveLength(256);
    expect(structures[0]!.pixels).toBe(2);
  });

  it('keeps small structures of a rare class beside many large ones of another', async () => {
    const holes = '110'.repeat(60);
    const gap = '0'.repeat(180);
    const cracks = '200'.repeat(2).padEnd(180, '0');
    const many = drawn('many', [cracks, gap, ...Array(6).fill([holes, gap]).flat()]);
    const { structures, structureCount } = await count(many);
    expect(structureCount).toBe(2 + 6 * 60);
    expect(structures).toHaveLength(256);
    expect(structures.filter((structure) => structure.class === 2)).toHaveLength(2);
    expect(structures.at(0)!.class).toBe(1);
    expect(structures.at(-1)!.class).toBe(2);
  });

  it('has the moments and the range of its intensities', async () => {
    // 100 to 107: mean 103.5, variance (64 - 1) / 12 = 5.25.
    const { intensity } = await count(samples.empty!);
    expect(intensity).toEqual([
      { mean: 103.5, meanSquare: 103.5 ** 2 + 5.25, minimum: 100, maximum: 107 },
    ]);
  });

  it('with overlapping classes counts each, without pixels where one is unjudged', async () => {
    const sample: Sample = {
      id: 'a',
      size: [1, 3],
      image: new Uint8Array(3),
      labels: Uint8Array.of(1, 1, 1, 0, 1, IGNORE),
    };
    const classes = facts.classes.slice(1);
    const image = await count(sample, { ...facts, classes, overlapping: true });
    expect(image.classPixels).toEqual([2, 1]);
    expect(image.ignoredPixels).toBe(1);
    expect(image.structures).toEqual([
      { class: 0, pixels: 2, centre: [0, 0] },
      { class: 1, pixels: 1, centre: [0, 0] },
    ]);
  });

  it('may be a volume', async () => {
    const labels = new Uint8Array(27);
    labels.fill(1, 9, 18);
    const sample: Sample = { id: 'a', size: [3, 3, 3], image: new Uint8Array(27), labels };
    const { structures } = await count(sample, { ...facts, space: 3 });
    expect(structures).toEqual([{ class: 1, pixels: 9, centre: [1, 1, 1] }]);
  });
});

describe('a survey', () => {
  it('gives what was counted, by id, and the training ids in the order of the data set', async () => {
    const survey = await takeSurvey({
      dataset,
      ids: ['full', 'empty', 'other'],
      train: ['full', 'empty'],
      read: reader().read,
      identity: 'x',
    });
    expect(survey.train).toEqual(['empty', 'full']);
    expect(survey.image('full')).toEqual(await count(samples.full!));
    expect([...survey.train, 'other'].map((id) => survey.hasForeground(id))).toEqual([
      false,
      true,
      true,
    ]);
    expect(() => survey.image('gone')).toThrow('gone: the survey has no image with this id');
  });

  it('has a census of its training split', async () => {
    const survey = await takeSurvey({
      dataset,
      ids: dataset.ids,
      train: ['empty', 'full'],
      read: reader().read,
      identity: 'x',
    });
    // 8 + 30 pixels, one of them ignored.
    expect(censusOf(survey, facts)).toEqual({
      images: 2,
      emptyImages: 1,
      pixels: 37,
      classes: [
        {
          name: 'background',
          pixels: 29,
          share: 29 / 37,
          images: 2,
          structures: 0,
          meanStructure: 0,
        },
        { name: 'hole', pixels: 6, share: 6 / 37, images: 1, structures: 2, meanStructure: 3 },
        { name: 'crack', pixels: 2, share: 2 / 37, images: 1, structures: 2, meanStructure: 1 },
      ],
    });
  });

  it('counts structures in its census that it has not kept', async () => {
    const row = '10'.repeat(40);
    const many = drawn(
      'full',
      Array(8)
        .fill([row, '0'.repeat(80)])
        .flat(),
    );
    const survey = await takeSurvey({
      dataset,
      ids: ['full'],
      train: ['full'],
      read: async function* () {
        yield await count(many);
      },
      identity: 'x',
    });
    expect(censusOf(survey, facts).classes[1]).toMatchObject({ structures: 320, meanStructure: 1 });
  });

  it('says how far it is', async () => {
    const steps: [number, number][] = [];
    await takeSurvey({
      dataset,
      ids: dataset.ids,
      train: [],
      read: reader().read,
      identity: 'x',
      onProgress: (done, total) => void steps.push([done, total]),
    });
    expect(steps).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });
});

describe('kept counts', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'raremask-survey-'));
  });
  beforeEach(async () => {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    Object.assign(prints, { full: '1', empty: '1', other: '1' });
    warnings.length = 0;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const prints: Record<string, string> = {};
  const warnings: string[] = [];
  const printed = { ...dataset, fingerprint: async (id: string) => prints[id]! };

  async function take(ids = dataset.ids, identity = 'x', cacheFolder = folder) {
    const { asked, read } = reader();
    const survey = await takeSurvey({
      dataset: printed,
      ids,
      train: ids,
      read,
      identity,
      cacheFolder,
      warn: (line) => void warnings.push(line),
    });
    return { asked, images: ids.map((id) => survey.image(id)) };
  }
  const onlyFile = async () => {
    const [name, ...others] = await readdir(folder);
    expect(others).toEqual([]);
    return join(folder, name!);
  };

  it('are taken over, exactly, while the fingerprints are the same', async () => {
    const first = await take();
    expect(first.asked).toEqual(dataset.ids);
    const second = await take();
    expect(second.asked).toEqual([]);
    expect(second.images).toEqual(first.images);
    prints.full = '2';
    expect((await take()).asked).toEqual(['full']);
    expect((await take()).asked).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('are kept under a hash of the options, which may hold a secret', async () => {
    await take(dataset.ids, '{"key":"hunter2"}');
    const text = await readFile(await onlyFile(), 'utf8');
    expect(text).toContain('"identity":"');
    expect(text).not.toContain('hunter2');
  });

  it('grow with each part that is counted', async () => {
    expect((await take(['full'])).asked).toEqual(['full']);
    expect((await take(['empty'])).asked).toEqual(['empty']);
    expect((await take()).asked).toEqual(['other']);
  });

  it('belong to one plugin with its options', async () => {
    await take(dataset.ids, 'x');
    expect((await take(dataset.ids, 'y')).asked).toEqual(dataset.ids);
    expect((await take(dataset.ids, 'x')).asked).toEqual([]);
  });

  it('remember which images the data set has emptied', async () => {
    const shape = { space: 2, classes: 3, channels: 1 };
    for (const sample of [samples['full']!, { ...samples['empty']!, emptied: true }]) {
      const image = await count(sample);
      expect(image.emptied).toBe(sample.emptied === true);
      const images = new CountedImages(shape);
      images.add(7, image);
      expect(images.image(sample.id)).toEqual(image);
      const view = images.view(sample.id)!;
      for (const [name, value] of Object.entries(image)) {
        expect(view[name as keyof CountedImage], name).toEqual(value);
      }
    }
  });

  it('survive an image that cannot be read', async () => {
    async function* read() {
      yield await count(samples.empty!);
      throw new Error('damaged');
    }
    const run = takeSurvey({
      dataset: printed,
      ids: dataset.ids,
      train: [],
      read,
      identity: 'x',
      cacheFolder: folder,
    });
    await expect(run).rejects.toThrow('damaged');
    expect((await take()).asked).toEqual(['full', 'other']);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['without its last line end', (text: string) => text.slice(0, -1)],
    ['no JSON', () => 'hello\n'],
    ['empty', () => ''],
    ['with a line of another shape', (text: string) => `${text}["full",1,1,2,3]\n`],
    ['with a number that is none', (text: string) => text.replace(/\d+\]/, '"x"]')],
  ])('are counted anew with a warning where the file is %s', async (_, damage) => {
    await take();
    const file = await onlyFile();
    await writeFile(file, damage(await readFile(file, 'utf8')));
    expect((await take()).asked).toEqual(dataset.ids);
    expect(warnings).toEqual([`${file} is damaged and is counted anew`]);
    expect((await take()).asked).toEqual([]);
  });

  it('of parts are put together by whoever counts the whole, and taken away', async () => {
    const part = async (number: number, ids: readonly string[]) => {
      const { asked, read } = reader();
      const given = { dataset: printed, ids, train: ids, read, identity: 'x', cacheFolder: folder };
      await takeSurvey({ ...given, part: { number, of: 2 } });
      return asked;
    };
    expect(await part(1, ['empty', 'full'])).toEqual(['empty', 'full']);
    expect(await part(1, ['empty', 'full'])).toEqual([]);
    expect(await part(2, ['other'])).toEqual(['other']);
    expect(await readdir(folder)).toHaveLength(2);
    const whole = await take();
    expect(whole.asked).toEqual([]);
    expect(whole.images).toEqual((await take()).images);
    expect(basename(await onlyFile())).toMatch(/^survey-[0-9a-f]{16}\.ndjson$/);
    prints.full = '2';
    expect(await part(2, ['full', 'other'])).toEqual(['full']);
    expect((await take()).asked).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('of a process that was killed are those that it had written, without a half line', async () => {
    await take();
    const file = await onlyFile();
    const text = await readFile(file, 'utf8');
    const lines = text.split('\n');
    await rm(file);
    // Of this machine; no process has this number.
    const name = `${basename(file, '.ndjson')}.${hostname().replaceAll(/[^\w-]/g, '_')}-4194305.counting`;
    await writeFile(join(folder, name), `${lines[0]}\n${lines[1]}\n${lines[2]!.slice(0, -9)}`);
    expect((await take()).asked).toEqual(['full', 'other']);
    expect(await onlyFile()).toBe(file);
    expect(warnings).toEqual([]);
  });

  it('of a process that counts still are left to it', async () => {
    await take();
    const file = await onlyFile();
    const name = `${basename(file, '.ndjson')}.elsewhere-7.counting`;
    await rename(file, join(folder, name));
    expect((await take()).asked).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual([name]);
  });

  it('of an older version are counted anew without a word', async () => {
    await take();
    const file = await onlyFile();
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^\{"survey":\d+/, '{"survey":0'));
    expect((await take()).asked).toEqual(dataset.ids);
    expect(warnings).toEqual([]);
  });

  it('are given up with a warning where they cannot be written', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    const { images } = await take(dataset.ids, 'x', join(blocked, 'cache'));
    expect(images).toHaveLength(3);
    expect(warnings).toEqual([expect.stringContaining('are not kept for the next run')]);
  });

  it('are not looked for where the data set has no fingerprints', async () => {
    const { asked, read } = reader();
    const options = { dataset, ids: ['full'], train: [], read, identity: 'x', cacheFolder: folder };
    await takeSurvey(options);
    await takeSurvey(options);
    expect(asked).toEqual(['full', 'full']);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('normalization', () => {
  const survey = (train = dataset.ids) =>
    takeSurvey({ dataset, ids: dataset.ids, train, read: reader().read, identity: 'x' });

  it('of the set has the mean and deviation of all training pixels', async () => {
    const values = ['full', 'empty'].flatMap((id) => [...samples[id]!.image]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const fitted = fitNormalization('set', await survey(['full', 'empty']), facts);
    expect(fitted).toEqual({
      kind: 'affine',
      mean: [expect.closeTo(mean, 10)],
      deviation: [expect.closeTo(Math.sqrt(variance), 10)],
    });
  });

  it('of constant images divides by 1', () => {
    const constant = { mean: 0.1, meanSquare: 0.1 ** 2 + 1e-18, minimum: 0.1, maximum: 0.1 };
    const image = { size: [2, 2], intensity: [constant] } as unknown as SurveyedImage;
    const flat = { train: ['a'], image: () => image };
    expect(fitNormalization('set', flat, facts)).toEqual({
      kind: 'affine',
      mean: [0.1],
      deviation: [1],
    });
  });

  it.each([
    [0.5, 1],
    [1, 1],
    [2, 255],
    [255, 255],
    [1100, 65535],
  ])('to unit divides intensities up to %d by %d', (maximum, largest) => {
    const image = { intensity: [{ minimum: 0, maximum }] } as unknown as SurveyedImage;
    expect(fitNormalization('unit', { train: ['a'], image: () => image }, facts)).toEqual({
      kind: 'affine',
      mean: [0],
      deviation: [largest],
    });
  });

  it('to unit refuses what has no largest value', () => {
    const fit = (minimum: number, maximum: number) => () =>
      fitNormalization(
        'unit',
        {
          train: ['a'],
          image: () => ({ intensity: [{ minimum, maximum }] }) as unknown as SurveyedImage,
        },
        facts,
      );
    expect(fit(-1, 5)).toThrow('unit has no largest value');
    expect(fit(0, 70000)).toThrow('unit has no largest value');
  });

  it('by image and none are no numbers of the set', async () => {
    expect(fitNormalization('image', await survey(), facts)).toEqual({ kind: 'image' });
    expect(fitNormalization('none', await survey(), facts)).toEqual({ kind: 'none' });
  });
});
