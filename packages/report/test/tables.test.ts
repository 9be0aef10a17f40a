import { scoreImage, summarize } from '@raremask/metrics';
import type { Evaluation, Inspection } from '@raremask/record';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { findingsOf } from '../src/inspectionFindings.ts';
import { averageText, measureText, percentText, timeText } from '../src/numberText.ts';
import { drawExample } from '../src/overlays/inspectionExample.ts';
import { inspectionPage } from '../src/page/inspectionPage.ts';
import { columns } from '../src/terminal/columns.ts';
import { inspectionTable } from '../src/terminal/inspectionTable.ts';
import { resultTable } from '../src/terminal/resultTable.ts';
import { visibleLength, wrapped } from '../src/terminal/wrapped.ts';

const plainText = { color: false, width: 100 };

/** Rows of 8 pixels: 1 = foreground of class 1, 2 = of class 2. */
function evaluationOf(
  rows: readonly { readonly truth: string; readonly predicted: string }[],
  names: readonly string[] = ['nodule'],
  groupOf?: (id: string) => string,
): Evaluation {
  const scores = rows.map(({ truth, predicted }, index) =>
    scoreImage(`image${index}`, {
      truth: Uint8Array.from(truth, Number),
      predicted: Uint8Array.from(predicted, Number),
      size: [1, 8],
      classes: names.length + 1,
      overlapping: false,
    }),
  );
  const { foreground, classes } = summarize(scores, { groupOf });
  return {
    split: 'validation',
    checkpoint: 'best',
    epoch: 7,
    summary: {
      foreground,
      classes: classes.map((summary, index) => ({ name: names[index]!, summary })),
    },
    images: [],
  };
}

/** Dice 2*2/(2*2+2) = 0.667 and 1; one of two empty images has an alarm, of 3 pixels. */
const mixed = evaluationOf([
  { truth: '11110000', predicted: '11000000' },
  { truth: '00110000', predicted: '00110000' },
  { truth: '00000000', predicted: '00000000' },
  { truth: '00000000', predicted: '01110000' },
]);

describe('the result table', () => {
  test('has Dice where there is foreground beside the alarms where there is none', () => {
    const lines = resultTable(mixed, plainText).split('\n');
    expect(lines[0]).toBe(
      'validation, best weights (epoch 7): 4 images, 2 with foreground, 2 without',
    );
    const row = lines.find((line) => line.includes('0.833'));
    expect(row?.trim().split(/ {2,}/)).toEqual([
      '0.833', // (0.667 + 1) / 2
      '1 of 2 (50 %)',
      '0 of 2',
      '1.50', // 3 pixels on 2 images
      '0.615', // 2*4 / (2*4 + 2 + 3)
      '2 of 2',
      '0.25', // 1 on 4 images
    ]);
  });

  test('has the interval of each number below it, or beside it where the terminal is narrow', () => {
    const rows = [
      { truth: '11110000', predicted: '11000000' },
      { truth: '00110000', predicted: '00110000' },
      { truth: '00000000', predicted: '00000000' },
      { truth: '00000000', predicted: '01110000' },
    ];
    const alone = evaluationOf(rows, ['nodule'], (id) => id);
    const text = resultTable(alone, plainText);
    // Two images with foreground, 0.667 and 1; of two of them, none is missed: 1 - 0.025^(1/2).
    expect(text).toMatch(/ 0\.67–1\.00 +0–100 % +0–84 % /);
    expect(text).toContain('Intervals of 95 %: 4 images, each by itself, drawn anew 1,000 times.');
    const narrow = resultTable(alone, { color: false, width: 60 });
    expect(narrow).toMatch(/^Dice \(images with foreground\) +0\.833 +0\.67–1\.00$/m);
    const pairs = evaluationOf(rows, ['nodule'], (id) => (id < 'image2' ? 'a' : 'b'));
    expect(resultTable(pairs, plainText)).toContain('2 groups of images drawn anew');
    const one = evaluationOf(rows, ['nodule'], () => 'a');
    expect(resultTable(one, plainText)).toContain('No intervals: all images are of one group.');
  });

  test('has a row for each class when there are several', () => {
    const text = resultTable(
      evaluationOf(
        [
          { truth: '11220000', predicted: '11000000' },
          { truth: '00000000', predicted: '00000000' },
        ],
        ['nodule', 'vessel'],
      ),
      plainText,
    );
    expect(text).toMatch(/any foreground +0\.667 +0 of 1 \(0 %\)/);
    expect(text).toMatch(/nodule +1\.000/);
    expect(text).toMatch(/vessel +0\.000/);
  });

  test('stands on end where the terminal is narrow', () => {
    const text = resultTable(mixed, { color: false, width: 60 });
    expect(text).toMatch(/^Dice \(images with foreground\) +0\.833$/m);
    expect(text).toMatch(/^alarms \(images without\) +1 of 2 \(50 %\)$/m);
    for (const line of text.split('\n').slice(2)) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('shows what other packages would print when it is asked for', () => {
    const text = resultTable(mixed, { ...plainText, conventions: true });
    expect(text).toMatch(/MONAI +0\.833/); // empty images left out
    expect(text).toMatch(/nnU-Net +0\.556/); // (0.667 + 1 + 0) / 3
    expect(text).toMatch(/Kaggle \(SIIM-ACR\) +0\.667/); // (0.667 + 1 + 1 + 0) / 4
    expect(resultTable(mixed, plainText)).not.toContain('MONAI');
  });

  test('says what must be said about the data, and the verdict', () => {
    const text = resultTable({ ...mixed, remark: 'SYNTHETIC: made up.' }, plainText);
    expect(text).toContain('\nSYNTHETIC: made up.\n');
    expect(text).toContain('False alarms on empty images. Something is predicted on 1 of 2 (50 %)');
  });

  test('has dashes where no image of a kind exists', () => {
    const text = resultTable(
      evaluationOf([{ truth: '11000000', predicted: '11000000' }]),
      plainText,
    );
    expect(text).toMatch(/1\.000 +– +0 of 1 +– +1\.000/);
  });
});

describe('columns', () => {
  test('line up and have no lines between them', () => {
    expect(
      columns(
        ['kind', 'use'],
        [
          ['loss', '@x/dice'],
          ['sampler', 'y'],
        ],
        plainText,
      ),
    ).toBe(['kind     use', 'loss     @x/dice', 'sampler  y'].join('\n'));
  });

  test('wrap the widest cell between words', () => {
    const text = columns(['', 'what'], [['ok', 'one two three four five six seven eight']], {
      color: false,
      width: 24,
    });
    expect(text.split('\n')).toEqual([
      '    what',
      'ok  one two three four',
      '    five six seven eight',
    ]);
  });

  test('lose nothing of a word that is longer than its column', () => {
    const path = '/usr/lib/somewhere/below/library.so';
    const text = columns(['', 'what'], [['ok', `see ${path} there`]], { color: false, width: 24 });
    expect(
      text
        .replaceAll(/\n +/g, '')
        .replace(/^.*see/s, 'see')
        .replaceAll(' ', ''),
    ).toBe(`see${path}there`);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(24);
  });

  test('remove control characters from cells', () => {
    expect(columns([''], [['a\u001b[31mb\nc']], plainText)).toBe('a [31mb c');
  });
});

describe('the inspection table', () => {
  const inspection: Inspection = {
    name: 'phantom',
    remark: 'SYNTHETIC: made up.',
    splits: [
      { name: 'train', images: 320, empty: 256, groups: 40, emptyGroups: 12 },
      { name: 'validation', images: 60, empty: 48, groups: 8, emptyGroups: 3 },
    ],
    classes: [
      {
        name: 'background',
        value: 0,
        pixels: 1e6,
        share: 0.99869,
        images: 380,
        structures: 0,
        structurePixels: null,
        structureSizes: [],
      },
      {
        name: 'nodule',
        value: 255,
        pixels: 1310,
        share: 0.00131,
        images: 76,
        structures: 81,
        structurePixels: {
          min: 6,
          q05: 8,
          q25: 22,
          median: 61,
          mean: 84,
          q75: 120,
          q95: 300,
          max: 410,
        },
        structureSizes: [{ from: 4, to: 8, count: 81 }],
      },
    ],
    groups: [
      { name: 'p1', splits: ['train', 'validation'], images: 9, empty: 9 },
      { name: 'p2', splits: ['train'], images: 3, empty: 1 },
    ],
    foregroundShares: [{ from: 2 ** -10, to: 2 ** -9, count: 76 }],
    emptied: [
      { id: 'y', split: 'train' },
      { id: 'z', split: 'train' },
    ],
    blank: [
      { id: 'v', split: 'train', foreground: 0 },
      { id: 'w', split: 'train', foreground: 5 },
      { id: 'x', split: 'train', foreground: 0 },
      { id: 'y', split: 'validation', foreground: 0 },
    ],
    duplicates: [
      { ids: ['a', 'b'], splits: ['train', 'validation'] },
      { ids: ['c', 'd', 'e', 'g', 'h'], splits: ['train'] },
    ],
    unreadable: [
      {
        id: 'f',
        split: 'train',
        code: 'RAREMASK_MASK_VALUE',
        message: 'masks/f.png: value 7 stands for no class.',
      },
    ],
    batches: {
      sampler: '@raremask/sampler',
      batch: 8,
      window: [32, 32],
      batches: 40,
      images: 320,
      emptyShare: 0.5,
      foregroundPerBatch: 4,
      structuresPerBatch: 4.5,
      foregroundShare: 0.0123,
      batchesWithoutForeground: 0.125,
      emptiedByWindow: 0.3,
      classes: [{ name: 'nodule', structuresPerBatch: 4.5, batchesWithout: 0.125 }],
      epochs: [
        {
          epoch: 1,
          batches: 40,
          emptyShare: 0.5,
          structuresPerBatch: 4.5,
          batchesWithoutForeground: 0.125,
        },
      ],
      wholeEpochs: true,
    },
    recommendation: {
      settings: [{ path: 'train.epochs', value: 40, reason: 'because <of> this' }],
      manifest: '# because\ntrain: { epochs: 40 }\n',
    },
    sizes: Array.from({ length: 9 }, (_, index) => ({
      size: [64, 64 + index],
      images: 40 - index,
    })),
    channels: 1,
    intensity: [
      {
        channel: 0,
        min: -1000,
        mean: -612.4,
        deviation: 88.25,
        max: 400,
        imageMeans: { q05: -700, median: -610, q95: -520 },
      },
    ],
    ignoredShare: 0.02,
    warnings: ['3 images are all of one value'],
  };

  test('counts empty images by split and over all', () => {
    const text = inspectionTable(inspection, plainText);
    expect(text).toMatch(/train +320 +64 +256 +80 % +40/);
    expect(text).toMatch(/validation +60 +12 +48 +80 % +8/);
    expect(text).toMatch(/all +380 +76 +304 +80 % +48/);
  });

  test('says what the batches hold', () => {
    const text = inspectionTable(inspection, plainText);
    expect(text).toContain('batches of 8 windows of 32 × 32 by @raremask/sampler');
    expect(text).toMatch(/^1 +40 +50 % +4\.50 +13 %/m);
    expect(text).toContain('1.2 % of the pixels in the batches are foreground');
  });

  test('names what is wrong with the data, and nothing where nothing is', () => {
    expect(findingsOf(inspection)).toEqual([
      '1 image cannot be read and must be mended',
      '  f: masks/f.png: value 7 stands for no class.',
      '4 images are blank, of one value all over (train 3, validation 1): v, w, x and 1 more',
      '1 blank image has foreground in the mask: w',
      '2 images lose all foreground at the resolution that the data set brings it to: y, z',
      '1 image stands in more than one split, so scores will look better than they are: a = b',
      '1 image is there more than once within a split: c = d = e and 2 more',
      '1 group in more than one split: p1 (train, validation)',
      '13 % of the batches have no foreground at all',
      '30 % of the windows of images with foreground show none of it',
    ]);
    const sound = {
      ...inspection,
      groups: [],
      blank: [],
      emptied: [],
      duplicates: [],
      unreadable: [],
    };
    const full = { ...inspection.batches, batchesWithoutForeground: 0, emptiedByWindow: 0 };
    expect(findingsOf({ ...sound, batches: full })).toEqual([]);
  });

  test('a page has the tables, the charts, the examples and the manifest, and no address', async () => {
    const example = drawExample({
      sample: {
        id: 'one',
        size: [8, 8],
        image: Uint8Array.from({ length: 64 }, (_, index) => index),
        labels: Uint8Array.from({ length: 64 }, (_, index) => (index === 20 ? 1 : 0)),
      },
      split: 'train',
      kind: 'smallest',
      foreground: 1,
      classes: 2,
      overlapping: false,
    });
    const page = await inspectionPage(inspection, [example]);
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).toContain('little foreground: 1 px, train');
    expect(page).toContain('because &lt;of&gt; this');
    expect(page).toContain('1 group in more than one split');
    expect(page).not.toMatch(/https?:/);
  });

  test('keeps two digits of a small share, and gives the sizes of structures', () => {
    expect(inspectionTable(inspection, plainText)).toMatch(
      /nodule +255 +0\.13 % +76 +81 +6 +22 +61 +120 +410/,
    );
  });

  test('joins rare sizes, and says what is ignored, synthetic or odd', () => {
    const text = inspectionTable(inspection, plainText);
    expect(text).toContain('64 × 64');
    expect(text).toMatch(/3 other sizes +99/); // 34 + 33 + 32
    expect(text).toContain('2 % of the pixels are not judged');
    expect(text).toContain('SYNTHETIC: made up.');
    expect(text).toContain('warning: 3 images are all of one value');
  });
});

describe('wide characters', () => {
  test.each(['患者001', 'がん検診', '👩‍⚕️ ward', 'Ａ１', 'Müller'])(
    'a column that holds %s keeps its right edge, and nothing is cut off',
    (name) => {
      const lines = columns(
        ['id', 'n'],
        [
          [name, '1'],
          ['x', '2'],
        ],
        { ...plainText },
      ).split('\n');
      expect(lines[1]).toContain(name);
      const before = lines.map((line) => stringWidth(line.slice(0, line.search(/[n12]$/))));
      expect(new Set(before).size).toBe(1);
    },
  );

  test('count twice where a text is broken, and colour codes do not count', () => {
    const text = Array.from({ length: 6 }, () => '患者患者').join(' '); // 6 words of 8 columns
    expect(wrapped(text, 26).map((line) => stringWidth(line))).toEqual([26, 26]);
    expect(visibleLength('\u001b[36m患者\u001b[39m')).toBe(4);
  });
});

describe('numbers', () => {
  test('read without surprises', () => {
    expect([0, 0.004, 0.5, 0.996, 1].map(percentText)).toEqual([
      '0 %',
      '0.4 %',
      '50 %',
      '99.6 %',
      '100 %',
    ]);
    expect([0.001234, 1.5, 23.45, 1234.5, Number.NaN].map(measureText)).toEqual([
      '0.0012',
      '1.500',
      '23.4',
      '1,235',
      'NaN',
    ]);
    expect([0, 0.004, 0.1, 7.29166, 43.21, 436.7].map(averageText)).toEqual([
      '0',
      '0.004',
      '0.10',
      '7.29',
      '43.2',
      '437',
    ]);
    expect([4, 45.2, 200, 3900].map(timeText)).toEqual([
      '4.0 s',
      '45 s',
      '3 min 20 s',
      '1 h 5 min',
    ]);
  });
});
