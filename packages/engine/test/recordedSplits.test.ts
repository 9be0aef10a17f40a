import { describe, expect, it } from 'vitest';
import { checkSplits, keptSplits } from '../src/opening/recordedSplits.ts';

const recorded = { train: ['a', 'b', 'gone'], validation: ['c'], test: ['d'] };

describe('the splits of a run', () => {
  const kept = (ids: readonly string[]) => {
    const said: string[] = [];
    return { splits: keptSplits(ids, recorded, (line) => said.push(line)), said };
  };

  it('stay what they are when images come and go, which is said', () => {
    const { splits, said } = kept(['0', 'a', 'b', 'c', 'd']);
    expect(splits).toEqual({ train: ['a', 'b'], validation: ['c'], test: ['d'] });
    expect(said).toEqual([
      expect.stringMatching(/0 is not among the images of the run: in no split/),
      expect.stringMatching(/gone is gone since/),
    ]);
  });

  it('are those of a set of the same images without a word', () => {
    expect(kept(['a', 'b', 'c', 'd', 'gone'])).toEqual({ splits: recorded, said: [] });
  });

  it('mean nothing for another set, which is said', () => {
    const { splits, said } = kept(['x', 'y']);
    expect(splits).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/none of the images that the run was trained on/)]);
  });
});

describe('lists that have changed since a run', () => {
  it('may move images between validation and test, and name others', () => {
    checkSplits({ train: ['a', 'new'], validation: ['d'], test: ['c', 'other'] }, recorded);
  });

  it.each([
    [
      { train: ['a'], validation: ['b'], test: [] },
      /1 moved, for example b from train to validation/,
    ],
    [{ train: ['a', 'c'], validation: ['d'], test: [] }, /c from validation to train/],
  ])('never move one from or to the training: %j', (found, text) => {
    expect(() => checkSplits(found, recorded)).toThrow(text);
    expect(() => checkSplits(found, recorded)).toThrow(
      expect.objectContaining({ code: 'RAREMASK_SPLIT_CHANGED' }),
    );
  });
});
