import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SplitOptions, type SplitRule, splitIds } from '../src/opening/split.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raremask-split-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ids = Array.from({ length: 100 }, (_, index) => `i${String(index).padStart(3, '0')}`);

/** Ten images a group, 19 of 100 without foreground. */
const dataset = { ids, group: (id: string) => `g${id[2]}` };
const isEmpty = (id: string) => Number(id.slice(1)) % 5 === 0 && id !== 'i050';

function split(rule: Partial<SplitRule>, more: Partial<SplitOptions> = {}) {
  return splitIds({
    dataset,
    split: { validation: 0.2, by: 'image', stratify: true, ...rule },
    folder,
    seed: 3,
    classesIn: (id) => (isEmpty(id) ? [] : [1]),
    ...more,
  });
}

/** Splits by list files with these contents. */
async function lists(
  contents: Partial<Record<'train' | 'validation' | 'test', string>>,
  options: Partial<SplitOptions> = {},
) {
  const rule: Record<string, string> = {};
  for (const [name, content] of Object.entries(contents)) {
    rule[name] = `${name}.txt`;
    await writeFile(join(folder, `${name}.txt`), content);
  }
  const warnings: string[] = [];
  const result = await split(
    { ...rule, by: 'group' },
    { ...options, warn: (line) => void warnings.push(line) },
  );
  return { ...result, warnings };
}

describe('by share', () => {
  it('divides images and empty images likewise, each into one split', async () => {
    const { train, validation, test } = await split({ validation: 0.2, test: 0.1 });
    expect([train.length, validation.length, test.length]).toEqual([70, 20, 10]);
    expect([...train, ...validation, ...test].toSorted()).toEqual(ids);
    // 19 empty images: 13.3, 3.8 and 1.9 of them.
    expect([train, validation, test].map((own) => own.filter(isEmpty).length)).toEqual([13, 4, 2]);
  });

  it('keeps the order of the data set', async () => {
    const { train, validation } = await split({});
    expect(train).toEqual(train.toSorted());
    expect(validation).toEqual(validation.toSorted());
  });

  it('is the same for the same seed only', async () => {
    const first = await split({});
    expect(await split({})).toEqual(first);
    expect(await split({}, { seed: 4 })).not.toEqual(first);
  });

  it('never cuts through a group', async () => {
    const { train, validation, test } = await split({ validation: 0.2, test: 0.1, by: 'group' });
    const groups = (own: readonly string[]) => new Set(own.map(dataset.group));
    expect(groups(train).size + groups(validation).size + groups(test).size).toBe(10);
    expect([train.length, validation.length, test.length]).toEqual([70, 20, 10]);
  });

  it('takes images for groups where the data set has none', async () => {
    const alone = { ids, group: () => undefined };
    const { validation } = await split({ by: 'group' }, { dataset: alone });
    expect(validation).toHaveLength(20);
  });

  it('spreads groups that are all empty or all filled', async () => {
    const emptyGroup = (id: string) => Number(id[2]) < 5;
    for (const seed of [1, 2, 3, 4, 5]) {
      const { validation } = await split(
        { by: 'group' },
        { classesIn: (id) => (emptyGroup(id) ? [] : [1]), seed },
      );
      expect(validation.filter(emptyGroup)).toHaveLength(10);
      expect(validation).toHaveLength(20);
    }
  });

  it('exchanges groups until no exchange brings the counts nearer', async () => {
    // Sizes that dealing by size alone gets wrong: 7 of 28 can be 7, or 4 and 3.
    const sizes = { a: 8, b: 7, c: 6, d: 4, e: 3 };
    const own = Object.entries(sizes).flatMap(([group, size]) =>
      Array.from({ length: size }, (_, index) => `${group}${index}`),
    );
    for (const seed of [1, 2, 3, 4]) {
      const { train, validation } = await split(
        { validation: 0.25, by: 'group' },
        { dataset: { ids: own, group: (id) => id[0] }, classesIn: () => [1], seed },
      );
      expect([train.length, validation.length]).toEqual([21, 7]);
    }
  });

  it('gives each split a part of every class, however rare, and one image of it to be learnt from', async () => {
    // Two images of the first class, three of the second, one of the third; the rest is empty.
    const shown: Record<string, number[]> = {
      ...{ i003: [1], i047: [1], i010: [2], i011: [2], i012: [2], i099: [3] },
    };
    const classesIn = (id: string) => shown[id] ?? [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const { train, validation } = await split({}, { classesIn, seed });
      const counts = (own: readonly string[]) =>
        [1, 2, 3].map((one) => own.filter((id) => classesIn(id).includes(one)).length);
      expect(counts(validation)).toEqual([1, 1, 0]);
      expect(counts(train)).toEqual([1, 2, 1]);
      expect(validation.length).toBeGreaterThanOrEqual(20);
      expect(validation.length).toBeLessThanOrEqual(22);
    }
  });

  it('gives validation one of two images with foreground', async () => {
    const few = { ids: ['a', 'b', 'c', 'd', 'e'], group: () => undefined };
    const classesIn = (id: string) => (id < 'c' ? [1] : []);
    for (const seed of [1, 2, 3, 4, 5]) {
      const { train, validation } = await split({}, { dataset: few, classesIn, seed });
      const filled = (own: readonly string[]) => own.filter((id) => classesIn(id).length > 0);
      expect([filled(train).length, filled(validation).length]).toEqual([1, 1]);
    }
  });

  it('asks nobody which images are empty without stratify', async () => {
    const asked: string[] = [];
    const { validation } = await split(
      { stratify: false },
      { classesIn: (id) => [asked.push(id)] },
    );
    expect(asked).toEqual([]);
    expect(validation).toHaveLength(20);
  });

  it('gives every split something, though one group is nearly all', async () => {
    const lopsided = { ids, group: (id: string) => (id < 'i098' ? 'big' : id) };
    for (const seed of [1, 2, 3]) {
      const { train, validation, test } = await split(
        { validation: 0.01, test: 0.01, by: 'group' },
        { dataset: lopsided, seed },
      );
      expect([train.length, validation.length, test.length]).toEqual([98, 1, 1]);
    }
  });

  it('refuses fewer groups than splits', async () => {
    const two = { ids, group: (id: string) => (id < 'i050' ? 'a' : 'b') };
    await expect(split({ test: 0.2, by: 'group' }, { dataset: two })).rejects.toMatchObject({
      code: 'RAREMASK_SPLIT_TOO_FEW',
      category: 'data',
      message: expect.stringContaining('too few groups'),
    });
    const one = { ids: ['a'], group: () => undefined };
    await expect(split({ by: 'group' }, { dataset: one })).rejects.toThrow('too few images');
  });

  it.each([
    { validation: 0 },
    { validation: 1 },
    { validation: 0.5, test: 0.5 },
    { validation: 0.5, test: -0.1 },
    { validation: Number.NaN },
  ])('refuses %o', async (rule) => {
    await expect(split(rule)).rejects.toMatchObject({
      code: 'RAREMASK_SPLIT_SHARES',
      category: 'manifest',
    });
  });
});

describe('by list files', () => {
  it('takes the ids as they are, without blank lines, comments and spaces', async () => {
    const { train, validation, test, warnings } = await lists({
      train: '\uFEFF# training\r\ni011\r\n\r\n  i010  \r\n',
      validation: 'i020',
      test: 'i030\n',
    });
    expect({ train, validation, test }).toEqual({
      train: ['i010', 'i011'],
      validation: ['i020'],
      test: ['i030'],
    });
    expect(warnings).toEqual([]);
  });

  it('may name groups, which stand for all of their ids', async () => {
    const dataset = { ids, group: (id: string) => (id < 'i003' ? 'early' : undefined) };
    const { train, validation } = await lists(
      { train: 'early\ni050', validation: 'i051' },
      { dataset },
    );
    expect(train).toEqual([...ids.filter((id) => id < 'i003'), 'i050']);
    expect(validation).toEqual(['i051']);
    const twice = lists({ train: 'i001\nearly', validation: 'i051' }, { dataset });
    await expect(twice).rejects.toMatchObject({ code: 'RAREMASK_LIST_REPEATED_ID' });
    const near = lists({ train: 'earli', validation: 'i051' }, { dataset });
    await expect(near).rejects.toThrow(/the nearest is early/);
  });

  it('names the line of an id that does not exist, and the nearest', async () => {
    const run = lists({ train: 'i001\n', validation: '# x\ni020\ni02O\nnone at all\n' });
    await expect(run).rejects.toMatchObject({
      code: 'RAREMASK_LIST_UNKNOWN_ID',
      category: 'data',
    });
    await expect(run).rejects.toThrow(
      /validation\.txt:3: the data set has no image with the id i02O, nor with 1 more ids: none at all \(.*:4\)\. Expected: an id of the data set; the nearest is i020\./,
    );
  });

  it('may name the files of images', async () => {
    const { train, validation } = await lists({
      train: './images/i001.png masks/i001.png',
      validation: 'i002.png',
    });
    expect([train, validation]).toEqual([['i001'], ['i002']]);
    await expect(lists({ train: 'train/i001.png', validation: 'val/i002.png' })).rejects.toThrow(
      'none of the 1 lines is an id of the data set',
    );
  });

  it('names both lines of an id that is repeated', async () => {
    await expect(lists({ train: 'i001\ni002\ni001', validation: 'i003' })).rejects.toThrow(
      /train\.txt:3: the image i001 stands in the list already, at .*train\.txt:1/,
    );
  });

  it('names both places of an id that is in two lists', async () => {
    const run = lists({ train: 'i001\ni002', validation: 'i003\ni002\ni001' });
    await expect(run).rejects.toMatchObject({ code: 'RAREMASK_LISTS_OVERLAP', category: 'data' });
    await expect(run).rejects.toThrow(
      /validation\.txt:2: the image i002 is in two splits, here and at .*train\.txt:2\. .*2 images in two splits/,
    );
  });

  it('refuses an empty list and a missing file', async () => {
    await expect(lists({ train: '# nothing\n', validation: 'i001' })).rejects.toMatchObject({
      code: 'RAREMASK_LIST_EMPTY',
    });
    await expect(split({ train: 'gone.txt', validation: 'gone.txt' })).rejects.toThrow(
      /gone\.txt: the list file does not exist/,
    );
  });

  it('are looked for in the folder of the data as well', async () => {
    const dataRoot = folder;
    await writeFile(join(folder, 'there.txt'), 'i001');
    await writeFile(join(folder, 'there too.txt'), 'i002');
    const { train } = await split(
      { train: 'there.txt', validation: 'there too.txt' },
      { folder: join(folder, 'nowhere'), dataRoot },
    );
    expect(train).toEqual(['i001']);
  });

  it('warns of a group that is in two splits', async () => {
    const { warnings } = await lists({ train: 'i001\ni010', validation: 'i002\ni020' });
    expect(warnings).toEqual([
      'data.split: 1 of 3 groups are in more than one split, for example g0 in train and validation; scores will look better than they are',
    ]);
  });

  it('refuses lists mixed with shares', async () => {
    await expect(split({ validation: 'a.txt' })).rejects.toMatchObject({
      code: 'RAREMASK_SPLIT_MIXED',
      category: 'manifest',
    });
    await expect(split({ train: 'a.txt', validation: 'b.txt', test: 0.1 })).rejects.toMatchObject({
      code: 'RAREMASK_SPLIT_MIXED',
    });
  });
});

describe('by what ids begin with', () => {
  it('takes those ids', async () => {
    const result = await split({ train: { begins: 'i00' }, validation: { begins: 'i01' } });
    expect(result.train).toContain('i001');
    expect(result.train.every((id) => id.startsWith('i00'))).toBe(true);
    expect(result.validation.every((id) => id.startsWith('i01'))).toBe(true);
  });

  it('leaves what a list of test images has out of what is dealt by share', async () => {
    const result = await split({ validation: 0.2, test: { begins: 'i00' } });
    const whole = await split({ validation: 0.2 });
    expect(result.test.length).toBeGreaterThan(0);
    expect(result.test.every((id) => id.startsWith('i00'))).toBe(true);
    expect([...result.train, ...result.validation].some((id) => id.startsWith('i00'))).toBe(false);
    expect(result.validation.length).toBeGreaterThan(0);
    const all = (one: typeof whole) => [...one.train, ...one.validation, ...one.test].sort();
    expect(all(result)).toEqual(all(whole));
  });

  it('refuses a beginning that no id has', async () => {
    await expect(
      split({ train: { begins: 'i00' }, validation: { begins: 'val/' } }),
    ).rejects.toMatchObject({
      code: 'RAREMASK_LIST_NO_BEGINNING',
      message: expect.stringMatching(/no id begins with val\//),
    });
  });
});

describe('by a column of a table', () => {
  const rows = (value: string, more: object = {}) => ({
    file: 'split.csv',
    column: 'split',
    value,
    id: 'id',
    ...more,
  });
  const table = (text: string) => writeFile(join(folder, 'split.csv'), text);

  it('takes the rows that have the value', async () => {
    await table(
      '\uFEFFsplit,note,id\r\ntrain,"a, b",i003\r\n\r\nval,,i001\r\ntrain,,i002\r\nleft,,i004\r\n',
    );
    const result = await split({ train: rows('train'), validation: rows('val') });
    expect(result).toEqual({ train: ['i002', 'i003'], validation: ['i001'], test: [] });
  });

  it('goes with list files', async () => {
    await table('id,fold\ni001,1\ni002,2\n');
    await writeFile(join(folder, 'test of table.txt'), 'i005');
    const result = await split({
      train: rows('1', { column: 'fold' }),
      validation: rows('2', { column: 'fold' }),
      test: 'test of table.txt',
    });
    expect(result).toEqual({ train: ['i001'], validation: ['i002'], test: ['i005'] });
  });

  it.each([
    ['id,split\ni001,train\n', 'RAREMASK_LIST_NO_ROW', /no row has val .* train/s],
    ['id,part\ni001,train\n', 'RAREMASK_LIST_NO_COLUMN', /split\.csv:1.*no column split/s],
    ['name,split\ni001,train\n', 'RAREMASK_LIST_NO_COLUMN', /no column id.*name, split/s],
    ['id,split\n"i001,train\n', 'RAREMASK_LIST_NO_TABLE', /split\.csv/],
    ['id,split\ni002,val\ni999,train\n', 'RAREMASK_LIST_UNKNOWN_ID', /split\.csv:3/],
    ['id,split\ni001,train\ni001,train\ni002,val\n', 'RAREMASK_LIST_REPEATED_ID', /split\.csv:3/],
  ])('refuses %j', async (text, code, message) => {
    await table(text);
    await expect(split({ train: rows('train'), validation: rows('val') })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('refuses a table for some splits and shares for others', async () => {
    await expect(split({ train: rows('train'), validation: 0.2 })).rejects.toMatchObject({
      code: 'RAREMASK_SPLIT_MIXED',
    });
  });
});
