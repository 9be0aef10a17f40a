import * as tf from '@tensorflow/tfjs';
import { type Case, float, gradients, one } from '../comparison.ts';

type Pad = 'same' | 'valid' | number;

/** [image, filter, stride, padding] of 2-D convolutions; both directions and the filter's gradient. */
const PLANE: readonly (readonly [
  readonly number[],
  readonly number[],
  number | [number, number],
  Pad,
])[] = [
  [[2, 7, 6, 3], [3, 3, 3, 4], 1, 'same'],
  [[2, 7, 6, 5], [3, 3, 5, 4], 1, 'valid'],
  [[1, 7, 9, 6], [3, 3, 6, 2], 2, 'same'],
  [[3, 8, 8, 2], [3, 3, 2, 5], 2, 'valid'],
  [[1, 6, 6, 3], [2, 2, 3, 4], 2, 'same'],
  [[1, 7, 7, 3], [2, 2, 3, 4], 2, 'valid'],
  [[2, 5, 7, 6], [1, 1, 6, 3], 1, 'same'],
  [[2, 5, 7, 6], [1, 1, 6, 3], 2, 'same'],
  [[1, 9, 8, 1], [5, 3, 1, 2], 1, 'same'],
  [[1, 9, 8, 6], [5, 4, 6, 2], [2, 1], 'same'],
  [[1, 9, 8, 6], [4, 4, 6, 2], 3, 'valid'],
  [[2, 6, 5, 3], [3, 3, 3, 2], 1, 1],
  [[2, 6, 5, 3], [3, 3, 3, 2], 2, 1],
  [[1, 5, 5, 7], [5, 5, 7, 2], 1, 'valid'],
  [[2, 7, 6, 9], [3, 3, 9, 5], 1, 'same'],
  [[2, 7, 6, 5], [3, 3, 5, 9], 1, 'same'],
  [[2, 7, 6, 6], [5, 3, 6, 4], 1, 'same'],
  [[2, 7, 6, 6], [1, 3, 6, 6], 1, 'same'],
  [[2, 7, 6, 6], [3, 1, 6, 6], 1, 'same'],
  [[2, 7, 6, 6], [2, 4, 6, 5], 1, 'same'],
];

const VOLUME: readonly (readonly [
  readonly number[],
  readonly number[],
  number,
  'same' | 'valid',
])[] = [
  [[1, 4, 5, 6, 2], [3, 3, 3, 2, 3], 1, 'same'],
  [[2, 5, 4, 5, 6], [3, 3, 3, 6, 2], 1, 'valid'],
  [[1, 4, 5, 6, 2], [3, 3, 3, 2, 3], 2, 'same'],
  [[1, 4, 4, 6, 2], [2, 2, 2, 2, 3], 2, 'valid'],
  [[2, 3, 4, 2, 5], [1, 1, 1, 5, 3], 1, 'same'],
  [[1, 4, 5, 3, 5], [1, 3, 3, 5, 2], 1, 'same'],
  [[2, 4, 3, 4, 6], [3, 3, 3, 6, 5], 1, 'same'],
  [[1, 4, 5, 4, 6], [2, 3, 1, 6, 5], 1, 'same'],
];

/** [image, filter] of transposed convolutions by two. */
const UP: readonly (readonly [readonly number[], readonly number[], number, 'same' | 'valid'])[] = [
  [[2, 3, 4, 3], [2, 2, 5, 3], 2, 'same'],
  [[1, 3, 5, 3], [3, 3, 2, 3], 2, 'same'],
  [[1, 3, 5, 3], [3, 3, 2, 3], 2, 'valid'],
  [[1, 4, 4, 6], [3, 3, 2, 6], 1, 'same'],
];

const DEPTHWISE: readonly (readonly [
  readonly number[],
  readonly number[],
  number,
  'same' | 'valid',
])[] = [
  [[2, 7, 6, 3], [3, 3, 3, 1], 1, 'same'],
  [[2, 7, 6, 3], [3, 3, 3, 2], 1, 'valid'],
  [[1, 7, 9, 4], [3, 3, 4, 1], 2, 'same'],
  [[1, 6, 6, 2], [2, 2, 2, 3], 2, 'valid'],
];

const named = (
  name: string,
  image: readonly number[],
  filter: readonly number[],
  ...more: unknown[]
) => `${name} of [${image.join()}] with [${filter.join()}], ${more.join(', ')}`;

function conv2d(stride: number | [number, number], pad: Pad): Case['run'] {
  return (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad as 'same');
}

function up(
  image: readonly number[],
  filter: readonly number[],
  stride: number,
  pad: 'same' | 'valid',
) {
  const extent = (at: number) =>
    pad === 'same' ? image[at]! * stride : (image[at]! - 1) * stride + filter[at - 1]!;
  const shape: [number, number, number, number] = [image[0]!, extent(1), extent(2), filter[2]!];
  return ((x, weights) =>
    tf.conv2dTranspose(
      x as tf.Tensor4D,
      weights as tf.Tensor4D,
      shape,
      stride,
      pad,
    )) as Case['run'];
}

export const convolutionCases: readonly Case[] = [
  ...PLANE.flatMap(([image, filter, stride, pad]) => {
    const name = named('conv2d', image, filter, stride, pad);
    const inputs = [float(image), float(filter)];
    return [one(name, inputs, conv2d(stride, pad)), gradients(name, inputs, conv2d(stride, pad))];
  }),
  one('conv2d with dilations', [float([2, 9, 8, 3]), float([3, 3, 3, 4])], (x, filter) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
  ),
  ...VOLUME.flatMap(([image, filter, stride, pad]) => {
    const name = named('conv3d', image, filter, stride, pad);
    const inputs = [float(image), float(filter)];
    const run: Case['run'] = (x, weights) =>
      tf.conv3d(x as tf.Tensor5D, weights as tf.Tensor5D, stride, pad);
    return [one(name, inputs, run), gradients(name, inputs, run)];
  }),
  ...UP.flatMap(([image, filter, stride, pad]) => {
    const name = named('conv2dTranspose', image, filter, stride, pad);
    const inputs = [float(image), float(filter)];
    const run = up(image, filter, stride, pad);
    return [one(name, inputs, run), gradients(name, inputs, run)];
  }),
  one('conv3dTranspose', [float([1, 3, 2, 3, 4]), float([2, 2, 2, 3, 4])], (x, filter) =>
    tf.conv3dTranspose(x as tf.Tensor5D, filter as tf.Tensor5D, [1, 6, 4, 6, 3], 2, 'same'),
  ),
  ...DEPTHWISE.flatMap(([image, filter, stride, pad]) => {
    const name = named('depthwiseConv2d', image, filter, stride, pad);
    const inputs = [float(image), float(filter)];
    const run: Case['run'] = (x, weights) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, weights as tf.Tensor4D, stride, pad);
    return [one(name, inputs, run), gradients(name, inputs, run)];
  }),
  one('depthwiseConv2d with dilations', [float([2, 9, 8, 3]), float([3, 3, 3, 2])], (x, filter) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
  ),
  one(
    'separableConv2d',
    [float([2, 7, 6, 3]), float([3, 3, 3, 2]), float([1, 1, 6, 4])],
    (x, deep, wide) =>
      tf.separableConv2d(x as tf.Tensor4D, deep as tf.Tensor4D, wide as tf.Tensor4D, 1, 'same'),
  ),
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).map((activation) =>
    one(
      `fused conv2d with ${activation}`,
      [float([2, 7, 6, 3]), float([3, 3, 3, 4]), float([4])],
      (x, filter, bias) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          bias: bias!,
          strides: 1,
          pad: 'same',
          activation,
          leakyreluAlpha: 0.1,
        }),
    ),
  ),
  one(
    'fused conv2d with prelu',
    [float([2, 7, 6, 3]), float([3, 3, 3, 4]), float([4]), float([1, 1, 4])],
    (x, filter, bias, slopes) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        bias: bias!,
        strides: 2,
        pad: 'same',
        activation: 'prelu',
        preluActivationWeights: slopes!,
      }),
  ),
  one('fused conv2d alone', [float([2, 7, 6, 3]), float([3, 3, 3, 4])], (x, filter) =>
    tf.fused.conv2d({
      x: x as tf.Tensor4D,
      filter: filter as tf.Tensor4D,
      strides: 1,
      pad: 'valid',
    }),
  ),
  one(
    'fused depthwise conv2d',
    [float([2, 7, 6, 3]), float([3, 3, 3, 2]), float([6])],
    (x, filter, bias) =>
      tf.fused.depthwiseConv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        bias: bias!,
        strides: 1,
        pad: 'same',
        activation: 'relu',
      }),
  ),
  gradients(
    'two convolutions with a skip',
    [
      float([2, 6, 7, 3]),
      float([3, 3, 3, 4], -0.5, 0.5),
      float([3, 3, 7, 5], -0.5, 0.5),
      float([4]),
    ],
    (x, first, second, bias) => {
      const made = tf.conv2d(x as tf.Tensor4D, first as tf.Tensor4D, 1, 'same');
      const both = tf.concat([tf.relu(tf.add(made, bias!)), x!], 3);
      return tf.conv2d(both as tf.Tensor4D, second as tf.Tensor4D, 1, 'same');
    },
  ),
];

/**
 * [batch, height, width, in, out] of 3x3: channels that no block divides, or many. The extents leave
 * the last tile of 4x4 full, and 1, 2 and 3 rows short; of the last image the tiles are many.
 */
const WIDE: readonly (readonly [number, number, number, number, number])[] = [
  [1, 7, 12, 33, 36],
  [2, 8, 9, 32, 33],
  [1, 9, 3, 64, 64],
  [3, 6, 5, 36, 64],
  [2, 18, 17, 32, 32],
];

/** Channels in multiples of the runtime's blocks (16 or 8), too few for minimal filtering. */
const BLOCKED: readonly (readonly [
  readonly number[],
  readonly number[],
  number,
  'same' | 'valid',
])[] = [
  [[1, 7, 12, 16], [3, 3, 16, 16], 1, 'same'],
  [[3, 12, 7, 16], [3, 3, 16, 32], 1, 'valid'],
  [[3, 17, 7, 32], [3, 3, 32, 16], 2, 'same'],
  [[1, 7, 7, 32], [1, 1, 32, 48], 1, 'same'],
  [[1, 12, 7, 16], [5, 5, 16, 16], 1, 'same'],
  [[1, 12, 8, 32], [2, 2, 32, 32], 2, 'valid'],
];

/** The same of depthwise ones. */
const BLOCKED_DEPTHWISE: readonly (readonly [
  readonly number[],
  readonly number[],
  number,
  'same' | 'valid',
])[] = [
  [[2, 7, 6, 16], [3, 3, 16, 1], 1, 'same'],
  [[1, 9, 8, 32], [5, 5, 32, 1], 1, 'same'],
  [[3, 8, 12, 32], [3, 3, 32, 1], 2, 'same'],
  [[2, 7, 9, 16], [5, 5, 16, 1], 2, 'same'],
  [[2, 8, 6, 16], [3, 3, 16, 1], 2, 'valid'],
  [[2, 8, 7, 16], [3, 3, 16, 1], 3, 'valid'],
  [[1, 9, 8, 16], [1, 1, 16, 1], 2, 'same'],
];

export const wideConvolutionCases: readonly Case[] = [
  ...BLOCKED_DEPTHWISE.flatMap(([image, filter, stride, pad]) => {
    const name = named('depthwiseConv2d', image, filter, stride, pad);
    const inputs = [float(image, -1, 1), float(filter, -1, 1)];
    const run: Case['run'] = (x, weights) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, weights as tf.Tensor4D, stride, pad);
    return [one(name, inputs, run), gradients(name, inputs, run)];
  }),
  ...[
    ...WIDE.map(([batch, height, width, channels, out]) => ({
      image: [batch, height, width, channels],
      filter: [3, 3, channels, out],
      stride: 1,
      pad: 'same' as const,
    })),
    ...BLOCKED.map(([image, filter, stride, pad]) => ({ image, filter, stride, pad })),
  ].flatMap(({ image, filter, stride, pad }) => {
    const name = named('conv2d', image, filter, stride, pad);
    const inputs = [float(image, -1, 1), float(filter, -1, 1)];
    return [one(name, inputs, conv2d(stride, pad)), gradients(name, inputs, conv2d(stride, pad))];
  }),
];
