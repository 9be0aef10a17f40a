import * as tf from '@tensorflow/tfjs';

/** Convolution of stride 1, padded with zeros to keep its extent. x [batch, ...space, channels]. */
export function convolve(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return x.rank === 4
    ? tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same')
    : tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'same');
}

/** Largest value of each block of 2 pixels along every axis. */
export function pool(x: tf.Tensor): tf.Tensor {
  return x.rank === 4
    ? tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')
    : tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid');
}

/**
 * Transposed convolution, 2 pixels wide, stride 2: every pixel becomes a block of 2 along each axis.
 *
 * In 3-D a matrix product and a shuffle of pixels, since tfjs has no gradient for conv3dTranspose.
 *
 * @param kernel [2, 2, out, in] or [2, 2, 2, out, in]
 */
export function convolveTransposed(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const out = kernel.shape.at(-2)!;
  const doubled = x.shape.slice(0, -1).map((extent, axis) => (axis === 0 ? extent : 2 * extent));
  if (x.rank === 4) {
    return tf.conv2dTranspose(
      x as tf.Tensor4D,
      kernel as tf.Tensor4D,
      [...doubled, out] as [number, number, number, number],
      2,
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
  const blocks = tf.matMul(
    tf.reshape(x, [-1, channels]),
    tf.reshape(kernel, [8 * out, channels]),
    false,
    true,
  );
  const rows = tf.transpose(
    tf.reshape(blocks, [batch * depth * height, width, 4, 2 * out]),
    [0, 2, 1, 3],
  );
  const planes = tf.transpose(
    tf.reshape(rows, [batch * depth, height, 2, 2, 2 * width * out]),
    [0, 2, 1, 3, 4],
  );
  return tf.reshape(planes, [...doubled, out]);
}

/** Repeats every pixel 2 times along every space axis. */
export function repeatPixels(x: tf.Tensor): tf.Tensor {
  const repeat = tf.customGrad((input) => ({
    value: repeated(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.tidy(() => blockSums(dy)),
  }));
  return repeat(x);
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

function repeated(x: tf.Tensor): tf.Tensor {
  return spaceAxes(x).reduce((image, axis) => {
    const paired = [...image.shape.slice(0, axis + 1), 1, ...image.shape.slice(axis + 1)];
    const flat = tf.reshape(image, flattened(paired, axis + 1));
    const pair = tf.concat([flat, flat], 1);
    const shape = image.shape.map((extent, at) => (at === axis ? 2 * extent : extent));
    return tf.reshape(pair, shape);
  }, x);
}

/** [everything before the axis, 1, everything after it]. */
function flattened(shape: readonly number[], axis: number): [number, number, number] {
  const product = (extents: readonly number[]) => extents.reduce((all, extent) => all * extent, 1);
  return [product(shape.slice(0, axis)), 1, product(shape.slice(axis + 1))];
}

function blockSums(x: tf.Tensor): tf.Tensor {
  return x.rank === 4
    ? tf.mul(tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'), 4)
    : tf.mul(tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'valid'), 8);
}

function spaceAxes(x: tf.Tensor): number[] {
  return Array.from({ length: x.rank - 2 }, (_, axis) => axis + 1);
}
