import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { proposedSplit } from '../src/opening/proposedSplit.ts';

/** Samples a, b and c of the groups A, A and C, in a folder with these files. */
function found(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'raremask-lists-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return proposedSplit({ root, ids: ['a', 'b', 'c'], group: (id) => (id === 'c' ? 'C' : 'A') });
}

const rows = (value: string, id = 'id') => ({ file: 'split.csv', column: 'split', value, id });

test('takes a list of training and one of validation images', async () => {
  expect(await found({ 'train.txt': 'a', 'valid.txt': 'b', 'test.txt': 'c' })).toMatchObject({
    split: { train: 'train.txt', validation: 'valid.txt', test: 'test.txt' },
  });
});

test('looks where published sets have their lists, and gives the ids of each', async () => {
  const place = 'ImageSets/Segmentation';
  const { split, ids } = await found({ [`${place}/train.txt`]: 'a\nb', [`${place}/val.txt`]: 'c' });
  expect(split).toEqual({ train: `${place}/train.txt`, validation: `${place}/val.txt` });
  expect(ids).toEqual({ train: new Set(['a', 'b']), validation: new Set(['c']) });
  const lists = {
    'train.txt': 'x y z',
    'val.txt': 'a',
    'splits/train.txt': 'a',
    'splits/val.txt': 'b',
  };
  const other = await found(lists);
  expect(other.split).toEqual({ train: 'splits/train.txt', validation: 'splits/val.txt' });
  await expect(found({ 'train.txt': 'a\na', 'val.txt': 'b' })).rejects.toMatchObject({
    code: 'RAREMASK_LIST_REPEATED_ID',
  });
  const nothing = await found({ 'train.txt': 'the pixels', 'val.txt': 'of something' });
  expect(nothing.split).toBeUndefined();
  expect(nothing.remark).toMatch(/the lists that lie in the folder are not used: .*train\.txt/);
});

test('images to test may be somewhere else', async () => {
  const lists = { 'train.txt': 'a', 'val.txt': 'b\nc' };
  const { split, ids, remark } = await found({ ...lists, 'test.txt': 'x\ny' });
  expect(split).toEqual({ train: 'train.txt', validation: 'val.txt' });
  expect(ids).toEqual({ train: new Set(['a']), validation: new Set(['b', 'c']) });
  expect(remark).toMatch(
    /^the lists that lie in the folder; without that of test images: .*test\.txt/,
  );
  const others = await found({ 'train.txt': 'x', 'val.txt': 'y', 'test.txt': 'z' });
  expect(others.split).toBeUndefined();
  const column = await found({ 'split.csv': 'id,split\na,train\nb,val\nc,val\nx,test\ny,test\n' });
  expect(column.split).toEqual({ train: rows('train'), validation: rows('val') });
  expect(column.remark).toMatch(/train 1, val 2, test 2; without test, of which no image is there/);
  const some = await found({ 'split.csv': 'id,split\na,train\nb,val\nc,test\ny,test\n' });
  expect(some.split).toBeUndefined();
  expect(some.remark).toContain('as y is no image');
});

test('says that a list alone is not used', async () => {
  const { split, remark } = await found({ 'train.txt': 'a' });
  expect(split).toBeUndefined();
  expect(remark).toContain('train.txt is there, but');
});

test('follows a column of splits, and says why where it cannot', async () => {
  const of = (table: string) => found({ 'split.csv': table });
  const followed = await of('id,split\na,train\nb,train\nc,val\n');
  expect(followed.split).toEqual({ train: rows('train'), validation: rows('val') });
  expect(followed.remark).toContain('the column split of split.csv: train 2, val 1');
  expect((await of('id,split\na,training\nb,test\nc,dev\n')).split).toEqual({
    train: rows('training'),
    validation: rows('dev'),
    test: rows('test'),
  });
  const files = await of('id,split\na.png,train\nb.png,train\nc.png,val\n');
  expect(files.split).toEqual({ train: rows('train'), validation: rows('val') });
  const strange = await of('id,split\na,train\nd.png,train\nc,val\n');
  expect(strange.split).toBeUndefined();
  expect(strange.remark).toContain(
    'the column split of split.csv (train 2, val 1) is not used, as d.png is no image',
  );
  expect((await of('id,split\na,fold1\nb,fold2\nc,fold2\n')).split).toBeUndefined();
});

test('a table may name groups', async () => {
  expect((await found({ 'split.csv': 'case,split\nA,train\nC,val\n' })).split).toEqual({
    train: rows('train', 'case'),
    validation: rows('val', 'case'),
  });
});

test('proposes a share where a data set says no folder', async () => {
  const { split } = await proposedSplit({ ids: ['a'], group: () => undefined });
  expect(split).toBeUndefined();
});
