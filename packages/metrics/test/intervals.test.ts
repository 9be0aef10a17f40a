import { expect, test } from 'vitest';
import { bootstrapIntervals } from '../src/intervals.ts';
import { type ImageScore, scoreImage } from '../src/score.ts';
import { intervalOf } from '../src/scores/shown.ts';
import { summarize } from '../src/summarize.ts';

/** Images of 8 pixels, the truth before the prediction. */
function scored(...images: readonly (readonly [string, string])[]): ImageScore[] {
  return images.map(([truth, predicted], index) =>
    scoreImage(`image${index}`, {
      ...{ truth: Uint8Array.from(truth, Number), predicted: Uint8Array.from(predicted, Number) },
      ...{ size: [1, 8], classes: 2, overlapping: false },
    }),
  );
}

const FOUND = ['00111100', '00111100'] as const;
const HALF = ['00111100', '00110000'] as const;
const MISSED = ['00111100', '00000000'] as const;
const QUIET = ['00000000', '00000000'] as const;
const ALARM = ['00000000', '01100000'] as const;
const MIXED = [FOUND, HALF, MISSED, FOUND, HALF, QUIET, ALARM, QUIET, QUIET, FOUND] as const;
const alone = (id: string) => id;

/** A score of one number an image: its mean. */
function meanInterval(values: readonly number[], groups: readonly string[]) {
  const images = values.map((_, at) => ({ id: `${at}`, group: groups[at]!, isFilled: true }));
  const measured = values.map((value) => ({ value }));
  return bootstrapIntervals(images, [{ key: 'mean', of: (set) => set.mean('value'), measured }])[
    'mean'
  ]!;
}

/**
 * scipy 1.17.1: stats.bootstrap((x,), np.mean, n_resamples=200000, method='percentile', rng=0), of 20 numbers
 * x_i = ((37 i) mod 101) / 100, and of the ten means of two neighbours each.
 */
const SCIPY = { single: [0.3525, 0.6175], pairs: [0.378, 0.592] } as const;

test('the interval of a mean is that of scipy, but for the chance of a thousand draws', () => {
  const values = Array.from({ length: 20 }, (_, at) => ((37 * at) % 101) / 100);
  const single = meanInterval(
    values,
    values.map((_, at) => `${at}`),
  );
  expect(Math.abs(single[0] - SCIPY.single[0])).toBeLessThan(0.015);
  expect(Math.abs(single[1] - SCIPY.single[1])).toBeLessThan(0.015);
  const pairs = meanInterval(
    values,
    values.map((_, at) => `${at >> 1}`),
  );
  expect(Math.abs(pairs[0] - SCIPY.pairs[0])).toBeLessThan(0.015);
  expect(Math.abs(pairs[1] - SCIPY.pairs[1])).toBeLessThan(0.015);
});

test('images of one group are drawn together: equal ones make a group as uncertain as one image', () => {
  const values = [0, 0, 0, 0, 1, 1, 1, 1];
  const single = meanInterval(
    values,
    values.map((_, at) => `${at}`),
  );
  const groups = meanInterval(values, ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
  expect(single[0]).toBeGreaterThan(0);
  // Two groups: both the same in half of the draws.
  expect(groups).toEqual([0, 1]);
});

test('a summary has intervals where groups are told, in any order the same', () => {
  const images = scored(...MIXED);
  const { foreground } = summarize(images, { groupOf: alone });
  expect(foreground.groups).toBe(10);
  const [low, high] = intervalOf(foreground, 'diceForeground')!;
  expect(low).toBeLessThan(foreground.diceForeground!);
  expect(high).toBeGreaterThan(foreground.diceForeground!);
  const again = summarize(images.toReversed(), { groupOf: alone });
  expect(again.foreground.intervals).toEqual(foreground.intervals);
  const without = summarize(images).foreground;
  expect(without).not.toHaveProperty('intervals');
  expect({ ...without, groups: 10, intervals: foreground.intervals }).toEqual(foreground);
  expect(JSON.parse(JSON.stringify(foreground))).toEqual(foreground);
});

test('a share that is 0 or 1 in every draw has the exact interval of its groups', () => {
  const quiet = summarize(scored(FOUND, FOUND, QUIET, QUIET, QUIET, QUIET), { groupOf: alone });
  // Of four empty images none has an alarm: 1 - 0.025^(1/4), scipy.stats.binomtest(0, 4).proportion_ci().
  const alarms = intervalOf(quiet.foreground, 'alarmShare')!;
  expect(alarms[0]).toBe(0);
  expect(alarms[1]).toBeCloseTo(0.6023646, 6);
  // Two structures, both found: binomtest(2, 2) has 0.1581139 to 1.
  expect(intervalOf(quiet.foreground, 'structureRecall')![0]).toBeCloseTo(0.1581139, 6);
});

test('one group says nothing of others, and a score that does not exist has no interval', () => {
  const one = summarize(scored(...MIXED), { groupOf: () => 'patient' }).foreground;
  expect(one.groups).toBe(1);
  expect(Object.values(one.intervals!).every((interval) => interval === null)).toBe(true);
  const empty = summarize(scored(QUIET, ALARM, QUIET), { groupOf: alone }).foreground;
  expect(intervalOf(empty, 'diceForeground')).toBeUndefined();
  expect(intervalOf(empty, 'alarmShare')).toBeDefined();
});

test('scores that a manifest adds have intervals as well', () => {
  const added = [
    {
      name: 'area',
      measure: ({ hits, alarms }: { hits: number; alarms: number }) => ({ area: hits + alarms }),
      of: (set: { values(name: string): readonly number[] }) => set.values('area').at(-1) ?? null,
    },
  ];
  const scores = MIXED.map(([truth, predicted], index) =>
    scoreImage(
      `${index}`,
      {
        ...{ truth: Uint8Array.from(truth, Number), predicted: Uint8Array.from(predicted, Number) },
        ...{ size: [1, 8], classes: 2, overlapping: false },
      },
      added,
    ),
  );
  const { foreground } = summarize(scores, { added, groupOf: alone });
  expect(foreground.added).toEqual({ area: 4 });
  expect(intervalOf(foreground, 'added.area')).toEqual([2, 4].map((end) => expect.closeTo(end, 0)));
});
