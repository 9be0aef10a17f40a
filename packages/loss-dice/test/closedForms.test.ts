import { describe, expect, test } from 'vitest';
import dice from '../src/index.ts';
import blob from '../src/losses/blob.ts';
import boundary from '../src/losses/boundary.ts';
import cldice from '../src/losses/cldice.ts';
import dicePlusPlus from '../src/losses/dicePlusPlus.ts';
import focalTversky from '../src/losses/focalTversky.ts';
import generalized from '../src/losses/generalized.ts';
import generalizedWasserstein from '../src/losses/generalizedWasserstein.ts';
import hausdorff from '../src/losses/hausdorff.ts';
import jaccard from '../src/losses/jaccard.ts';
import logCosh from '../src/losses/logCosh.ts';
import lovasz from '../src/losses/lovasz.ts';
import tversky from '../src/losses/tversky.ts';
import unifiedFocal from '../src/losses/unifiedFocal.ts';
import { type Batch, evaluate, randomBatch, sample, task } from './batch.ts';
import { make } from './make.ts';
import { countTensors, expectNear } from './tensors.ts';

countTensors();

const one = task('overlapping', 1);
const three = task('exclusive', 3);
const logit = (p: number) => Math.log(p / (1 - p));

/** One image of one class: 1.2 hits, 1.5 predicted, 2 true; 0.3 alarms, 0.8 misses. */
const image: Batch = {
  facts: one,
  size: [2, 2],
  logits: [0.9, 0.2, 0.1, 0.3].map(logit),
  target: [1, 0, 0, 1],
  weight: [1, 1, 1, 1],
};
const empty: Batch = { ...image, target: [0, 0, 0, 0] };
const S = 1.5;

const value = async (...parameters: Parameters<typeof make>) => {
  const loss = await make(...parameters);
  return (batch: Batch) => evaluate(loss, batch);
};

test('Jaccard is hits over the union', async () => {
  const loss = await value(jaccard, one, { smooth: 1 });
  expectNear(loss(image).values, [1 - (1.2 + 1) / (1.5 + 2 - 1.2 + 1)]);
});

describe('Tversky', () => {
  test('weighs alarms by `alarms`, misses by `misses`', async () => {
    const loss = await value(tversky, one, { alarms: 0.2, misses: 0.9, smooth: 1 });
    expectNear(loss(image).values, [1 - (1.2 + 1) / (1.2 + 0.2 * 0.3 + 0.9 * 0.8 + 1)]);
  });

  test('of 1/2 and 1/2 is Dice with twice the smoothing', async () => {
    const half = await value(tversky, one, { alarms: 0.5, misses: 0.5, smooth: 1 });
    const whole = await value(dice, one, { smooth: 2 });
    expectNear(half(image).values, whole(image).values);
  });

  test('of an empty image is aS/(aS+e), and slopes ae/(aS+e)^2', async () => {
    const [a, e] = [0.3, 2];
    const loss = await value(tversky, one, { alarms: a, smooth: e, empty: 'smooth' });
    const { values, gradient } = loss(empty);
    expectNear(values, [(a * S) / (a * S + e)]);
    const slope = (a * e) / (a * S + e) ** 2;
    expectNear(
      gradient,
      [0.9, 0.2, 0.1, 0.3].map((p) => slope * p * (1 - p)),
    );
  });
});

describe('focal Tversky', () => {
  test('raises the loss of each class before the mean', async () => {
    const two = task('overlapping', 2);
    const written = { alarms: 1, misses: 1, smooth: 0 };
    const loss = await value(focalTversky, two, { ...written, exponent: 0.5 });
    const batch: Batch = {
      facts: two,
      size: [1, 1],
      logits: [0.5, 0.8].map(logit),
      target: [1, 1],
      weight: [1],
    };
    // Tversky losses 1 - 0.5 and 1 - 0.8.
    expectNear(loss(batch).values, [(Math.sqrt(0.5) + Math.sqrt(0.2)) / 2]);
  });

  test('of an empty image that is right has a finite slope', async () => {
    const loss = await value(focalTversky, one, { exponent: 0.5, empty: 'smooth', smooth: 1 });
    const { values, gradient } = loss({ ...empty, logits: [-200, -200, -200, -200] });
    expectNear(values, [0], { absolute: 1e-3 });
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});

test('log-cosh Dice is log cosh (1 - Dice), also where Dice is nearly 1', async () => {
  const plain = await value(dice, one, { smooth: 1 });
  const loss = await value(logCosh, one, { smooth: 1 });
  for (const batch of [image, { ...image, logits: image.target.map((t) => 12 * (t - 0.5)) }]) {
    const [x] = plain(batch).values;
    expectNear(loss(batch).values, [Math.log(Math.cosh(x!))], { absolute: 1e-9, relative: 1e-3 });
  }
});

describe('generalized Dice', () => {
  const two = task('overlapping', 2);
  /** Class a has 3 pixels, class b 1; all probabilities are 1/2. */
  const batch: Batch = {
    facts: two,
    size: [1, 4],
    logits: [0, 0, 0, 0, 0, 0, 0, 0],
    target: [1, 1, 1, 0, 1, 0, 0, 0],
    weight: [1, 1, 1, 1],
  };

  test.each([
    ['square', 1 / 9],
    ['simple', 1 / 3],
    ['uniform', 1],
  ])('weighs classes by size: %s', async (weighting, a) => {
    const loss = await value(generalized, two, { weighting, smooth: 0 });
    // Hits 1.5 and 0.5, predicted 2 and 2, true 3 and 1; class b weighs 1.
    expectNear(loss(batch).values, [1 - (2 * (a * 1.5 + 0.5)) / (a * 5 + 3)]);
  });

  test('gives an absent class the weight of the smallest that is there', async () => {
    const loss = await value(generalized, two, { smooth: 0, empty: 'smooth' });
    const without = { ...batch, target: [1, 0, 1, 0, 1, 0, 0, 0] };
    // Class a: hits 1.5, predicted 2, true 3, weight 1/9. Class b: predicted 2, the same weight.
    expectNear(loss(without).values, [1 - 3 / (5 + 2)]);
  });

  test('of an empty image is S/(S+e): it has no weight that drops out or explodes', async () => {
    const loss = await value(generalized, one, { smooth: 2, empty: 'smooth' });
    expectNear(loss(empty).values, [S / (S + 2)]);
  });
});

describe('Lovász', () => {
  test('is the Jaccard loss where every pixel is certain', async () => {
    const loss = await value(lovasz, one, {});
    const certain = { ...image, logits: [99, 99, -99, -99] };
    // One hit, one alarm, one miss.
    expectNear(loss(certain).values, [1 - 1 / 3]);
  });

  test('weighs sorted errors by what each adds', async () => {
    const loss = await value(lovasz, one, {});
    // Errors 0.7 (miss), 0.2 (alarm), 0.1 (hit), 0.1 (quiet). Jaccard losses 1/2, 2/3, 1, 1.
    expectNear(loss(image).values, [0.7 / 2 + 0.2 / 6 + 0.1 / 3]);
  });

  test('of an empty image looks at the worst pixel alone', async () => {
    const loss = await value(lovasz, one, { empty: 'smooth', errors: 'hinge' });
    const { values, gradient } = loss({ ...empty, logits: [30, 2, 1, -5] });
    expectNear(values, [31]);
    expectNear(gradient, [1, 0, 0, 0]);
  });

  test('by hinge is refused where classes exclude each other', async () => {
    await expect(make(lovasz, three, { errors: 'hinge' })).rejects.toMatchObject({
      code: 'RAREMASK_DICE_NEEDS_OVERLAPPING',
    });
  });
});

describe('generalized Wasserstein Dice', () => {
  test('is Dice where all distances are 1 and there is one class', async () => {
    const two = task('exclusive', 2);
    const batch = randomBatch(two, [4, 4], 5);
    const wasserstein = await value(generalizedWasserstein, two, { smooth: 1 });
    const plain = await value(dice, two, { smooth: 1 });
    expectNear(wasserstein(batch).values, plain(batch).values);
    expectNear(wasserstein(batch).gradient, plain(batch).gradient);
  });

  test('counts a confusion by its distance', async () => {
    const loss = await value(generalizedWasserstein, three, {
      distances: { a: { b: 0.25 } },
      smooth: 0,
      empty: 'ignore',
    });
    const batch: Batch = {
      facts: three,
      size: [1, 2],
      logits: [0.2, 0.5, 0.3, 0.6, 0.1, 0.3].map(Math.log),
      target: [0, 1, 0, 1, 0, 0],
      weight: [1, 1],
    };
    // True a: 0.2 x 1 + 0.3 / 4. True background: 0.1 + 0.3.
    const [a, background] = [0.2 + 0.3 / 4, 0.4];
    const hits = 1 - a;
    expectNear(loss(batch).values, [1 - (2 * hits) / (2 * hits + a + background)]);
  });

  test('of an empty image is S/(S+e)', async () => {
    const two = task('exclusive', 2);
    const loss = await value(generalizedWasserstein, two, { smooth: 3, empty: 'smooth' });
    const batch = randomBatch(two, [3, 3], 1);
    const alone = sample({ ...batch, target: batch.target.map((_, i) => +(i % 2 === 0)) }, 0);
    const plain = await value(dice, two, { smooth: 3, empty: 'smooth' });
    expectNear(loss(alone).values, plain(alone).values);
  });

  test('is refused where classes overlap, and for a class that does not exist', async () => {
    await expect(make(generalizedWasserstein, one)).rejects.toMatchObject({
      code: 'RAREMASK_DICE_NEEDS_EXCLUSIVE',
    });
    for (const distances of [{ c: { a: 1 } }, { a: { c: 1 } }]) {
      await expect(make(generalizedWasserstein, three, { distances })).rejects.toMatchObject({
        code: 'RAREMASK_UNKNOWN_CLASS',
      });
    }
  });
});

describe('Dice++', () => {
  test('raises the probability of each alarm and each miss', async () => {
    const loss = await value(dicePlusPlus, one, { gamma: 2, smooth: 1 });
    // Alarms 0.2 and 0.1, misses 0.1 and 0.7.
    const wrong = 0.2 ** 2 + 0.1 ** 2 + 0.1 ** 2 + 0.7 ** 2;
    expectNear(loss(image).values, [1 - (2 * 1.2 + 1) / (2 * 1.2 + wrong + 1)]);
  });

  test('with gamma 1 is Dice', async () => {
    const loss = await value(dicePlusPlus, one, { gamma: 1 });
    const plain = await value(dice, one, {});
    expectNear(loss(image).values, plain(image).values);
    expectNear(loss(image).gradient, plain(image).gradient);
  });
});

describe('unified focal loss', () => {
  const parameters = { delta: 0.6, gamma: 0.5, pixels: 0.3, smooth: 0 };
  // Probabilities of the truth: 0.9 and 0.3 (foreground), 0.8 and 0.9.
  const foreground = [0.9, 0.3];
  const background = [0.8, 0.9];
  const tversky = 1 - 1.2 / (1.2 + 0.4 * 0.3 + 0.6 * 0.8);
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
  const faded = (p: number) => -((1 - p) ** 0.5) * Math.log(p);

  test('asymmetric, fades pixels without foreground', async () => {
    const loss = await value(unifiedFocal, one, parameters);
    const pixels =
      (0.4 * sum(background.map(faded)) + 0.6 * sum(foreground.map((p) => -Math.log(p)))) / 4;
    expectNear(loss(image).values, [0.3 * pixels + 0.7 * Math.sqrt(tversky)]);
  });

  test('symmetric, fades all pixels', async () => {
    const loss = await value(unifiedFocal, one, { ...parameters, symmetry: 'symmetric' });
    const pixels = (0.4 * sum(background.map(faded)) + 0.6 * sum(foreground.map(faded))) / 4;
    expectNear(loss(image).values, [0.3 * pixels + 0.7 * Math.sqrt(tversky)]);
  });

  test('is the same for one overlapping class and for that class beside its background', async () => {
    const two = task('exclusive', 2);
    const beside: Batch = {
      ...image,
      facts: two,
      logits: image.logits.flatMap((score) => [0, score]),
      target: image.target.flatMap((truth) => [1 - truth, truth]),
    };
    for (const symmetry of ['symmetric', 'asymmetric']) {
      const overlapping = await value(unifiedFocal, one, { ...parameters, symmetry });
      const exclusive = await value(unifiedFocal, two, { ...parameters, symmetry });
      expectNear(exclusive(beside).values, overlapping(image).values);
    }
  });

  test('keeps its pixel part on an empty image, whatever the policy', async () => {
    const loss = await value(unifiedFocal, one, { ...parameters, empty: 'ignore' });
    const pixels = (0.4 * sum([0.1, 0.8, 0.9, 0.7].map(faded))) / 4;
    expectNear(loss(empty).values, [0.3 * pixels]);
  });
});

/** One image of one class from rows of truth and of probabilities. */
function rows(
  truth: readonly string[],
  probability: (row: number, column: number) => number,
): Batch {
  const size = [truth.length, truth[0]!.length];
  const at = truth.flatMap((line, row) => [...line].map((_, column) => probability(row, column)));
  return {
    facts: one,
    size,
    logits: at.map((p) => Math.max(-99, Math.min(99, logit(p)))),
    target: truth.flatMap((line) => [...line].map((sign) => +(sign === '#'))),
    weight: at.map(() => 1),
  };
}

describe('soft clDice', () => {
  const line = ['.......', '.......', '#######', '.......', '.......'];

  test('is 0 for a line that is predicted wider: the skeletons lie inside', async () => {
    const loss = await value(cldice, one, { smooth: 0 });
    const wide = rows(line, (row) => +(row >= 1 && row <= 3));
    expectNear(loss(wide).values, [0], { absolute: 1e-4 });
  });

  test('of a line that breaks off counts the part that is missed', async () => {
    const loss = await value(cldice, one, { smooth: 0 });
    const half = rows(line, (row, column) => +(row === 2 && column < 4));
    // The predicted skeleton is all inside; of the true one, 4 of 7.
    expectNear(loss(half).values, [1 - (2 * 1 * (4 / 7)) / (1 + 4 / 7)], { absolute: 1e-4 });
  });
});

describe('distance losses', () => {
  const dot = ['.....', '.#...', '.....'];

  test('Hausdorff weighs a squared error by its squared distance from the outlines', async () => {
    const loss = await value(hausdorff, one, {});
    const far = rows(dot, (row, column) => (row === 1 && column === 1 ? 1 : +(column === 4) * 0.4));
    // Three alarms of 0.4, below one half, so that both masks are the dot: 3^2 + 1, 3^2, 3^2 + 1.
    const squares = 10 + 9 + 10;
    expectNear(loss(far).values, [(0.4 ** 2 * 2 * squares) / 15], { absolute: 1e-5 });
  });

  test('Hausdorff measures no farther than `reach`', async () => {
    const loss = await value(hausdorff, one, { reach: 2 });
    const far = rows(dot, (row, column) => (row === 1 && column === 1 ? 1 : +(column === 4) * 0.4));
    expectNear(loss(far).values, [(0.4 ** 2 * 2 * 3 * 4) / 15], { absolute: 1e-5 });
  });

  test('distances are those of the spacing', async () => {
    const loss = await value(hausdorff, { ...one, spacing: [0.5, 1] }, {});
    const far = rows(dot, (row, column) => (row === 1 && column === 1 ? 1 : +(column === 4) * 0.4));
    // Columns are twice as far apart as rows: 6^2 + 1, 6^2, 6^2 + 1.
    expectNear(loss(far).values, [(0.4 ** 2 * 2 * (37 + 36 + 37)) / 15], { absolute: 1e-5 });
  });

  test('boundary weighs an alarm by its distance from the structure', async () => {
    const loss = await value(boundary, one, {});
    const far = rows(dot, (row, column) => (row === 1 && column === 1 ? 1 : +(column === 4) * 0.4));
    // From the dot, less half a pixel to its outline.
    const distances = 2 * Math.sqrt(10) + 3 - 3 * 0.5;
    expectNear(loss(far).values, [(0.4 * distances) / 15], { absolute: 1e-5 });
  });

  test('boundary weighs a miss by its depth inside', async () => {
    const loss = await value(boundary, one, {});
    const square = ['.....', '.###.', '.###.', '.###.', '.....'];
    const missed = rows(square, (row, column) => +(square[row]![column] === '#' && row !== 2));
    // The missed row is 1, 2 and 1 pixels from outside, less half a pixel to the outline.
    expectNear(loss(missed).values, [(0.5 + 1.5 + 0.5) / 25], { absolute: 1e-5 });
  });
});

describe('blob loss', () => {
  const blobs = ['####...', '####...', '......#', '#......'];

  test('counts each structure alike, however small it is', async () => {
    const loss = await value(blob, one, { share: 1, smooth: 0 });
    const missed = rows(blobs, (row) => +(row < 2) * +(blobs[row]!.length > 0));
    // Rows 0 and 1 are predicted whole: 8 hits, 6 alarms. Two structures are missed.
    const large = 1 - (2 * 8) / (8 + 6 + 8);
    expectNear(loss(missed).values, [(large + 1 + 1) / 3], { absolute: 1e-4 });
  });

  test('looks at `structures` of them', async () => {
    const loss = await value(blob, one, { share: 1, smooth: 0, structures: 1 });
    // The last in reading order is the one that is missed.
    const missed = rows(blobs, (row) => +(row < 3));
    expectNear(loss(missed).values, [1], { absolute: 1e-4 });
  });

  test('joins what touches at corners, as far as `reach`', async () => {
    const stairs = ['#....', '.#...', '..#..', '...#.', '....#'];
    const predicted = rows(stairs, (row, column) => +(row === column && row < 4));
    const whole = await value(blob, one, { share: 1, smooth: 0 });
    expectNear(whole(predicted).values, [1 - (2 * 4) / (4 + 5)], { absolute: 1e-4 });
    const pieces = await value(blob, one, { share: 1, smooth: 0, reach: 2 });
    expect(pieces(predicted).values[0]).not.toBeCloseTo(1 - (2 * 4) / (4 + 5), 3);
  });

  test('has the rest of the share from Dice', async () => {
    const batch = randomBatch(one, [5, 5], 3, 1);
    const parts = { share: 0.25, smooth: 1 };
    const [mixed] = (await value(blob, one, parts))(batch).values;
    const [alone] = (await value(blob, one, { ...parts, share: 1 }))(batch).values;
    const [plain] = (await value(dice, one, { smooth: 1 }))(batch).values;
    expectNear([mixed!], [0.25 * alone! + 0.75 * plain!]);
  });
});
