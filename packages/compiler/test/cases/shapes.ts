import * as tf from '@tensorflow/tfjs';
import {
  bools,
  type Case,
  float,
  given,
  gradients,
  type Input,
  one,
  whole,
} from '../comparison.ts';

/** Functions of one tensor of [2, 3, 4, 6]. */
const MOVES: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]>> = {
  'reshape to [6, 4, 6]': (x) => tf.reshape(x, [6, 4, 6]),
  'reshape to [2, 12, 6]': (x) => tf.reshape(x, [2, 12, 6]),
  'reshape to [24, 6]': (x) => tf.reshape(x, [24, 6]),
  'reshape to [2, 3, 4, 2, 3]': (x) => tf.reshape(x, [2, 3, 4, 2, 3]),
  'reshape to [2, 1, 3, 4, 1, 6]': (x) => tf.reshape(x, [2, 1, 3, 4, 1, 6]),
  'reshape to [8, 18]': (x) => tf.reshape(x, [8, 18]),
  flatten: (x) => tf.reshape(x, [-1]),
  expandDims: (x) => [tf.expandDims(x, 0), tf.expandDims(x, -1), tf.expandDims(x, 2)],
  squeeze: (x) => tf.squeeze(tf.slice(x, [0, 1, 0, 0], [2, 1, 4, 6])),
  'transpose [0, 3, 1, 2]': (x) => tf.transpose(x, [0, 3, 1, 2]),
  'transpose [3, 1, 0, 2]': (x) => tf.transpose(x, [3, 1, 0, 2]),
  transpose: (x) => tf.transpose(x),
  'transpose and reshape': (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [12, 12]),
  tile: (x) => tf.tile(x, [1, 2, 1, 3]),
  'tile of columns': (x) => tf.tile(tf.slice(x, [0, 0, 0, 0], [-1, -1, 1, -1]), [1, 1, 5, 1]),
  broadcastTo: (x) =>
    tf.broadcastTo(tf.slice(x, [0, 0, 0, 0], [2, 1, 4, 1]), [3, 2, 5, 4, 6].slice(1)),
  concat: (x) => [tf.concat([x, tf.neg(x)], 0), tf.concat([x, x, tf.neg(x)], -1)],
  'concat along 1': (x) => tf.concat([x, tf.slice(x, [0, 1, 0, 0], [2, 1, 4, 6])], 1),
  stack: (x) => [tf.stack([x, tf.neg(x)], 0), tf.stack([x, tf.neg(x)], -1)],
  unstack: (x) => tf.unstack(x, 1),
  'unstack channels': (x) => tf.unstack(x, 3),
  split: (x) => tf.split(x, 3, 3),
  'split unevenly': (x) => tf.split(x, [1, 2, 3], -1),
  slice: (x) => tf.slice(x, [0, 1, 1, 2], [2, 2, 3, 3]),
  'slice to the end': (x) => tf.slice(x, [1, 0, 2, 4]),
  reverse: (x) => [tf.reverse(x, [1, 3]), tf.reverse(x, 0)],
  pad: (x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
        [0, 1],
        [2, 0],
      ],
      1.5,
    ),
  spaceToBatchND: (x) =>
    tf.spaceToBatchND(
      x,
      [2, 2],
      [
        [1, 0],
        [1, 1],
      ],
    ),
  batchToSpaceND: (x) =>
    tf.batchToSpaceND(
      x,
      [2, 1],
      [
        [1, 2],
        [0, 1],
      ],
    ),
  gather: (x) => [
    tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 1),
    tf.gather(x, tf.tensor1d([5, 1], 'int32'), -1),
    tf.gather(x, tf.tensor2d([[1, 0, 1]], [1, 3], 'int32'), 0),
  ],
};

const MIRRORS = ['reflect', 'symmetric'] as const;

const WITHOUT_GRADIENT: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]>> = {
  stridedSlice: (x) => [
    tf.stridedSlice(x, [0, 2, 0, 1], [2, 0, 4, 6], [1, -1, 2, 2]),
    tf.stridedSlice(x, [0, 1, 0, 0], [2, 3, 4, 6], [1, 1, 1, 1], 1, 4, 0, 0, 2),
  ],
  depthToSpace: (x) =>
    tf.depthToSpace(
      tf.concat([x, tf.slice(x, [0, 0, 0, 0], [2, 3, 4, 2])], 3) as tf.Tensor4D,
      2,
      'NHWC',
    ),
  diag: (x) => tf.diag(tf.slice(tf.reshape(x, [-1]), [0], [5])),
  'diag of a matrix': (x) => tf.diag(tf.reshape(tf.slice(x, [0, 0, 0, 0], [1, 1, 2, 3]), [2, 3])),
  flipLeftRight: (x) => tf.image.flipLeftRight(x as tf.Tensor4D),
};

const SHAPE = [2, 3, 4, 6];

const inEveryType: readonly (readonly [string, Input])[] = [
  ['floats', float(SHAPE)],
  ['integers', whole(SHAPE)],
];

/** [size from, size to, corners aligned, half pixels]. */
const SIZES: readonly (readonly [[number, number], [number, number], boolean, boolean])[] = [
  [[3, 4], [6, 8], false, false],
  [[3, 4], [6, 8], true, false],
  [[3, 4], [6, 8], false, true],
  [[5, 7], [3, 4], false, false],
  [[5, 7], [3, 4], false, true],
  [[5, 7], [3, 4], true, false],
  [[3, 5], [7, 5], false, false],
  [[3, 5], [1, 1], true, false],
];

export const shapeCases: readonly Case[] = [
  ...Object.entries(WITHOUT_GRADIENT).map(([name, run]) =>
    one(name, [float(SHAPE)], (x) => run(x!)),
  ),
  ...Object.entries(MOVES).flatMap(([name, run]) =>
    inEveryType.map(([type, input]) => one(`${name}, ${type}`, [input], (x) => run(x!))),
  ),
  ...Object.entries(MOVES).map(([name, run]) => gradients(name, [float(SHAPE)], (x) => run(x!))),
  one('moves of bools', [bools(SHAPE)], (x) => [
    tf.reshape(x!, [6, 24]),
    tf.transpose(x!, [0, 3, 1, 2]),
    tf.slice(x!, [0, 1, 0, 0], [2, 1, 4, 3]),
    tf.concat([x!, x!], 1),
    tf.reverse(x!, 1),
    tf.tile(x!, [1, 1, 2, 1]),
    tf.stack([x!, tf.logicalNot(x!)]),
    tf.gather(x!, tf.tensor1d([0, 2], 'int32'), 1),
    tf.unstack(x!, 0)[1]!,
  ]),
  ...MIRRORS.flatMap((mode) => {
    const run: Case['run'] = (x) =>
      tf.mirrorPad(
        x!,
        [
          [0, 0],
          [1, 2],
          [2, 0],
          [0, 1],
        ],
        mode,
      );
    return [
      one(`mirrorPad ${mode}`, [float(SHAPE)], run),
      gradients(`mirrorPad ${mode}`, [float(SHAPE)], run),
    ];
  }),
  gradients('concat of different sizes', [float([2, 3, 4, 5]), float([2, 3, 4, 2])], (a, b) =>
    tf.square(tf.concat([a!, b!], 3)),
  ),
  one('concat with an empty one', [float([2, 3]), float([2, 0])], (a, b) => tf.concat([a!, b!], 1)),
  one('gather by computed indices', [float([5, 3, 2]), whole([4, 2], 0, 4)], (x, at) =>
    tf.gather(x!, at as tf.Tensor2D),
  ),
  gradients('gather by computed indices', [float([5, 3, 2]), whole([4], 0, 4)], (x, at) =>
    tf.gather(x!, at as tf.Tensor1D),
  ),
  gradients('gather along 1', [float([3, 5, 2]), whole([4], 0, 4)], (x, at) =>
    tf.gather(x!, at as tf.Tensor1D, 1),
  ),
  one('gatherND', [float([5, 3, 2]), whole([4, 2], 0, 2)], (x, at) => tf.gatherND(x!, at!)),
  one('scatterND', [float([4, 3]), given([4, 1], [3, 0, 3, 5], 'int32')], (x, at) =>
    tf.scatterND(at!, x!, [6, 3]),
  ),
  one(
    'scatterND of integers',
    [whole([4]), given([4, 2], [1, 0, 2, 2, 1, 0, 0, 1], 'int32')],
    (x, at) => tf.scatterND(at!, x!, [3, 3]),
  ),
  one(
    'tensorScatterUpdate',
    [float([6, 3]), float([2, 3]), given([2, 1], [4, 1], 'int32')],
    (x, some, at) => tf.tensorScatterUpdate(x!, at!, some!),
  ),
  one('sparseToDense', [float([3]), given([3], [4, 1, 2], 'int32')], (x, at) =>
    tf.sparseToDense(at!, x!, [6], tf.scalar(-1)),
  ),
  one(
    'unsortedSegmentSum',
    [float([6, 4, 3]), given([6], [0, 2, 2, -1, 3, 0], 'int32')],
    (x, ids) => tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 4),
  ),
  one('topk', [float([3, 4, 7])], (x) => {
    const { values, indices } = tf.topk(x!, 3);
    return [values, indices];
  }),
  one('topk of ties', [whole([3, 7], 0, 2)], (x) => {
    const { values, indices } = tf.topk(x!, 4);
    return [values, indices];
  }),
  one('bincount', [whole([9], 0, 6), float([9])], (x, weights) => [
    tf.bincount(x as tf.Tensor1D, weights as tf.Tensor1D, 5),
    tf.denseBincount(x as tf.Tensor1D, weights as tf.Tensor1D, 8),
  ]),
  one('denseBincount of rows', [whole([3, 5], 0, 4), float([3, 5])], (x, weights) => [
    tf.denseBincount(x as tf.Tensor2D, weights as tf.Tensor2D, 5),
    tf.denseBincount(x as tf.Tensor2D, weights as tf.Tensor2D, 5, true),
  ]),
  one('oneHot', [whole([3, 4], 0, 5)], (x) => [
    tf.oneHot(x!, 6),
    tf.oneHot(x!, 4),
    tf.oneHot(x!, 6, 2, -1, 'float32'),
  ]),
  one(
    'oneHot of labels against probabilities',
    [whole([2, 3, 4], 0, 2), float([2, 3, 4, 3])],
    (x, p) => tf.sum(tf.mul(tf.oneHot(x!, 3), tf.softmax(p!)), -1),
  ),
  one('constants', [float([2, 3])], (x) => [
    tf.add(x!, tf.fill([2, 3], 2.5)),
    tf.add(x!, tf.ones([2, 1])),
    tf.mul(x!, tf.range(0, 3)),
    tf.mul(x!, tf.range(3, 0, -1)),
    tf.mul(x!, tf.range(5, 2)),
    tf.mul(x!, tf.linspace(0, 1, 3)),
    tf.mul(x!, tf.cast(tf.range(1, 7, 2, 'int32'), 'float32')),
    tf.zerosLike(x!),
    tf.onesLike(x!),
    tf.eye(3),
    tf.matMul(x!, tf.eye(3)),
  ]),
  one('localResponseNormalization', [float([2, 3, 4, 6])], (x) =>
    tf.localResponseNormalization(x as tf.Tensor4D, 2, 1.2, 0.3, 0.75),
  ),
  one('bitwiseAnd', [whole([3, 4], 0, 15), whole([3, 4], 0, 15)], (a, b) => tf.bitwiseAnd(a!, b!)),
  ...SIZES.flatMap(([[height, width], size, corners, half]) => {
    const input = float([2, height, width, 3]);
    const title = `from [${[height, width].join()}] to [${size.join()}], ${corners}, ${half}`;
    return (['resizeBilinear', 'resizeNearestNeighbor'] as const).map((name) =>
      one(`${name} ${title}`, [input], (x) =>
        tf.image[name](x as tf.Tensor4D, size, corners, half),
      ),
    );
  }),
  // tfjs's own gradients are right for single images only, and square ones.
  ...[
    [3, 6],
    [3, 7],
    [5, 3],
    [4, 4],
  ].flatMap(([from, to]) =>
    [false, true].flatMap((corners) =>
      (['resizeBilinear', 'resizeNearestNeighbor'] as const).map((name) =>
        gradients(`${name} from ${from} to ${to}, ${corners}`, [float([1, from!, from!, 3])], (x) =>
          tf.image[name](x as tf.Tensor4D, [to!, to!], corners),
        ),
      ),
    ),
  ),
  ...([['scale', 'offset'], ['scale'], ['offset'], []] as const).flatMap((parts) => {
    const run: Case['run'] = (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x as tf.Tensor4D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        (parts as readonly string[]).includes('offset') ? (offset as tf.Tensor1D) : undefined,
        (parts as readonly string[]).includes('scale') ? (scale as tf.Tensor1D) : undefined,
        1e-3,
      );
    const inputs = [float([2, 3, 4, 5]), float([5]), float([5], 0.5, 2), float([5]), float([5])];
    const title = `batchNorm with ${parts.join(' and ') || 'neither'}`;
    // tfjs's gradient needs both.
    return parts.length === 2
      ? [one(title, inputs, run), gradients(title, inputs, run)]
      : [one(title, inputs, run)];
  }),
];
