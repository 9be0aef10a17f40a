import type { ImageNumbers, ScoredRegion, ScoredSet } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { IGNORE } from '../src/labels.ts';
import { type ImageScore, scoreImage } from '../src/score.ts';
import { MeasuredSet } from '../src/scores/scoredSet.ts';
import { addedColumn, addedName, scoreOf, shownScores } from '../src/scores/shown.ts';
import { imageScoreOf, summarize } from '../src/summarize.ts';

/** Remembers what it was shown. */
function watching(numbers: (region: ScoredRegion) => ImageNumbers = () => ({})) {
  const seen: ScoredRegion[] = [];
  const measure = (region: ScoredRegion) => {
    seen.push(region);
    return numbers(region);
  };
  return { seen, added: [{ name: 'mine', measure }] };
}

const regionOf = ({ className, predicted, truth, scored }: ScoredRegion) => ({
  className,
  predicted: [...predicted],
  truth: [...truth],
  scored: [...scored],
});

describe('an added score', () => {
  test('sees each region of exclusive classes as masks, with 0 at ignored pixels', () => {
    const { seen, added } = watching();
    const input = {
      truth: Uint8Array.from([1, 2, IGNORE, 0]),
      predicted: Uint8Array.from([2, 2, 1, 1]),
      size: [1, 4],
      classes: 3,
      overlapping: false,
      names: ['cyst', 'stone'],
      spacing: [0.5, 2],
    };
    scoreImage('a', input, added);
    const scored = [1, 1, 0, 1];
    expect(seen.map(regionOf)).toEqual([
      { className: null, predicted: [1, 1, 0, 1], truth: [1, 1, 0, 0], scored },
      { className: 'cyst', predicted: [0, 0, 0, 1], truth: [1, 0, 0, 0], scored },
      { className: 'stone', predicted: [1, 1, 0, 0], truth: [0, 1, 0, 0], scored },
    ]);
    expect(seen[0]).toMatchObject({ id: 'a', size: [1, 4], spacing: [0.5, 2], pixels: 3, hits: 2 });
  });

  test('sees overlapping classes in the same way', () => {
    const { seen, added } = watching();
    // Two classes a pixel: the first pixel has both, of the second the first class is not judged.
    const input = {
      truth: Uint8Array.from([1, 1, IGNORE, 0, 0, 0]),
      predicted: Uint8Array.from([1, 0, 1, 1, 0, 0]),
      size: [1, 3],
      classes: 2,
      overlapping: true,
    };
    scoreImage('a', input, added);
    expect(seen.map(regionOf)).toEqual([
      { className: null, predicted: [1, 0, 0], truth: [1, 0, 0], scored: [1, 0, 1] },
      { className: '0', predicted: [1, 0, 0], truth: [1, 0, 0], scored: [1, 0, 1] },
      { className: '1', predicted: [0, 1, 0], truth: [1, 0, 0], scored: [1, 1, 1] },
    ]);
    expect(seen[0]).not.toHaveProperty('spacing');
  });

  test('gets copies: what it writes into its masks, the next one does not see', () => {
    const first = watching(({ truth, predicted, scored }) => {
      for (const mask of [truth, predicted, scored]) mask.fill(9);
      return {};
    });
    const second = watching();
    const truth = Uint8Array.from([1, 0]);
    const input = { truth, predicted: truth, size: [1, 2], classes: 2, overlapping: false };
    const score = scoreImage('a', input, [...first.added, { ...second.added[0]!, name: 'other' }]);
    expect(regionOf(second.seen[0]!)).toMatchObject({ truth: [1, 0], scored: [1, 1] });
    expect([...truth]).toEqual([1, 0]);
    expect(score.foreground).toMatchObject({ hits: 1, misses: 0 });
  });

  test('is not asked of an image without a scored pixel', () => {
    const { seen, added } = watching();
    const truth = Uint8Array.from([IGNORE, IGNORE]);
    const predicted = Uint8Array.from([1, 0]);
    const score = scoreImage(
      'a',
      { truth, predicted, size: [1, 2], classes: 2, overlapping: false },
      added,
    );
    expect(seen).toEqual([]);
    expect(imageScoreOf(score.foreground, { name: 'mine', of: () => 1 })).toBeNull();
  });

  test('is summed up over the images, and over each alone, and stands in a summary by its name', () => {
    const mine = {
      name: 'mine',
      measure: ({ hits, misses, alarms }: ScoredRegion) => ({
        off: hits + misses === 0 ? null : Math.abs(alarms - misses) / 10,
      }),
      of: (set: ScoredSet) => set.mean('off'),
    };
    const image = (id: string, truth: readonly number[], predicted: readonly number[]) =>
      scoreImage(
        id,
        {
          truth: Uint8Array.from(truth),
          predicted: Uint8Array.from(predicted),
          size: [1, truth.length],
          classes: 2,
          overlapping: false,
        },
        [mine],
      );
    const scores = [
      image('a', [1, 1, 1], [0, 0, 1]), // 0.2
      image('b', [1, 0, 0], [1, 1, 0]), // 0.1
      image('c', [0, 0, 0], [1, 1, 1]), // left out
    ];
    const expected = (0.1 + 0.2) / 2;
    const { foreground, classes } = summarize(scores, { added: [mine] });
    expect(foreground.added).toEqual({ mine: expected });
    expect(classes[0]!.added).toEqual({ mine: expected });
    expect(scoreOf(foreground, 'added.mine')).toBe(expected);
    expect(scores.map(({ foreground: all }) => imageScoreOf(all, mine))).toEqual([0.2, 0.1, null]);
    const sent = JSON.parse(JSON.stringify(scores)) as ImageScore[];
    expect(summarize(sent.reverse(), { added: [mine] })).toEqual({ foreground, classes });
    expect(summarize(scores).foreground).not.toHaveProperty('added');
  });

  test('is shown after the standard ones, under its own name, column and key', () => {
    const text = {
      name: 'mine',
      title: 'Mine',
      short: 'mine',
      unit: 'mm',
      better: 'lower' as const,
      meaning: 'A.',
      empty: 'B.',
    };
    const shown = shownScores([text]);
    expect(shown.at(-1)).toMatchObject({
      key: 'added.mine',
      title: 'Mine',
      epoch: { name: 'mine', column: 'val_mine' },
      head: 'mine',
      tile: true,
    });
    expect(shown).toHaveLength(shownScores().length + 1);
    expect(addedName(addedColumn('mine'))).toBe('mine');
    expect(addedName('loss_mine')).toBeUndefined();
  });
});

describe('a set', () => {
  const set = new MeasuredSet(
    [
      { a: 0.3, b: null },
      { a: 0.1, b: 4 },
      { a: 0.2, b: null },
    ],
    2,
  );

  test('has sums, counts, means and sorted values of each number, without the images that lack it', () => {
    expect([set.images, set.imagesWithForeground, set.emptyImages]).toEqual([3, 2, 1]);
    expect([set.sum('b'), set.count('b'), set.mean('b')]).toEqual([4, 1, 4]);
    expect(set.values('a')).toEqual([0.1, 0.2, 0.3]);
    expect(new MeasuredSet([{ a: null }], 0).mean('a')).toBeNull();
  });

  test('sums in one order whatever the order of the images', () => {
    // 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in their last bit.
    const turned = new MeasuredSet([{ a: 0.1 }, { a: 0.2 }, { a: 0.3 }], 2);
    expect(set.sum('a')).toBe(turned.sum('a'));
  });

  test('says which numbers there are where another one is asked for; of no image it has none', () => {
    expect(() => set.sum('c')).toThrow('measure gives no number "c", only a, b');
    expect([new MeasuredSet([], 0).sum('c'), new MeasuredSet([], 0).mean('c')]).toEqual([0, null]);
  });
});
