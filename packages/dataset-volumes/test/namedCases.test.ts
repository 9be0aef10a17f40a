import { namedCases } from '@raremask/dataset-volumes/browser';
import { expect, test } from 'vitest';

test('every file is a case where nothing is said', () => {
  expect(namedCases(['a_0000.nii.gz', 'b.nii'])).toEqual([
    { id: 'a_0000', files: ['a_0000.nii.gz'], missing: [] },
    { id: 'b', files: ['b.nii'], missing: [] },
  ]);
});

test('files are put into the order of the patterns, and what lacks is named', () => {
  const calls = ['{id}.nii.gz', '{id}_t2.nii.gz', 'mask-{id}.nii.gz'];
  expect(namedCases(['b_t2.nii', 'mask-b.nii.gz', 'b.nii.gz', 'a_t2.nii.gz'], calls)).toEqual([
    { id: 'b', files: ['b.nii.gz', 'b_t2.nii', 'mask-b.nii.gz'], missing: [] },
    { id: 'a', files: ['a_t2.nii.gz'], missing: ['a', 'mask-a'] },
  ]);
  expect(namedCases(['x.nii'], ['{id}_t1.nii', '{id}_t2.nii'])).toEqual([
    { id: 'x', files: ['x.nii'], missing: [] },
  ]);
});

test('numbers are channels where all files have them, from 0 on', () => {
  expect(namedCases(['a_0001.nii.gz', 'b_0000.nii.gz', 'a_0000.nii.gz'], 'numbered')).toEqual([
    { id: 'a', files: ['a_0000.nii.gz', 'a_0001.nii.gz'], missing: [] },
    { id: 'b', files: ['b_0000.nii.gz'], missing: [] },
  ]);
  for (const names of [
    ['a_0001.nii.gz', 'b_0000.nii.gz'],
    ['a_0000.nii.gz', 'b.nii.gz'],
  ]) {
    expect(namedCases(names, 'numbered').map(({ files }) => files)).toEqual(
      names.map((name) => [name]),
    );
  }
});
