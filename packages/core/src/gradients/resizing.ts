import * as tf from '@tensorflow/tfjs';
import type { Attributes, MissingGradient, Tensor } from './register.ts';

/** Backends on which tfjs's own kernel is right: that of cpu reads another image's gradient in a batch. */
const NEAREST_IS_RIGHT = ['wasm', 'tensorflow', 'raremask-compiler'];

/** Images that are resized, and padded by their mirror image. */
export const resizing: readonly MissingGradient[] = [
  ...(['ResizeNearestNeighbor', 'ResizeBilinear'] as const).map(
    (kernel): MissingGradient => ({
      kernel,
      inputs: ['images'],
      gradient: (dy, [images], attributes) => ({
        images: () =>
          isRight(kernel, attributes)
            ? (tf.engine().runKernel(`${kernel}Grad`, { dy: dy as Tensor, images: images! }, {
                ...attributes,
              } as tf.NamedAttrMap) as Tensor)
            : ofResized(images!.shape, dy as Tensor, SHARES[kernel], attributes),
      }),
    }),
  ),
  {
    kernel: 'MirrorPad',
    inputs: ['x'],
    gradient: (dy, [x], { paddings, mode }) => ({
      x: () => ofMirrored(x!.shape, dy as Tensor, paddings as [number, number][], String(mode)),
    }),
  },
];

/** Those of bilinear resizing swap height and width, and none hears of halfPixelCenters. */
function isRight(kernel: string, { halfPixelCenters }: Attributes): boolean {
  return (
    kernel === 'ResizeNearestNeighbor' &&
    !halfPixelCenters &&
    NEAREST_IS_RIGHT.includes(tf.getBackend())
  );
}

/** Which places of an axis each place of the result is made of, with their shares. */
type Shares = (
  place: number,
  extent: number,
  rounds: boolean,
) => readonly (readonly [number, number])[];

const SHARES: Readonly<Record<'ResizeNearestNeighbor' | 'ResizeBilinear', Shares>> = {
  ResizeNearestNeighbor(place, extent, rounds) {
    return [[Math.min(extent - 1, rounds ? Math.round(place) : Math.floor(place)), 1]];
  },
  ResizeBilinear(place, extent) {
    const below = Math.max(0, Math.floor(place));
    const share = place - below;
    return [
      [below, 1 - share],
      [Math.min(extent - 1, Math.max(0, Math.ceil(place))), share],
    ];
  },
};

/** Each axis was multiplied by a matrix; the gradient is, by its transpose. */
function ofResized(
  [batch, height, width, channels]: readonly number[],
  dy: Tensor,
  shares: Shares,
  attributes: Attributes,
): Tensor {
  const [, toHeight, toWidth] = dy.shape as [number, number, number];
  const rows = matrix(height!, toHeight, shares, attributes);
  const columns = matrix(width!, toWidth, shares, attributes);
  const tall = tf.reshape(dy, [batch!, toHeight, toWidth * channels!]);
  const high = tf.matMul(tf.tile(rows, [batch!, 1, 1]), tall);
  const wide = tf.reshape(high, [batch! * height!, toWidth, channels!]);
  const result = tf.matMul(tf.tile(columns, [batch! * height!, 1, 1]), wide);
  return tf.reshape(result, [batch!, height!, width!, channels!]);
}

/** [1, from, to] */
function matrix(from: number, to: number, shares: Shares, attributes: Attributes): tf.Tensor3D {
  const { alignCorners, halfPixelCenters } = attributes;
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const shift = halfPixelCenters ? 0.5 : 0;
  const values = new Float32Array(from * to);
  for (let at = 0; at < to; at++) {
    const place = scale * (at + shift) - (shares === SHARES.ResizeBilinear ? shift : 0);
    for (const [source, share] of shares(place, from, Boolean(alignCorners))) {
      values[source * to + at]! += share;
    }
  }
  return tf.tensor3d(values, [1, from, to]);
}

/** tfjs leaves out what the mirror image says of the pixels inside. */
function ofMirrored(
  shape: readonly number[],
  dy: Tensor,
  paddings: readonly (readonly [number, number])[],
  mode: string,
): Tensor {
  // The edge itself is repeated where the mirror lies behind it.
  const edge = mode === 'reflect' ? 0 : 1;
  let slopes = dy;
  for (const [axis, [before, after]] of paddings.entries()) {
    if (before === 0 && after === 0) continue;
    const extent = shape[axis]!;
    const values = new Float32Array(extent * (before + extent + after));
    const width = before + extent + after;
    for (let at = 0; at < width; at++) {
      const place = at - before;
      const source =
        place < 0 ? -place - edge : place >= extent ? 2 * (extent - 1) - place + edge : place;
      values[source * width + at]! += 1;
    }
    const order = slopes.shape.map((_, index) => index).filter((index) => index !== axis);
    const turned = tf.transpose(slopes, [axis, ...order]);
    const sums = tf.matMul(
      tf.tensor2d(values, [extent, width]),
      tf.reshape(turned, [width, -1]) as tf.Tensor2D,
    );
    const back = [...order.keys()].map((index) => index + 1);
    back.splice(axis, 0, 0);
    slopes = tf.transpose(tf.reshape(sums, [extent, ...turned.shape.slice(1)]), back);
  }
  return slopes;
}
