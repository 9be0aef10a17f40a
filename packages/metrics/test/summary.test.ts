import { describe, expect, test } from 'vitest';
import { IGNORE } from '../src/labels.ts';
import { dice } from '../src/overlap.ts';
import { type ImageScore, scoreImage } from '../src/score.ts';
import { epochScores, takesBest } from '../src/scores/epochScores.ts';
import { scoreOf, shownScores } from '../src/scores/shown.ts';
import { epochScoreDefinitions } from '../src/scores/standard.ts';
import { summarize } from '../src/summarize.ts';
import type { Summary } from '../src/summary.ts';

/** One row of pixels as an image: truth and prediction as strings of labels. */
function score(id: string, truth: string, predicted: string, classes = 2): ImageScore {
  const labels = (text: string) =>
    Uint8Array.from(text, (letter) => (letter === '?' ? IGNORE : Number(letter)));
  return scoreImage(id, {
    truth: labels(truth),
    predicted: labels(predicted),
    size: [1, truth.length],
    classes,
    overlapping: false,
  });
}

const mixed = [
  score('half', '1100', '1000'), // hits 1, misses 1: Dice 2/3, IoU 1/2
  score('missed', '0011', '0000'), // misses 2: Dice 0
  score('wide', '0100', '1111'), // hits 1, alarms 3: Dice 2/5, IoU 1/4
  score('quiet', '0000', '0000'),
  score('loud', '0000', '1011'), // alarms 3 in two components
];

describe('summarize', () => {
  test('gives the numbers that counting by hand gives', () => {
    const { foreground } = summarize(mixed, { alarmPixels: [3, 4] });
    expect(foreground).toMatchObject({
      images: 5,
      imagesWithForeground: 3,
      emptyImages: 2,
      missed: 1 / 3,
      alarmShare: 1 / 2,
      alarmShareAtLeast: [
        { pixels: 3, share: 1 / 2 },
        { pixels: 4, share: 0 },
      ],
      alarmPixelsPerEmptyImage: 3 / 2,
      pooledDice: 4 / (4 + 3 + 6), // hits 2, misses 3, alarms 6
      recall: 2 / 5,
      precision: 2 / 8,
      structures: 3,
      structuresFound: 2,
      structureRecall: 2 / 3,
      falseStructuresPerImage: 2 / 5,
    });
    const dice = (2 / 3 + 0 + 2 / 5) / 3;
    expect(foreground.diceForeground).toBeCloseTo(dice, 12);
    expect(foreground.iouForeground).toBeCloseTo((1 / 2 + 0 + 1 / 4) / 3, 12);
    expect(foreground.balanced).toBeCloseTo(Math.sqrt(dice * (1 - 1 / 2)), 12);
  });

  test('prints what each peer would print', () => {
    const { conventions } = summarize(mixed).foreground;
    const sum = 2 / 3 + 2 / 5;
    expect(conventions.monai).toBeCloseTo(sum / 3, 12); // both empty images left out
    expect(conventions.nnunet).toBeCloseTo(sum / 4, 12); // the quiet one left out, the loud one 0
    expect(conventions.smp).toBeCloseTo((sum + 1) / 5, 12); // the quiet one 1, the loud one 0
    expect(conventions.kaggle).toBeCloseTo((sum + 1) / 5, 12);
  });

  test('predicting nothing on 71 % empty images gives 0.71 by the rule of Kaggle and balanced 0', () => {
    const scores = Array.from({ length: 100 }, (_, index) =>
      score(`${index}`, index < 71 ? '0000' : '0110', '0000'),
    );
    const { foreground } = summarize(scores);
    expect(foreground.conventions.kaggle).toBeCloseTo(0.71, 12);
    expect(foreground.conventions.monai).toBe(0);
    expect(foreground.balanced).toBe(0);
    expect(foreground.missed).toBe(1);
    expect(foreground.alarmShare).toBe(0);
  });

  test('an alarm on every empty image scores balanced 0 however good Dice is', () => {
    const { foreground } = summarize([score('a', '0110', '0110'), score('b', '0000', '0001')]);
    expect(foreground.diceForeground).toBe(1);
    expect(foreground.balanced).toBe(0);
  });

  test('a perfect prediction scores 1 by every convention', () => {
    const { foreground } = summarize([score('a', '0110', '0110'), score('b', '0000', '0000')]);
    expect(foreground).toMatchObject({
      diceForeground: 1,
      balanced: 1,
      pooledDice: 1,
      alarmShare: 0,
    });
    expect(foreground.conventions).toEqual({ monai: 1, nnunet: 1, smp: 1, kaggle: 1 });
  });

  test('balanced is the one that exists when the other does not', () => {
    expect(summarize([score('a', '11', '10')]).foreground.balanced).toBeCloseTo(2 / 3, 12);
    expect(summarize([score('a', '00', '10'), score('b', '00', '00')]).foreground.balanced).toBe(
      1 / 2,
    );
    expect(summarize([]).foreground.balanced).toBe(0);
  });

  test('balanced falls with every further alarm on an empty image or more alarms beside a structure', () => {
    const balanced = (first: string, second: string) =>
      summarize([
        score('a', '01100000', first),
        score('b', '00000000', second),
        score('c', '00000000', '00000000'),
      ]).foreground.balanced;
    const values = [
      balanced('01100000', '00000000'),
      balanced('01110000', '00000000'),
      balanced('01111000', '00000000'),
      balanced('01111000', '00000001'),
    ];
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(new Set(values).size).toBe(4);
  });

  test('the order of the images does not change a bit', () => {
    const scores = Array.from({ length: 60 }, (_, index) => {
      const truth = (index * 2654435761) % 2 ** 12;
      const predicted = (index * 40503 + 977) % 2 ** 12;
      const bits = (value: number) => value.toString(2).padStart(12, '0');
      return score(`${index}`, index % 3 === 0 ? '0'.repeat(12) : bits(truth), bits(predicted));
    });
    const expected = JSON.stringify(summarize(scores));
    for (const stride of [7, 11, 13, 59]) {
      const permuted = scores.map((_, index) => scores[(index * stride) % 60]!);
      expect(new Set(permuted).size).toBe(60);
      expect(JSON.stringify(summarize(permuted))).toBe(expected);
    }
  });

  test('scores that went through JSON, in parts, summarize to the same', () => {
    const parts = [mixed.slice(3), mixed.slice(0, 3)].map(
      (part) => JSON.parse(JSON.stringify(part)) as ImageScore[],
    );
    expect(summarize(parts.flat())).toEqual(summarize(mixed));
  });

  test('no score is NaN or infinite, whatever kinds of image are absent', () => {
    const sets = [
      [],
      [score('a', '0000', '0000')],
      [score('a', '0000', '1111')],
      [score('a', '1111', '0000')],
      [score('a', '????', '1111')],
    ];
    for (const set of sets) {
      for (const value of numbers(summarize(set))) expect(Number.isFinite(value)).toBe(true);
    }
    expect(summarize([]).foreground).toMatchObject({
      images: 0,
      diceForeground: null,
      alarmShare: null,
      pooledDice: null,
      structureRecall: null,
      falseStructuresPerImage: null,
      conventions: { monai: null, nnunet: null, smp: null, kaggle: null },
    });
  });

  test('a class that is absent from an image makes it an empty image for that class', () => {
    const { classes, foreground } = summarize([
      score('a', '110', '112', 3),
      score('b', '022', '022', 3),
    ]);
    expect(classes[0]).toMatchObject({ imagesWithForeground: 1, emptyImages: 1, alarmShare: 0 });
    expect(classes[1]).toMatchObject({ imagesWithForeground: 1, emptyImages: 1, alarmShare: 1 });
    expect(foreground).toMatchObject({ imagesWithForeground: 2, emptyImages: 0, alarmShare: null });
  });

  test('an image without a scored pixel is no image at all', () => {
    const { foreground } = summarize([...mixed, score('ignored', '????', '1111')]);
    expect(foreground).toEqual(summarize(mixed).foreground);
  });

  test('scores of different tasks are refused', () => {
    expect(() => summarize([score('a', '10', '10'), score('b', '10', '10', 3)])).toThrow(
      expect.objectContaining({ code: 'RAREMASK_SCORE_MIXED' }),
    );
  });
});

describe('the standard scores', () => {
  test('define every score of a summary once, and nothing else', () => {
    const summary: Summary = summarize(mixed).foreground;
    const counts = [
      'images',
      'imagesWithForeground',
      'emptyImages',
      'structures',
      'structuresFound',
    ];
    const keys = Object.keys(summary).flatMap((key) =>
      key === 'conventions'
        ? Object.keys(summary.conventions).map((peer) => `conventions.${peer}`)
        : key === 'alarmShareAtLeast'
          ? summary.alarmShareAtLeast.map(({ pixels }) => `alarmShareAtLeast.${pixels}`)
          : [key],
    );
    const shown = shownScores([], summary);
    const defined = shown.map((definition) => definition.key);
    expect([...defined].sort()).toEqual(keys.filter((key) => !counts.includes(key)).sort());
    for (const definition of shown) {
      expect(definition.empty).toMatch(/^[A-Z].*\.$/);
      expect(definition.meaning).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('give an epoch its scores by name and column, each once', () => {
    const summary: Summary = summarize(mixed).foreground;
    expect(epochScores(summary)).toEqual({
      diceForeground: summary.diceForeground,
      missed: summary.missed,
      alarmShare: summary.alarmShare,
      alarmPixels: summary.alarmPixelsPerEmptyImage,
      pooledDice: summary.pooledDice,
      balanced: summary.balanced,
    });
    const columns = epochScoreDefinitions.map(({ epoch }) => epoch.column);
    expect(columns).toEqual([
      'val_dice_foreground',
      'val_missed',
      'val_alarm_share',
      'val_alarm_pixels',
      'val_pooled_dice',
      'val_balanced',
    ]);
  });

  test('read a score wherever it stands in a summary', () => {
    const summary: Summary = summarize(mixed, { alarmPixels: [3, 4] }).foreground;
    expect(scoreOf(summary, 'pooledDice')).toBe(summary.pooledDice);
    expect(scoreOf(summary, 'conventions.smp')).toBe(summary.conventions.smp);
    expect(scoreOf(summary, 'alarmShareAtLeast.3')).toBe(1 / 2);
    expect(scoreOf(summary, 'alarmShareAtLeast.4')).toBe(0);
    expect(scoreOf(summary, 'alarmShareAtLeast.5')).toBeNull();
    expect(scoreOf(summary, 'added.none')).toBeNull();
  });

  test('say which of two scores is kept as the best, also where less is, and of equals the later one', () => {
    expect(takesBest('balanced', 0.6, 0.5)).toBe(true);
    expect(takesBest('balanced', 0.5, 0.5)).toBe(true);
    expect(takesBest('balanced', 0.4, 0.5)).toBe(false);
    expect(takesBest('alarmShare', 0.1, 0.1)).toBe(true);
    expect(takesBest('alarmShare', 0.1, 0.2)).toBe(true);
    expect(takesBest('alarmShare', 0.2, 0.1)).toBe(false);
    expect(takesBest('alarmPixels', 12, null)).toBe(true);
    expect(takesBest('alarmPixels', null, undefined)).toBe(false);
  });
});

describe('dice', () => {
  test('is twice the hits over both areas, and does not exist on an empty image', () => {
    expect(dice({ hits: 3, misses: 1, alarms: 2 })).toBe(6 / 9); // 2 * 3 / (2 * 3 + 1 + 2)
    expect(dice({ hits: 0, misses: 4, alarms: 0 })).toBe(0);
    expect(dice({ hits: 0, misses: 0, alarms: 5 })).toBeNull();
  });
});

function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbers) : [];
}
