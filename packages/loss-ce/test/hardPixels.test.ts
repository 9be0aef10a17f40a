import { expect, test } from 'vitest';
import { type Batch, evaluate, task } from '../../loss-dice/test/batch.ts';
import { make } from '../../loss-dice/test/make.ts';
import { countTensors, expectNear } from '../../loss-dice/test/tensors.ts';
import focal from '../src/focal.ts';
import crossEntropy from '../src/index.ts';
import ohem from '../src/ohem.ts';
import topK from '../src/topK.ts';

countTensors();

const facts = task('exclusive', 2);

/** One image; each pixel's background has this probability. All are background but the last. */
function image(probabilities: readonly number[], weight = probabilities.map(() => 1)): Batch {
  return {
    facts,
    size: [1, probabilities.length],
    logits: probabilities.flatMap((p) => [Math.log(p), Math.log(1 - p)]),
    target: probabilities.flatMap((_, index) =>
      index < probabilities.length - 1 ? [1, 0] : [0, 1],
    ),
    weight,
  };
}

const batch = image([0.9, 0.8, 0.6, 0.3, 0.7]);
/** -log of what the truth has got. */
const losses = [0.9, 0.8, 0.6, 0.3, 0.3].map((p) => -Math.log(p));

test('focal loss fades by (1 - p) to the power gamma', async () => {
  const { values } = evaluate(await make(focal, facts, { gamma: 2 }), batch);
  const missed = [0.1, 0.2, 0.4, 0.7, 0.7];
  const expected = losses.reduce((sum, loss, index) => sum + loss * missed[index]! ** 2, 0) / 5;
  expectNear(values, [expected]);
});

test('focal loss with gamma 0 is cross-entropy', async () => {
  const expected = evaluate(await make(crossEntropy, facts), batch);
  const actual = evaluate(await make(focal, facts, { gamma: 0 }), batch);
  expectNear(actual.values, expected.values);
  expectNear(actual.gradient, expected.gradient);
});

test('top-k is the mean of the highest losses, a part of a pixel where the share ends in one', async () => {
  const value = async (share: number) => evaluate(await make(topK, facts, { share }), batch).values;
  // Five pixels: a share of 0.4 is two of them, 0.5 is two and a half.
  expectNear(await value(0.4), [(losses[3]! + losses[4]!) / 2]);
  expectNear(await value(0.5), [(losses[3]! + losses[4]! + losses[2]! / 2) / 2.5]);
  expectNear(await value(1), [losses.reduce((sum, loss) => sum + loss) / 5]);
});

test('top-k lets pixels of the same loss share what is left', async () => {
  const loss = await make(topK, facts, { share: 0.2 });
  const { values, gradient } = evaluate(loss, batch);
  expectNear(values, [losses[3]!]);
  // One pixel is kept, half of each of the two that are equally bad.
  expectNear(gradient, [0, 0, 0, 0, 0, 0, -0.7 / 2, 0.7 / 2, 0.7 / 2, -0.7 / 2]);
});

test('top-k counts weights: a pixel of weight 2 fills the place of two', async () => {
  const loss = await make(topK, facts, { share: 0.4 });
  // Weights sum to 5, so a weight of 2 is kept: the pixel of 0.2 against 0.9.
  const heavy = image([0.9, 0.8, 0.6, 0.2, 0.9], [1, 0.5, 0.5, 2, 1]);
  // The last pixel, truth foreground, has got 0.1: weight 1; then half of the pixel of 0.2.
  expectNear(evaluate(loss, heavy).values, [-(Math.log(0.1) + Math.log(0.2)) / 2]);
});

test('hard example mining keeps what is not yet certain', async () => {
  const loss = await make(ohem, facts, { certain: 0.7, atLeast: 0 });
  expectNear(evaluate(loss, batch).values, [(losses[2]! + losses[3]! + losses[4]!) / 3]);
});

test('hard example mining keeps a share of the hardest where all are certain', async () => {
  const calm = image([0.9, 0.95, 0.9, 0.99, 0.2]);
  const value = async (atLeast: number) =>
    evaluate(await make(ohem, facts, { certain: 0.7, atLeast }), calm).values;
  expect(await value(0)).toEqual([0]);
  expectNear(await value(0.2), [-Math.log(0.8)]);
});
