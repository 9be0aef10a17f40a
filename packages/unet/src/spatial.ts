import { tf } from '@raremask/tfjs';

/**
 * Convolution padded with zeros to keep its extent, or to divide it by the strides.
 * x [batch, ...space, channels].
 */
export function convolve(x: tf.Tensor, kernel: tf.Tensor, strides?: Factors): tf.Tensor {
  if (strides?.some((stride) => stride > 1)) return convolveStrided(x, kernel, strides);
  return x.rank === 4
    ? tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same')
    : tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'same');
}

/** Padded alike on both sides, as in PyTorch; tfjs's own `same` pads behind the image alone. */
function convolveStrided(x: tf.Tensor, kernel: tf.Tensor, strides: Factors): tf.Tensor {
  const margins = kernel.shape.slice(0, -2).map((extent): [number, number] => {
    const margin = (extent - 1) / 2;
    return [margin, margin];
  });
  const padded = tf.pad(x, [[0, 0], ...margins, [0, 0]]);
  return x.rank === 4
    ? tf.conv2d(padded as tf.Tensor4D, kernel as tf.Tensor4D, pair(strides), 'valid')
    : tf.conv3d(padded as tf.Tensor5D, kernel as tf.Tensor5D, triple(strides), 'valid');
}

/** As TensorFlow pads: of an odd number of rows and columns the larger half comes behind the image. */
export function convolveSame(x: tf.Tensor, kernel: tf.Tensor, stride: number): tf.Tensor {
  return tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, 'same');
}

/** Each channel by itself, padded likewise. @param kernel [height, width, channels, 1] */
export function convolveDepthwise(x: tf.Tensor, kernel: tf.Tensor, stride: number): tf.Tensor {
  return tf.depthwiseConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, 'same');
}

/** How many pixels become one along each space axis: 1 or 2. */
export type Factors = readonly number[];

/** Largest value of each block of pixels. */
export function pool(x: tf.Tensor, factors: Factors): tf.Tensor {
  if (x.rank === 4) return tf.maxPool(x as tf.Tensor4D, pair(factors), pair(factors), 'valid');
  const [deep, high, wide] = triple(factors);
  if (high === wide || high === 1) {
    return tf.maxPool3d(x as tf.Tensor5D, [deep, high, wide], [deep, high, wide], 'valid');
  }
  // tfjs's plain JavaScript has a wrong gradient for blocks that are higher than wide: rows by planes.
  const [batch, depth, height, width, channels] = (x as tf.Tensor5D).shape;
  const planes = tf.reshape(x, [batch * depth, height, width, channels]) as tf.Tensor4D;
  const rows = tf.maxPool(planes, [high, wide], [high, wide], 'valid');
  const volume = tf.reshape(rows, [batch, depth, height / high, width, channels]) as tf.Tensor5D;
  return deep === 1 ? volume : tf.maxPool3d(volume, [deep, 1, 1], [deep, 1, 1], 'valid');
}

/**
 * Transposed convolution, as wide as its stride: every pixel becomes a block.
 *
 * In 3-D a matrix product and a shuffle of pixels: TensorFlow.js alone has no gradient for conv3dTranspose.
 *
 * @param kernel [...factors, out, in]
 */
export function convolveTransposed(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const out = kernel.shape.at(-2)!;
  const factors = kernel.shape.slice(0, -2);
  const larger = enlarged(x.shape.slice(0, -1), factors);
  if (x.rank === 4) {
    return tf.conv2dTranspose(
      x as tf.Tensor4D,
      kernel as tf.Tensor4D,
      [...larger, out] as [number, number, number, number],
      pair(factors),
      'same',
    );
  }
  const [batch, depth, height, width, channels] = x.shape as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [deep, high, wide] = triple(factors);
  const blocks = tf.matMul(
    tf.reshape(x, [-1, channels]),
    tf.reshape(kernel, [deep * high * wide * out, channels]),
    false,
    true,
  );
  const rows = tf.transpose(
    tf.reshape(blocks, [batch * depth * height, width, deep * high, wide * out]),
    [0, 2, 1, 3],
  );
  const planes = tf.transpose(
    tf.reshape(rows, [batch * depth, height, deep, high, width * wide * out]),
    [0, 2, 1, 3, 4],
  );
  return tf.reshape(planes, [...larger, out]);
}

/**
 * The values of each block of pixels side by side as channels of one pixel, row by row (space to depth; Shi et al. 2016
 * undo it).
 *
 * @param x [batch, ...space, channels]
 */
export function spaceToDepth(x: tf.Tensor, factors: Factors): tf.Tensor {
  // From the last axis on, so that the first one varies slowest among the channels.
  return spaceAxes(x)
    .toReversed()
    .filter((axis) => factors[axis - 1] === 2)
    .reduce((image, axis) => {
      const { shape } = image;
      const [before, inner] = [product(shape.slice(0, axis)), product(shape.slice(axis + 1, -1))];
      const channels = shape.at(-1)!;
      const half = shape[axis]! / 2;
      const blocks = tf.reshape(image, [before * half, 2, inner, channels]);
      const together = tf.transpose(blocks, [0, 2, 1, 3]);
      const extents = shape.slice(0, -1).map((extent, at) => (at === axis ? half : extent));
      return tf.reshape(together, [...extents, 2 * channels]);
    }, x);
}

/** Repeats every pixel as often as the factors say. */
export function repeatPixels(x: tf.Tensor, factors: Factors): tf.Tensor {
  const repeat = tf.customGrad((input) => ({
    value: repeated(input as tf.Tensor, factors),
    gradFunc: (dy: tf.Tensor) => tf.tidy(() => blockSums(dy, factors)),
  }));
  return repeat(x);
}

/** Mean of each block of pixels. */
export function averagePool(x: tf.Tensor, factors: Factors): tf.Tensor {
  const share = 1 / product(factors);
  const average = tf.customGrad((input) => ({
    value: blockMeans(input as tf.Tensor, factors),
    gradFunc: (dy: tf.Tensor) => tf.tidy(() => tf.mul(repeated(dy, factors), share)),
  }));
  return average(x);
}

/** Mean over space. x [batch, ...space, channels] -> [batch, channels]. */
export function spaceMean(x: tf.Tensor): tf.Tensor2D {
  const batch = x.shape[0]!;
  const channels = x.shape.at(-1)!;
  const width = x.shape.at(-2)!;
  const rows = x.size / (batch * channels * width);
  // A pooling over everything: tf.mean would first transpose on some backends.
  const planes = tf.reshape(x, [batch, rows, width, channels]) as tf.Tensor4D;
  return tf.reshape(tf.avgPool(planes, [rows, width], 1, 'valid'), [batch, channels]);
}

/** Number of pixels of one image. */
export function spaceSize(x: tf.Tensor): number {
  return x.size / (x.shape[0]! * x.shape.at(-1)!);
}

function repeated(x: tf.Tensor, factors: Factors): tf.Tensor {
  const axes = spaceAxes(x).filter((axis) => factors[axis - 1] === 2);
  return axes.reduce((image, axis) => {
    const paired = [...image.shape.slice(0, axis + 1), 1, ...image.shape.slice(axis + 1)];
    const flat = tf.reshape(image, flattened(paired, axis + 1));
    const pair = tf.concat([flat, flat], 1);
    const shape = image.shape.map((extent, at) => (at === axis ? 2 * extent : extent));
    return tf.reshape(pair, shape);
  }, x);
}

/** [everything before the axis, 1, everything after it]. */
function flattened(shape: readonly number[], axis: number): [number, number, number] {
  return [product(shape.slice(0, axis)), 1, product(shape.slice(axis + 1))];
}

function product(extents: readonly number[]): number {
  return extents.reduce((all, extent) => all * extent, 1);
}

function blockSums(x: tf.Tensor, factors: Factors): tf.Tensor {
  return tf.mul(blockMeans(x, factors), product(factors));
}

function blockMeans(x: tf.Tensor, factors: Factors): tf.Tensor {
  return x.rank === 4
    ? tf.avgPool(x as tf.Tensor4D, pair(factors), pair(factors), 'valid')
    : tf.avgPool3d(x as tf.Tensor5D, triple(factors), triple(factors), 'valid');
}

/** [batch, ...space] after every pixel has become a block. */
function enlarged(shape: readonly number[], factors: Factors): number[] {
  return shape.map((extent, axis) => (axis === 0 ? extent : extent * factors[axis - 1]!));
}

function pair(factors: Factors): [number, number] {
  return [factors[0]!, factors[1]!];
}

function triple(factors: Factors): [number, number, number] {
  return [factors[0]!, factors[1]!, factors[2]!];
}

/** 1 to 2 or 3. */
export function spaceAxes(x: tf.Tensor): number[] {
  return Array.from({ length: x.rank - 2 }, (_, axis) => axis + 1);
}
