import { expect, test } from 'vitest';
import { NamedIds } from '../src/opening/namedIds.ts';

const named = () =>
  new NamedIds(new Set(['a', 'b', 'one/c', 'd e', 'f.v2']), new Map([['P', ['a', 'b']]]));

test.each([
  ['an id', 'a', ['a']],
  ['an id with a dot', 'f.v2', ['f.v2']],
  ['a group', 'P', ['a', 'b']],
  ['a file', 'a.png', ['a']],
  ['a file whose id has a dot', 'f.v2.png', ['f.v2']],
  ['a file with a space', 'd e.png', ['d e']],
  ['a file in the folder of its id', 'one/c.jpg', ['one/c']],
  ['a file in another folder', './images/one/c.jpg', ['one/c']],
  ['a file of another system', 'D:\\set\\images\\b.tif', ['b']],
  ['an image with its mask', 'images/a.jpg masks/a.png', ['a']],
  ['an image with its mask, with a comma', 'a.jpg,a_mask.png', ['a']],
  ['nothing', 'x.png', []],
  ['half of a name', 'c.jpg', []],
  ['another name that begins as an id', 'a 2', []],
  ['another number after an id', 'a.2', []],
  ['a volume', 'imagesTr/b.nii.gz', ['b']],
  ['a name with a label', 'a -1', []],
])('%s', (_, line, ids) => {
  expect(named().of(line)).toEqual(ids);
});

test('folders that ids do not have are the same in all lines', () => {
  const lists = named();
  expect(lists.of('train/a.png')).toEqual(['a']);
  expect(lists.of('val/b.png')).toEqual([]);
  expect(lists.of('train/b.png')).toEqual(['b']);
  expect(lists.of('b.png')).toEqual(['b']);
  expect(lists.of('train/b.png masks/b.png')).toEqual(['b']);
  expect(lists.of('val/b.png train/b.png')).toEqual([]);
});
