import { tf } from '@raremask/tfjs';
import { type MissingGradient, noSlope, type Tensor } from './register.ts';
import { boundsOf, type Strided } from './strided.ts';

/** Kernels that pick elements, or put them elsewhere: the gradient goes back to where they came from. */
export const picking: readonly MissingGradient[] = [
  {
    kernel: 'TopK',
    inputs: ['x'],
    results: [false, true],
    gradient: (dys, [x, indices]) => ({ x: () => ofLargest(x!, indices!, (dys as Tensor[])[0]!) }),
  },
  {
    kernel: 'GatherNd',
    inputs: ['params', 'indices'],
    gradient: (dy, [params, indices]) => ({
      params: () => tf.scatterND(integers(indices!), dy as Tensor, params!.shape),
      indices: () => noSlope(indices!.shape),
    }),
  },
  {
    kernel: 'GatherV2',
    inputs: ['x', 'indices'],
    gradient: (dy, [x, indices], { axis, batchDims }) => ({
      x: () => ofGathered(x!, indices!, dy as Tensor, Number(axis), Number(batchDims ?? 0)),
      indices: () => noSlope(indices!.shape),
    }),
  },
  {
    kernel: 'StridedSlice',
    inputs: ['x'],
    gradient: (dy, [x], attributes) => ({
      x: () => atPlaces(placesOfSlice(x!.shape, attributes as unknown as Strided), dy, x!.shape),
    }),
  },
  {
    kernel: 'ScatterNd',
    inputs: ['indices', 'updates'],
    gradient: (dy, [indices]) => ({
      indices: () => noSlope(indices!.shape),
      updates: () => tf.gatherND(dy as Tensor, integers(indices!)),
    }),
  },
  {
    kernel: 'TensorScatterUpdate',
    inputs: ['indices', 'updates'],
    gradient: (dy, [indices, updates]) => ({
      tensor: () => {
        const ones = tf.onesLike(updates!);
        const written = tf.scatterND(integers(indices!), ones, (dy as Tensor).shape);
        return tf.mul(dy as Tensor, tf.sub(1, tf.minimum(written, 1)));
      },
      indices: () => noSlope(indices!.shape),
      updates: () => tf.gatherND(dy as Tensor, integers(indices!)),
    }),
  },
  {
    kernel: 'Diag',
    inputs: ['x'],
    gradient: (dy, [x]) => ({
      x: () => {
        const square = tf.reshape(dy as Tensor, [x!.size, x!.size]);
        return tf.reshape(tf.sum(tf.mul(square, tf.eye(x!.size)), 1), x!.shape);
      },
    }),
  },
  {
    kernel: 'FlipLeftRight',
    gradient: (dy) => ({ image: () => tf.image.flipLeftRight(dy as tf.Tensor4D) }),
  },
  {
    kernel: 'DepthToSpace',
    inputs: ['x'],
    gradient: (dy, [x], { blockSize, dataFormat }) => ({
      x: () => ofDepthToSpace(dy as Tensor, x!.shape, Number(blockSize), String(dataFormat)),
    }),
  },
];

/** Gradients hand places on as they are, and as numbers where they were computed. */
function integers(places: Tensor): Tensor {
  return places.dtype === 'int32' ? places : tf.cast(places, 'int32');
}

/** Elements go to places of a tensor of zeros that is read in one row; those of one place add up. */
function atPlaces(places: Tensor, dy: Tensor | Tensor[], shape: readonly number[]): Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  const flat = tf.scatterND(tf.reshape(places, [-1, 1]), tf.reshape(dy as Tensor, [-1]), [size]);
  return tf.reshape(flat, [...shape]);
}

function ofLargest(x: Tensor, indices: Tensor, dy: Tensor): Tensor {
  const length = x.shape[x.rank - 1]!;
  const rows = x.size / Math.max(length, 1);
  const starts = Int32Array.from({ length: rows }, (_, row) => row * length);
  const within = tf.reshape(integers(indices), [rows, -1]);
  return atPlaces(tf.add(within, tf.tensor2d(starts, [rows, 1], 'int32')), dy, x.shape);
}

/** Rows of the axis that was gathered from, with what lies behind it, add up. */
function ofGathered(
  x: Tensor,
  indices: Tensor,
  dy: Tensor,
  axis: number,
  batchDims: number,
): Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const product = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);
  const batch = product(x.shape.slice(0, batchDims));
  const outer = product(x.shape.slice(batchDims, at));
  const length = x.shape[at]!;
  const inner = product(x.shape.slice(at + 1));
  const picked = product(indices.shape.slice(batchDims));
  const starts = Int32Array.from({ length: batch }, (_, index) => index * length);
  const rows = tf.add(
    tf.reshape(integers(indices), [batch, picked]),
    tf.tensor2d(starts, [batch, 1], 'int32'),
  );
  const slopes = tf.transpose(tf.reshape(dy, [batch, outer, picked, inner]), [0, 2, 1, 3]);
  const sums = tf.scatterND(
    tf.reshape(rows, [-1, 1]),
    tf.reshape(slopes, [batch * picked, outer * inner]),
    [batch * length, outer * inner],
  );
  const ordered = tf.transpose(tf.reshape(sums, [batch, length, outer, inner]), [0, 2, 1, 3]);
  return tf.reshape(ordered, x.shape);
}

/** Where each element of a slice lies in the tensor, read in one row. */
function placesOfSlice(shape: number[], call: Strided): Tensor {
  const { begin, end, strides } = boundsOf(shape, call);
  let places = [0];
  for (const [axis, extent] of shape.entries()) {
    const [first, stride] = [begin[axis]!, strides[axis]!];
    const count = Math.max(Math.ceil((end[axis]! - first) / stride), 0);
    places = places.flatMap((place) =>
      Array.from({ length: count }, (_, at) => place * extent + first + at * stride),
    );
  }
  return tf.tensor1d(places, 'int32');
}

/** Channels of each block go back behind each other. */
function ofDepthToSpace(dy: Tensor, shape: number[], block: number, format: string): Tensor {
  const first = format === 'NCHW';
  const [batch, ...rest] = shape as [number, number, number, number];
  const [height, width, depth] = first ? [rest[1], rest[2], rest[0]] : rest;
  const channels = depth / (block * block);
  if (first) {
    const split = tf.reshape(dy, [batch, channels, height, block, width, block]);
    return tf.reshape(tf.transpose(split, [0, 3, 5, 1, 2, 4]), shape);
  }
  const split = tf.reshape(dy, [batch, height, block, width, block, channels]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), shape);
}
