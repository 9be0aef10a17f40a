import { expect, test } from 'vitest';
import { emptiedNote, NOTHING_DONE } from '../src/training/epochSums.ts';

const named = (name: string, at: number) => ({ name, where: `train.augment[${at}] (${name})` });
const sums = { ...NOTHING_DONE, masks: 100, emptied: 10 };

test('augmentations that empty windows are advised by what is in the manifest', () => {
  const all = ['flip-rotate', 'cutout', 'mine'].map(named);
  expect(emptiedNote(sums, all)).toBe(
    'augmentation left 10 of 100 windows with foreground without any; lower the size of train.augment[1] (cutout), or look at what train.augment[2] (mine) does, or take larger windows',
  );
  expect(emptiedNote(sums, [])).toMatch(/any; take larger windows$/);
});

test('one window in twenty may be emptied without a word', () => {
  expect(emptiedNote({ ...sums, emptied: 5 }, [named('cutout', 0)])).toBe(undefined);
});
