import * as tf from '@tensorflow/tfjs';

/** A function of probabilities [2, 4, 6, 3] that a loss might be, by the operation of tfjs in it. */
export type Uses = (p: tf.Tensor4D) => tf.Tensor;

const rows = (p: tf.Tensor) => tf.reshape(p, [12, 12]) as tf.Tensor2D;
const places = (values: number[], shape: number[]) => tf.tensor(values, shape, 'int32');

/** What has a gradient: of tfjs's own, or completed. */
export const differentiable: Readonly<Record<string, Uses>> = {
  topk: (p) => tf.square(tf.topk(rows(p), 5).values),
  'topk, all of one row': (p) => tf.square(tf.topk(tf.reshape(p, [-1]), 50).values),
  gatherND: (p) => tf.square(tf.gatherND(rows(p), places([0, 1, 5, 2, 0, 1], [3, 2]))),
  'gatherND, slices': (p) => tf.square(tf.gatherND(rows(p), places([0, 3, 3], [3, 1]))),
  gather: (p) => tf.square(tf.gather(p, places([0, 2, 2], [3]), 2)),
  'gather, by computed places': (p) => {
    const { values, indices } = tf.topk(tf.reshape(p, [-1]), 9);
    return tf.mul(tf.gather(tf.reshape(p, [-1]), indices), values);
  },
  'gather, one batch axis': (p) => tf.square(tf.gather(p, places([0, 1, 3, 3], [2, 2]), 1, 1)),
  'gather, two batch axes': (p) =>
    tf.square(tf.gather(p, places([0, 5, 1, 1, 2, 3, 4, 0], [2, 4]), 2, 2)),
  'gather, inner axis after a batch axis': (p) =>
    tf.square(tf.gather(p, places([0, 2, 1, 1], [2, 2]), 3, 1)),
  'einsum, product of matrices': (p) => tf.square(tf.einsum('ij,jk->ik', rows(p), tf.exp(rows(p)))),
  'einsum, an axis summed': (p) => tf.square(tf.einsum('bhwc->bc', p)),
  'einsum, all summed': (p) => tf.einsum('bhwc->', tf.square(p)),
  'einsum, with a vector': (p) => tf.square(tf.einsum('bhwc,c->bhw', p, tf.tensor1d([1, 2, 3]))),
  'einsum, turned': (p) => tf.mul(tf.einsum('bhwc->cbhw', p), tf.range(0, 6, 1)),
  'einsum, outer': (p) =>
    tf.square(tf.einsum('i,j->ij', tf.sum(p, [1, 2, 3]), tf.sum(p, [0, 1, 2]))),
  stridedSlice: (p) => tf.square(tf.stridedSlice(p, [0, 0, 1, 0], [2, 4, 6, 3], [1, 2, 2, 1])),
  'stridedSlice, backwards': (p) =>
    tf.square(tf.stridedSlice(p, [1, 3, 5, 2], [0, 0, 0, 0], [-1, -1, -2, -1])),
  'stridedSlice, masks': (p) =>
    tf.square(tf.stridedSlice(p, [0, 1, 0, 1], [0, 4, 0, 3], [1, 2, 3, 1], 5, 5)),
  'stridedSlice, an axis less': (p) =>
    tf.square(tf.stridedSlice(p, [1, 0, 5, 0], [2, 4, 0, 3], [1, 2, -2, 1], 0, 0, 0, 0, 1)),
  'stridedSlice, an inner axis less, backwards to the first': (p) =>
    tf.square(tf.stridedSlice(p, [0, 2, 5, 0], [2, 3, 0, 3], [1, 1, -1, 2], 0, 4, 0, 0, 2)),
  'stridedSlice, an axis more': (p) =>
    tf.square(tf.stridedSlice(p, [0, 0, 1, 0, 0], [2, 1, 4, 6, 3], [1, 1, 2, 3, 1], 0, 0, 0, 2)),
  'cumsum, last axis': (p) => tf.square(tf.cumsum(p, 3)),
  'cumsum, inner axis': (p) => tf.square(tf.cumsum(p, 1)),
  'cumsum, exclusive and reversed': (p) => tf.square(tf.cumsum(p, 2, true, true)),
  'prod, last axis': (p) => tf.prod(p, -1),
  'prod, inner axes': (p) => tf.prod(p, [1, 3]),
  'prod, of zeros': (p) => tf.prod(tf.relu(tf.sub(p, 0.2)), 2),
  cumprod: (p) => tf.square(tf.cumprod(p, 3)),
  'cumprod, inner axis, exclusive': (p) => tf.square(tf.cumprod(p, 1, true)),
  'cumprod, reversed': (p) => tf.square(tf.cumprod(p, 2, false, true)),
  scatterND: (p) =>
    tf.square(
      tf.scatterND(places([4, 0, 4, 1, 2, 3, 5, 5, 0, 0, 1, 1], [12, 1]), rows(p), [7, 12]),
    ),
  tensorScatterUpdate: (p) =>
    tf.square(
      tf.tensorScatterUpdate(rows(p), places([0, 3], [2, 1]), tf.exp(tf.slice(rows(p), 0, 2))),
    ),
  diag: (p) => tf.square(tf.diag(tf.sum(rows(p), 0))),
  flipLeftRight: (p) => tf.mul(tf.image.flipLeftRight(p), tf.range(0, 3, 1)),
  depthToSpace: (p) => tf.square(tf.cumsum(tf.depthToSpace(tf.reshape(p, [1, 6, 6, 4]), 2), 1)),
  conv3dTranspose: (p) => {
    const [volume, filter] = [tf.reshape(p, [1, 2, 3, 4, 6]), tf.reshape(p, [2, 2, 2, 3, 6])];
    const larger: [number, number, number, number, number] = [1, 4, 6, 8, 3];
    return tf.square(
      tf.conv3dTranspose(volume as tf.Tensor5D, filter as tf.Tensor5D, larger, 2, 'same'),
    );
  },
  'conv3dTranspose, windows that overlap': (p) => {
    const [volume, filter] = [tf.reshape(p, [1, 2, 2, 3, 12]), tf.reshape(p, [3, 1, 2, 2, 12])];
    const larger: [number, number, number, number, number] = [1, 5, 3, 4, 2];
    return tf.square(
      tf.conv3dTranspose(volume as tf.Tensor5D, filter as tf.Tensor5D, larger, [2, 2, 1], 'valid'),
    );
  },
  greater: (p) => tf.where(tf.greater(p, 0.4), tf.square(p), tf.mul(p, 3)),
  'greater, as a mask': (p) => tf.mul(tf.cast(tf.greater(p, 0.4), 'float32'), p),
  'less and equal': (p) =>
    tf.mul(
      tf.cast(tf.logicalOr(tf.less(p, 0.2), tf.logicalNot(tf.lessEqual(p, 0.5))), 'float32'),
      p,
    ),
  'notEqual, equal, any, all': (p) => {
    const most = tf.max(p, -1, true);
    const mask = tf.logicalAnd(tf.equal(p, most), tf.notEqual(p, 0.5));
    return tf.mul(tf.cast(tf.logicalOr(tf.all(mask, -1, true), mask), 'float32'), tf.square(p));
  },
  'argMax and oneHot': (p) => tf.mul(tf.oneHot(tf.argMax(p, -1), 3), tf.square(p)),
  max: (p) => tf.square(tf.max(p, [1, 2])),
  min: (p) => tf.square(tf.min(p, -1)),
  maximum: (p) => tf.square(tf.maximum(p, 0.3)),
  clipByValue: (p) => tf.square(tf.clipByValue(p, 0.1, 0.6)),
  pow: (p) => tf.pow(p, 1.7),
  logSumExp: (p) => tf.logSumExp(p, [1, 2]),
  unstack: (p) => tf.mul(tf.unstack(p, 3)[0]!, tf.unstack(p, 3)[2]!),
  split: (p) => tf.square(tf.split(p, 3, 2)[1]!),
  concat: (p) => tf.square(tf.concat([p, tf.exp(p)], 1)),
  tile: (p) => tf.square(tf.cumsum(tf.tile(p, [1, 2, 1, 1]), 1)),
  pad: (p) =>
    tf.square(
      tf.cumsum(
        tf.pad(p, [
          [0, 0],
          [1, 2],
          [1, 0],
          [0, 0],
        ]),
        2,
      ),
    ),
  mirrorPad: (p) =>
    tf.square(
      tf.mirrorPad(
        p,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ),
    ),
  'mirrorPad, symmetric': (p) =>
    tf.square(
      tf.cumsum(
        tf.mirrorPad(
          p,
          [
            [0, 0],
            [2, 1],
            [0, 3],
            [1, 0],
          ],
          'symmetric',
        ),
        1,
      ),
    ),
  reverse: (p) => tf.mul(tf.reverse(p, 2), tf.range(0, 3, 1)),
  transpose: (p) => tf.mul(tf.transpose(p, [3, 0, 2, 1]), tf.range(0, 4, 1)),
  matMul: (p) => tf.square(tf.matMul(rows(p), tf.exp(rows(p)), false, true)),
  maxPool: (p) => tf.square(tf.maxPool(p, 3, 1, 'same')),
  avgPool: (p) => tf.square(tf.avgPool(p, 2, 2, 'valid')),
  conv2d: (p) => tf.square(tf.conv2d(p, tf.fill([3, 3, 3, 2], 0.3), 1, 'same')),
  depthwiseConv2d: (p) => tf.square(tf.depthwiseConv2d(p, tf.fill([3, 3, 3, 1], 0.3), 1, 'same')),
  resizeBilinear: (p) => tf.square(tf.image.resizeBilinear(p, [8, 9])),
  resizeNearestNeighbor: (p) => tf.square(tf.image.resizeNearestNeighbor(p, [8, 12])),
  'resizeBilinear, half pixels': (p) => tf.square(tf.image.resizeBilinear(p, [3, 9], false, true)),
  'resizeBilinear, corners': (p) => tf.square(tf.image.resizeBilinear(p, [7, 5], true)),
  'resizeNearestNeighbor, half pixels': (p) =>
    tf.square(tf.image.resizeNearestNeighbor(p, [6, 10], false, true)),
  'resizeNearestNeighbor, smaller': (p) => tf.square(tf.image.resizeNearestNeighbor(p, [3, 5])),
  unsortedSegmentSum: (p) =>
    tf.square(
      tf.unsortedSegmentSum(
        rows(p),
        places([0, 1, 0, 2, 1, 1, 0, 2, 2, 0, 1, 0], [12]) as tf.Tensor1D,
        3,
      ),
    ),
  softmax: (p) => tf.square(tf.softmax(tf.mul(p, 4))),
  erf: (p) => tf.erf(p),
  moments: (p) => tf.moments(p, [1, 2]).variance,
  norm: (p) => tf.norm(p, 2, -1),
  batchToSpaceND: (p) =>
    tf.square(
      tf.cumsum(
        tf.batchToSpaceND(
          tf.reshape(p, [4, 3, 4, 3]),
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
        1,
      ),
    ),
  spaceToBatchND: (p) =>
    tf.square(
      tf.cumsum(
        tf.spaceToBatchND(
          p,
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
        0,
      ),
    ),
  'step, as a mask': (p) => tf.mul(tf.step(tf.sub(p, 0.4)), tf.square(p)),
  mod: (p) => tf.square(tf.mod(p, 0.3)),
  atan2: (p) => tf.atan2(p, tf.add(p, 0.5)),
  prelu: (p) => tf.prelu(tf.sub(p, 0.3), tf.scalar(0.1)),
  selu: (p) => tf.selu(tf.sub(p, 0.3)),
  'erosion, by maxPool': (p) => tf.square(tf.neg(tf.maxPool(tf.neg(p), 3, 1, 'same'))),
};

/** What has none, since nothing could be one: what is told then names it. */
export const without: Readonly<Record<string, readonly [kernel: string, uses: Uses]>> = {
  unique: ['Unique', (p) => tf.cast(tf.unique(tf.reshape(p, [-1])).values, 'float32')],
  bincount: [
    'Bincount',
    (p) =>
      tf.bincount(
        tf.cast(tf.reshape(tf.mul(p, 9), [-1]), 'int32') as tf.Tensor1D,
        tf.tensor1d([]),
        10,
      ),
  ],
  multinomial: ['Multinomial', (p) => tf.cast(tf.multinomial(rows(p), 2, 3), 'float32')],
  cropAndResize: [
    'CropAndResize',
    (p) => tf.image.cropAndResize(p, [[0, 0, 0.5, 0.5]], [0], [3, 3]),
  ],
  rotate: ['RotateWithOffset', (p) => tf.image.rotateWithOffset(p, 0.3)],
};
