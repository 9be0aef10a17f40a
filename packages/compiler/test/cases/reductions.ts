import * as tf from '@tensorflow/tfjs';
import { bools, type Case, float, gradients, one, ties, whole } from '../comparison.ts';

const AXES: readonly (readonly [readonly number[], number | number[] | undefined])[] = [
  [[2, 3, 4, 5], undefined],
  [
    [2, 3, 4, 5],
    [1, 2],
  ],
  [[2, 3, 4, 5], -1],
  [
    [2, 3, 4, 5],
    [0, 3],
  ],
  [
    [2, 3, 4, 2, 3],
    [-2, 1],
  ],
  [[3, 1], 0],
  [[4], 0],
];

const REDUCTIONS = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
  logSumExp: tf.logSumExp,
} as const;

const described = (name: string, shape: readonly number[], axis: unknown, keep: boolean) =>
  `${name} of [${shape.join()}] over ${String(axis ?? 'all')}${keep ? ', kept' : ''}`;

export const reductionCases: readonly Case[] = [
  ...Object.entries(REDUCTIONS).flatMap(([name, run]) =>
    AXES.flatMap(([shape, axis]) =>
      [false, true].map((keep) =>
        one(described(name, shape, axis, keep), [float(shape, -1.2, 1.2)], (x) =>
          run(x!, axis, keep),
        ),
      ),
    ),
  ),
  ...(['sum', 'max', 'min', 'prod', 'mean'] as const).map((name) =>
    one(`${name} of integers`, [whole([2, 3, 4], -3, 3)], (x) => REDUCTIONS[name](x!, 1)),
  ),
  one('sum and mean of bools', [bools([2, 3, 4])], (x) => [tf.sum(x!, 1), tf.mean(x!, [0, 2])]),
  one('all and any', [bools([2, 2, 2]), bools([2, 1, 3])], (a, b) => [
    tf.all(a!, 1),
    tf.any(a!, [0, 2], true),
    tf.all(b!),
    tf.any(b!, -1),
  ]),
  ...(['sum', 'mean', 'max', 'min', 'logSumExp'] as const).flatMap((name) =>
    AXES.flatMap(([shape, axis]) =>
      [false, true].map((keep) =>
        gradients(described(name, shape, axis, keep), [float(shape)], (x) =>
          REDUCTIONS[name](x!, axis, keep),
        ),
      ),
    ),
  ),
  gradients('max with ties', [ties([2, 3, 4, 5])], (x) => tf.max(x!, [1, 2])),
  ...[0, 1, -1].flatMap((axis) => [
    one(`argMax and argMin along ${axis}`, [float([3, 4, 2, 5])], (x) => [
      tf.argMax(x!, axis),
      tf.argMin(x!, axis),
    ]),
    one(`argMax and argMin of ties along ${axis}`, [ties([3, 4, 2, 5])], (x) => [
      tf.argMax(x!, axis),
      tf.argMin(x!, axis),
    ]),
  ]),
  one('argMax of integers', [whole([3, 4])], (x) => tf.argMax(x!, 1)),
  // tfjs permutes wrongly for axes counted from behind, and for gradients along other than the last.
  ...[false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => [
      ...[0, 1, 2].flatMap((axis) => [
        one(`cumsum along ${axis}, ${exclusive}, ${reverse}`, [float([3, 4, 5])], (x) =>
          tf.cumsum(x!, axis, exclusive, reverse),
        ),
        one(`cumprod along ${axis}, ${exclusive}, ${reverse}`, [float([3, 4, 5])], (x) =>
          tf.cumprod(x!, axis, exclusive, reverse),
        ),
      ]),
      gradients(`cumsum along 2, ${exclusive}, ${reverse}`, [float([3, 4, 5])], (x) =>
        tf.cumsum(x!, 2, exclusive, reverse),
      ),
    ]),
  ),
  one('cumsum of integers', [whole([3, 4])], (x) => tf.cumsum(x!, 1)),
  one('cumsum of four axes', [float([2, 3, 4, 5])], (x) => [tf.cumsum(x!, 1), tf.cumsum(x!, 3)]),
  ...[[7], [3, 4], [2, 3, 4, 5], [2, 2, 3, 2, 4]].flatMap((shape) => [
    one(`softmax of [${shape.join()}]`, [float(shape, -9, 9)], (x) => tf.softmax(x!)),
    one(`logSoftmax of [${shape.join()}]`, [float(shape, -9, 9)], (x) => tf.logSoftmax(x!)),
    gradients(`softmax of [${shape.join()}]`, [float(shape)], (x) => tf.softmax(x!)),
    gradients(`logSoftmax of [${shape.join()}]`, [float(shape)], (x) => tf.logSoftmax(x!)),
  ]),
  one('moments', [float([2, 3, 4, 5])], (x) => {
    const { mean, variance } = tf.moments(x!, [0, 1, 2], true);
    return [mean, variance];
  }),
  gradients('moments', [float([2, 3, 4, 5])], (x) => {
    const { mean, variance } = tf.moments(x!, [1, 2], true);
    return tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-3)));
  }),
  one('norms', [float([2, 3, 4])], (x) => [tf.norm(x!), tf.norm(x!, 1, 1)]),
];
