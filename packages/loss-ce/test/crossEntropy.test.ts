import { describe, expect, test } from 'vitest';
import { type Batch, evaluate, task } from '../../loss-dice/test/batch.ts';
import { make } from '../../loss-dice/test/make.ts';
import { countTensors, expectNear } from '../../loss-dice/test/tensors.ts';
import crossEntropy from '../src/index.ts';

countTensors();

const two = task('exclusive', 2);
const one = task('overlapping', 1);

/** Images of two pixels; logits log(p) give exactly the probabilities p. */
function images(
  probabilities: readonly (readonly [number, number])[],
  labels: readonly number[],
  weight = labels.map(() => 1),
): Batch {
  return {
    facts: two,
    size: [1, 2],
    logits: probabilities.flat().map(Math.log),
    target: labels.flatMap((label) => [1 - label, label]),
    weight,
  };
}

describe('softmax cross-entropy', () => {
  const batch = images(
    [
      [0.9, 0.1],
      [0.4, 0.6],
    ],
    [0, 1],
  );

  test('is the mean of -log p over the pixels, and slopes (p - t)/N', async () => {
    const { values, gradient } = evaluate(await make(crossEntropy, two), batch);
    expectNear(values, [-(Math.log(0.9) + Math.log(0.6)) / 2]);
    expectNear(gradient, [-0.1 / 2, 0.1 / 2, 0.4 / 2, -0.4 / 2]);
  });

  test('weighs a pixel by its class; divided by pixels, or by weights', async () => {
    const sum = -(Math.log(0.9) + 3 * Math.log(0.6));
    const pixels = await make(crossEntropy, two, { classWeights: { a: 3 } });
    expectNear(evaluate(pixels, batch).values, [sum / 2]);
    const weights = await make(crossEntropy, two, {
      classWeights: { a: 3 },
      normalize: 'weights',
    });
    expectNear(evaluate(weights, batch).values, [sum / 4]);
  });

  test('spreads label smoothing over the class axis', async () => {
    const four = task('exclusive', 4);
    const loss = await make(crossEntropy, four, { labelSmoothing: 0.2 });
    const probabilities = [0.1, 0.2, 0.3, 0.4];
    const { values } = evaluate(loss, {
      facts: four,
      // Wider than there are classes, so that a share taken along another axis shows.
      size: [1, 6],
      logits: Array.from({ length: 6 }, () => probabilities.map(Math.log)).flat(),
      target: Array.from({ length: 6 }, () => [0, 0, 1, 0]).flat(),
      weight: [1, 1, 1, 1, 1, 1],
    });
    const truth = [0.05, 0.05, 0.85, 0.05];
    expectNear(values, [
      -truth.reduce((sum, share, index) => sum + share * Math.log(probabilities[index]!), 0),
    ]);
  });

  test('is 0 for an image without a counted pixel, and slopes nowhere', async () => {
    const loss = await make(crossEntropy, two, { classWeights: { a: 3 }, normalize: 'weights' });
    const { values, gradient } = evaluate(loss, { ...batch, weight: [0, 0] });
    expect(values).toEqual([0]);
    expectNear(gradient, [0, 0, 0, 0]);
  });
});

test('a class weight cancels on an all-empty batch where weights are the divisor, not else', async () => {
  const empty = images(
    [
      [0.9, 0.1],
      [0.7, 0.3],
    ],
    [0, 0],
  );
  const value = async (options: Readonly<Record<string, unknown>>) =>
    evaluate(await make(crossEntropy, two, options), empty).values;
  const classWeights = { background: 0.2, a: 5 };
  const [plain] = await value({});
  expectNear(await value({ classWeights, normalize: 'weights' }), [plain!]);
  expectNear(await value({ classWeights, normalize: 'pixels' }), [0.2 * plain!]);
});

test('pooled over the batch, an image counts by its pixels', async () => {
  const batch = images(
    [
      [0.9, 0.1],
      [0.7, 0.3],
      [0.5, 0.5],
      [0.2, 0.8],
    ],
    [0, 0, 0, 0],
    [1, 1, 1, 0],
  );
  const sums = [-Math.log(0.9 * 0.7), -Math.log(0.5)];
  expectNear(evaluate(await make(crossEntropy, two), batch).values, [sums[0]! / 2, sums[1]!]);
  const pooled = await make(crossEntropy, two, { pool: 'batch' });
  expectNear(evaluate(pooled, batch).values, [(sums[0]! + sums[1]!) / 3]);
});

describe('binary cross-entropy', () => {
  const logit = (p: number) => Math.log(p / (1 - p));
  const batch: Batch = {
    facts: one,
    size: [1, 2],
    logits: [logit(0.9), logit(0.4)],
    target: [0, 1],
    weight: [1, 1],
  };

  test('is the mean of -log of what the truth got, and slopes (p - t)/N', async () => {
    const { values, gradient } = evaluate(await make(crossEntropy, one), batch);
    expectNear(values, [-(Math.log(0.1) + Math.log(0.4)) / 2]);
    expectNear(gradient, [0.9 / 2, -0.6 / 2]);
  });

  test('counts a pixel several times where the class is there', async () => {
    const loss = await make(crossEntropy, one, { classWeights: { a: 3 } });
    expectNear(evaluate(loss, batch).values, [-(Math.log(0.1) + 3 * Math.log(0.4)) / 2]);
  });

  test('spreads label smoothing over yes and no', async () => {
    const loss = await make(crossEntropy, one, { labelSmoothing: 0.2 });
    const value = -(0.9 * Math.log(0.1) + 0.1 * Math.log(0.9));
    const other = -(0.9 * Math.log(0.4) + 0.1 * Math.log(0.6));
    expectNear(evaluate(loss, batch).values, [(value + other) / 2]);
  });

  test('keeps its slope where it is wrong and certain', async () => {
    const certain = { ...batch, logits: [1000, -1000] };
    const { values, gradient } = evaluate(await make(crossEntropy, one), certain);
    expectNear(values, [1000]);
    expectNear(gradient, [1 / 2, -1 / 2]);
  });
});
