import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import {
  addBias,
  EPSILON,
  moments,
  momentsOfAll,
  normalize,
  type StatisticSet,
  valuesInSet,
} from '../src/normalization.ts';
import {
  countTensors,
  expectClose,
  expectSameGradients,
  expectSlopes,
  values,
} from './gradients.ts';

countTensors();

const sets: StatisticSet[] = [
  { over: 'batch' },
  { over: 'instance' },
  { over: 'group', groups: 2 },
  { over: 'group', groups: 1 },
];
const shapes = [
  [3, 4, 6, 4],
  [2, 2, 3, 2, 4],
];
const cases = sets.flatMap((set) => shapes.map((shape) => ({ set, shape })));

/** The formula with tfjs's own mean, variance and gradients. */
function plain(set: StatisticSet) {
  return (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor => {
    const [batch, ...rest] = x.shape as [number, ...number[]];
    const channels = rest.at(-1)!;
    const groups = set.over === 'group' ? set.groups : channels;
    const grouped = tf.reshape(x, [batch, -1, groups, channels / groups]);
    const axes = set.over === 'batch' ? [0, 1] : set.over === 'instance' ? [1] : [1, 3];
    const { mean, variance } = tf.moments(grouped, axes, true);
    const normalized = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(tf.reshape(normalized, x.shape), scale), shift);
  };
}

function closed(set: StatisticSet) {
  return (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor =>
    normalize(x, moments(x, set), scale, shift);
}

const inputs = (shape: readonly number[]) => [
  values(shape, 1),
  values([shape.at(-1)!], 2),
  values([shape.at(-1)!], 3),
];

describe.each(cases)('normalisation over $set of $shape', ({ set, shape }) => {
  test('has the values and gradients of the plain formula', () => {
    tf.tidy(() => expectSameGradients(closed(set), plain(set), inputs(shape)));
  });

  test('has mean 0 and variance 1 in every set', () => {
    tf.tidy(() => {
      const [x] = inputs(shape);
      const channels = shape.at(-1)!;
      const result = closed(set)(x!, tf.ones([channels]), tf.zeros([channels]));
      const [mean, variance] = tf.unstack(moments(result, set));
      expectClose(mean!, tf.zerosLike(mean!), 1e-5);
      // variance / (variance + epsilon), the variances being near 1
      expectClose(variance!, tf.onesLike(variance!), 1e-4);
    });
  });
});

test.each(sets)('the gradient of normalisation over %o is its slope', (set) => {
  tf.tidy(() => expectSlopes(closed(set), inputs([2, 2, 3, 4])));
});

test.each(sets)('the gradient of the moments over %o themselves is their slope', (set) => {
  tf.tidy(() => expectSlopes((x) => moments(x, set), [values([2, 2, 3, 4], 1)]));
});

test('the variance of values far from 0 keeps its digits', () => {
  // 1000 and 1002 have the variance 1; as a difference of squares, float32 would leave 0.06 steps.
  tf.tidy(() => {
    const x = tf.tensor4d([1000, 1002, 1000, 1002], [1, 2, 2, 1]);
    expect(Array.from(moments(x, { over: 'batch' }).dataSync())).toEqual([1001, 1]);
  });
});

test('counts the values of a set', () => {
  tf.tidy(() => {
    const x = tf.zeros([3, 4, 5, 6]);
    expect(sets.map((set) => valuesInSet(x, set))).toEqual([60, 20, 60, 120]);
  });
});

test.each(shapes)('a bias has the gradients of the plain sum: %i %i %i %i', (...shape) => {
  tf.tidy(() => {
    expectSameGradients(addBias, (x, bias) => tf.add(x, bias), [
      values(shape, 1),
      values([shape.at(-1)!], 2),
    ]);
  });
});

test('gradients of second use add up', () => {
  tf.tidy(() => {
    const set = { over: 'instance' } as const;
    const twice =
      (run: ReturnType<typeof closed>) => (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
        run(tf.add(run(x, scale, shift), x), scale, shift);
    expectSameGradients(twice(closed(set)), twice(plain(set)), inputs([2, 3, 3, 2]));
  });
});

describe('moments of all processes', () => {
  /** What each of two has is known here to the other. */
  const gather = (parts: readonly tf.Tensor[]) => () => tf.stack([...parts]);

  test.each([
    [2, 2],
    [1, 3],
  ])('of parts of %i and %i images are those of the whole batch', (left, right) => {
    tf.tidy(() => {
      const x = values([left + right, 4, 6, 3], 5) as tf.Tensor4D;
      const parts = tf.split(x, [left, right]).map((part) => moments(part, { over: 'batch' }));
      const all = momentsOfAll(parts[0]!, {
        shares: tf.tensor1d([left / (left + right), right / (left + right)]),
        images: tf.scalar(left + right),
        gather: gather(parts),
      });
      expectClose(all, moments(x, { over: 'batch' }), 1e-5);
    });
  });
});
