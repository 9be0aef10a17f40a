import type { Facts, Score, ScoredRegion } from '@raremask/core';
import { createHost } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { MeasuredSet } from '@raremask/metrics';
import { describe, expect, test } from 'vitest';
import { addedScores } from '../src/judging/addedScores.ts';
import { guardedScore } from '../src/judging/guardedScore.ts';

const GOOD: Score = {
  title: 'Mine',
  unit: 'share',
  better: 'higher',
  meaning: 'How it is made.',
  empty: 'Left out.',
  measure: ({ hits }) => ({ hits }),
  of: () => 0.5,
};
const REGION = { id: 'scan3', className: 'cyst', hits: 2 } as ScoredRegion;
const SET = new MeasuredSet([{ hits: 2 }], 1);

function measured(measure: unknown) {
  return () =>
    guardedScore({ ...GOOD, measure } as Score, 'evaluate.scores[0] (mine)').measure(REGION);
}

function summed(of: unknown, more: Partial<Score> = {}) {
  return () => guardedScore({ ...GOOD, of, ...more } as Score, 'evaluate.scores[0] (mine)').of(SET);
}

describe('a score', () => {
  test('that is as it should be gives what it gives', () => {
    expect(measured(GOOD.measure)()).toEqual({ hits: 2 });
    expect(measured(() => ({ hits: null }))()).toEqual({ hits: null });
    expect(summed(() => 1)()).toBe(1);
    expect(summed(() => null)()).toBeNull();
    expect(summed(() => 7, { unit: 'mm' })()).toBe(7);
  });

  test.each([
    ['NaN', () => ({ hits: Number.NaN }), 'a finite number or null as hits', 'NaN'],
    ['infinity', () => ({ hits: -1 / 0 }), 'a finite number or null as hits', '-Infinity'],
    ['a text', () => ({ hits: '2' }), 'a finite number or null as hits', '"2"'],
    ['no object', () => 2, 'an object of numbers by name', '2'],
    ['nothing', () => undefined, 'an object of numbers by name', 'nothing'],
    ['a promise', async () => ({ hits: 1 }), 'an object of numbers by name', 'a promise'],
    ['a list', () => [1], 'an object of numbers by name', 'a list'],
  ])('that measures %s is named with its place, image and region', (_, measure, expected, got) => {
    expect(measured(measure)).toThrow(
      `evaluate.scores[0] (mine): the score gave no usable number while measuring scan3 (class cyst). Expected: ${expected}. Got: ${got}.`,
    );
  });

  test.each([
    ['NaN', () => Number.NaN, 'a finite number or null', 'NaN'],
    ['nothing', () => undefined, 'a finite number or null', 'nothing'],
    ['a text', () => 'good', 'a finite number or null', '"good"'],
    ['more than a share', () => 1.2, 'a share, from 0 to 1', '1.2'],
    ['less than a share', () => -0.1, 'a share, from 0 to 1', '-0.1'],
  ])('that sums up to %s is named', (_, of, expected, got) => {
    expect(summed(of)).toThrow(
      `evaluate.scores[0] (mine): the score gave no usable number while summing up 1 image, 1 with foreground. Expected: ${expected}. Got: ${got}.`,
    );
  });

  test('that throws is named, and its own error kept', () => {
    const own = new Error('no luck');
    const thrown = (call: () => unknown) => {
      try {
        call();
      } catch (error) {
        return error as Error;
      }
      return undefined;
    };
    const fail = () => {
      throw own;
    };
    expect(thrown(measured(fail))).toMatchObject({
      code: 'RAREMASK_SCORE_FAILED',
      message: expect.stringContaining('while measuring scan3 (class cyst): no luck'),
      cause: own,
    });
    expect(thrown(summed(fail))).toMatchObject({ code: 'RAREMASK_SCORE_FAILED', cause: own });
  });

  test('that gives other numbers than before is named', () => {
    let calls = 0;
    const guarded = guardedScore(
      { ...GOOD, measure: () => (calls++ === 0 ? { a: 1 } : { b: 1 }) },
      'here',
    );
    guarded.measure(REGION);
    expect(() => guarded.measure(REGION)).toThrow('Expected: the numbers a, as before. Got: b.');
  });

  test.each([
    ['title', { title: '' }, 'a text'],
    ['unit', { unit: 7 }, 'a text'],
    ['empty', { empty: undefined }, 'a text'],
    ['short', { short: 3 }, 'a text, or nothing'],
    ['better', { better: 'more' }, 'higher or lower'],
    ['measure', { measure: 1 }, 'a function'],
  ])('whose %s is unusable is refused when it is made', (member, broken, expected) => {
    expect(() => guardedScore({ ...GOOD, ...broken } as unknown as Score, 'here')).toThrow(
      `here: the score's ${member} is unusable. Expected: ${expected}.`,
    );
  });
});

describe('the trial of a score', () => {
  const facts = (space: 2 | 3, overlapping = false): Facts => ({
    space,
    channels: 1,
    classes: ['background', 'cyst', 'stone'].map((name, value) => ({ name, value })),
    overlapping,
  });

  async function tried(score: Partial<Score>, of: Facts) {
    const seen: ScoredRegion[] = [];
    const plugin = {
      kind: 'score' as const,
      name: 'mine',
      api: 1 as const,
      create: (): Score => ({
        ...GOOD,
        measure: (region) => {
          seen.push(region);
          return { hits: region.hits };
        },
        ...score,
      }),
    };
    const loaded = { kind: 'score', plugin, options: {}, place: 'evaluate.scores[0]' } as const;
    const manifest = { evaluate: {} };
    const scope = createHost().run({ seed: 0 });
    await addedScores(
      { manifest, plugins: { scores: [loaded] } } as unknown as LoadedManifest,
      scope,
      of,
    );
    return seen;
  }

  test.each([
    ['images', facts(2), 3],
    ['volumes', facts(3), 3],
    ['overlapping classes', facts(2, true), 4],
  ])('has quiet and alarmed, missed and found masks of %s', async (_, of, regions) => {
    const seen = await tried({}, of);
    expect(seen).toHaveLength(4 * regions);
    const all = seen.filter(({ className }) => className === null);
    expect(all.map(({ hits, misses, alarms }) => [hits, misses, alarms].map(Boolean))).toEqual([
      [false, false, false],
      [false, false, true],
      [false, true, false],
      [true, true, true],
    ]);
    expect(all[0]!.size).toHaveLength(of.space);
  });

  test('finds what fails on an empty image, and on no image at all', async () => {
    const divides: Partial<Score> = {
      measure: ({ hits, misses }) => ({ recall: hits / (hits + misses) }),
    };
    await expect(tried(divides, facts(2))).rejects.toThrow(
      'evaluate.scores[0] (mine): the score gave no usable number while measuring a trial image, quiet (any foreground)',
    );
    const sums: Partial<Score> = { of: (set) => set.sum('hits') / (set.images + set.sum('hits')) };
    await expect(tried(sums, facts(2))).rejects.toThrow(
      // No run exists yet that could be resumed.
      /while summing up 0 images, 0 with foreground\. Expected: a finite number or null\. Got: NaN\. Do this: mend the score, or take it out of evaluate\.scores\.$/,
    );
  });
});
