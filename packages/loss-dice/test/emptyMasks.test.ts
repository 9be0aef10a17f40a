import { describe, expect, test } from 'vitest';
import dice from '../src/index.ts';
import { type Batch, evaluate, task } from './batch.ts';
import { census, make } from './make.ts';
import { countTensors, expectNear } from './tensors.ts';

countTensors();

const facts = task('overlapping', 1);
const logit = (p: number) => Math.log(p / (1 - p));

/** Images of four pixels with these probabilities, and this truth where there is one. */
function images(
  probabilities: readonly (readonly number[])[],
  target = probabilities.map((image) => image.map(() => 0)),
): Batch {
  return {
    facts,
    size: [2, 2],
    logits: probabilities.flat().map(logit),
    target: target.flat(),
    weight: probabilities.flat().map(() => 1),
  };
}

/** A gradient with respect to logits, from one with respect to probabilities. */
function throughSigmoid(probabilities: readonly number[], slope: (p: number) => number): number[] {
  return probabilities.map((p) => slope(p) * p * (1 - p));
}

const alarm = [0.9, 0.2, 0.1, 0.3];
const S = 1.5;
const Q = 0.81 + 0.04 + 0.01 + 0.09;

describe('an image without foreground', () => {
  test.each([1e-5, 1, 10, 100])('with smooth %d is S/(S+e), and slopes e/(S+e)^2', async (e) => {
    const loss = await make(dice, facts, { empty: 'smooth', smooth: e });
    const { values, gradient } = evaluate(loss, images([alarm]));
    expectNear(values, [S / (S + e)]);
    expectNear(
      gradient,
      throughSigmoid(alarm, () => e / (S + e) ** 2),
    );
  });

  test('with smooth only below is 1, and slopes nowhere', async () => {
    const smooth = { numerator: 0, denominator: 1 };
    const loss = await make(dice, facts, { empty: 'smooth', smooth });
    const { values, gradient } = evaluate(loss, images([alarm]));
    expectNear(values, [1]);
    expectNear(gradient, [0, 0, 0, 0]);
  });

  test('with squares is Q/(Q+e), and slopes 2pe/(Q+e)^2: haze is nearly free', async () => {
    const loss = await make(dice, facts, {
      empty: 'smooth',
      smooth: 1,
      denominator: 'squared',
    });
    const { values, gradient } = evaluate(loss, images([alarm]));
    expectNear(values, [Q / (Q + 1)]);
    expectNear(
      gradient,
      throughSigmoid(alarm, (p) => (2 * p) / (Q + 1) ** 2),
    );
  });

  test('with smooth `structure` is 1/2 at as many alarm pixels as a structure has', async () => {
    // The census counts structures of 8 pixels: S = 8 in an image of 16.
    const loss = await make(dice, facts, { empty: 'smooth', smooth: 'structure' }, census(facts));
    const half = Array.from({ length: 16 }, () => 0.5);
    expectNear(evaluate(loss, { ...images([half]), size: [4, 4] }).values, [8 / (8 + 8)]);
  });

  test('is left out by `ignore`: it is 0, and slopes nowhere', async () => {
    const loss = await make(dice, facts, { empty: 'ignore' });
    const { values, gradient } = evaluate(loss, images([alarm]));
    expectNear(values, [0]);
    expectNear(gradient, [0, 0, 0, 0]);
  });

  test('is its binary cross-entropy by `cross-entropy`', async () => {
    const loss = await make(dice, facts, { empty: 'cross-entropy' });
    const { values, gradient } = evaluate(loss, images([alarm]));
    expectNear(values, [-Math.log(0.1 * 0.8 * 0.9 * 0.7) / 4]);
    expectNear(
      gradient,
      throughSigmoid(alarm, (p) => 1 / (1 - p) / 4),
    );
  });

  test('is its mean probability by `mean-probability`', async () => {
    const loss = await make(dice, facts, { empty: 'mean-probability' });
    const { values, gradient } = evaluate(loss, images([alarm]));
    expectNear(values, [S / 4]);
    expectNear(
      gradient,
      throughSigmoid(alarm, () => 1 / 4),
    );
  });

  test('is the Dice of its background by `background`', async () => {
    const loss = await make(dice, facts, { empty: 'background', smooth: 0 });
    const { values } = evaluate(loss, images([alarm]));
    // 4 - S hits, 4 - S predicted, 4 true.
    expectNear(values, [1 - (2 * (4 - S)) / (4 - S + 4)]);
  });

  test('still slopes by `cross-entropy` where an alarm is certain, in three classes too', async () => {
    const exclusive = task('exclusive', 3);
    const loss = await make(dice, exclusive, { empty: 'cross-entropy' });
    const { values, gradient } = evaluate(loss, {
      facts: exclusive,
      size: [1, 1],
      logits: [0, 0, 1000],
      target: [1, 0, 0],
      weight: [1],
    });
    // Class a: -log(1 - 0) = 0. Class b: -log(1 - p) = 1000 - log 2. Their mean.
    expectNear(values, [(1000 - Math.log(2)) / 2]);
    expectNear(gradient, [-1 / 4, -1 / 4, 1 / 2]);
  });
});

describe('an image with a structure', () => {
  test('of V pixels that is missed is V/(V+e)', async () => {
    const loss = await make(dice, facts, { smooth: 1 });
    const missed = {
      ...images([[0.5, 0.5, 0.5, 0.5]], [[1, 1, 1, 0]]),
      logits: [-99, -99, -99, -99],
    };
    expectNear(evaluate(loss, missed).values, [3 / (3 + 1)]);
  });

  test('is the same under every policy for empty masks', async () => {
    const batch = images([alarm], [[1, 0, 0, 1]]);
    for (const empty of ['smooth', 'ignore', 'cross-entropy', 'mean-probability', 'background']) {
      const loss = await make(dice, facts, { empty, smooth: 1 });
      // 1.2 hits, S = 1.5 predicted, 2 true.
      expectNear(evaluate(loss, batch).values, [1 - (2 * 1.2 + 1) / (S + 2 + 1)]);
    }
  });
});

test('pooled over the batch, an alarm on an empty image slopes (2I+e)/(C+e)^2', async () => {
  const loss = await make(dice, facts, { pool: 'batch', smooth: 1 });
  const { values, gradient } = evaluate(
    loss,
    images(
      [alarm, [0.8, 0.1, 0.1, 0.1]],
      [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ],
    ),
  );
  // I = 0.8 hits; C = 1.5 + 1.1 predicted + 1 true.
  expectNear(values, [1 - (2 * 0.8 + 1) / (3.6 + 1)]);
  expectNear(
    gradient.slice(0, 4),
    throughSigmoid(alarm, () => (2 * 0.8 + 1) / (3.6 + 1) ** 2),
  );
});

test('`ignore` takes the mean over the classes that the image has', async () => {
  const two = task('overlapping', 2);
  const loss = await make(dice, two, { empty: 'ignore', smooth: 0 });
  const { values } = evaluate(loss, {
    facts: two,
    size: [1, 2],
    logits: [0.5, 0.9, 0.5, 0.9].map(logit),
    target: [1, 0, 1, 0],
    weight: [1, 1],
  });
  // Class a: 2 x 1 / (1 + 2). Class b is not there.
  expectNear(values, [1 - 2 / 3]);
});

test('a class weight multiplies the class in the mean', async () => {
  const two = task('overlapping', 2);
  const loss = await make(dice, two, { classWeights: { b: 3 }, smooth: 0 });
  const { values } = evaluate(loss, {
    facts: two,
    size: [1, 1],
    logits: [0.5, 0.8].map(logit),
    target: [1, 1],
    weight: [1],
  });
  // Dice of a is 1/1.5, of b 1.6/1.8.
  expectNear(values, [(1 * (1 - 1 / 1.5) + 3 * (1 - 1.6 / 1.8)) / 4]);
});

test('clip is the largest loss of a class, and its slope is 0 from there', async () => {
  const clipped = await make(dice, facts, { empty: 'smooth', smooth: 1, clip: 0.5 });
  const batch = images(
    [alarm, alarm],
    [
      [0, 0, 0, 0],
      [1, 0, 0, 1],
    ],
  );
  const { values, gradient } = evaluate(clipped, batch);
  // S/(S+1) = 0.6 is clipped; 1 - (2.4 + 1)/(1.5 + 2 + 1) = 0.24 is not.
  expectNear(values, [0.5, 1 - 3.4 / 4.5]);
  expectNear(gradient.slice(0, 4), [0, 0, 0, 0]);
  expect(gradient.slice(4).every((slope) => slope !== 0)).toBe(true);
});

test('multiplicity counts a pixel of a class several times, in hits, misses and totals', async () => {
  const batch = images([alarm], [[1, 0, 0, 1]]);
  const several = await make(dice, facts, { multiplicity: { a: 5 }, smooth: 1 });
  const weighted = await make(dice, facts, { smooth: 1 });
  expectNear(
    evaluate(several, batch).values,
    evaluate(weighted, { ...batch, weight: [5, 1, 1, 5] }).values,
  );
});

test('multiplicity drops out on an image without foreground', async () => {
  const once = await make(dice, facts, { empty: 'smooth' });
  const tenfold = await make(dice, facts, { empty: 'smooth', multiplicity: { a: 10 } });
  expect(evaluate(tenfold, images([alarm]))).toEqual(evaluate(once, images([alarm])));
});
