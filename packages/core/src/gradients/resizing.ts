import { tf } from '@raremask/tfjs';
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

/** How an axis was resized. */
interface Axis {
  /** Pixels of it before. */
  readonly extent: number;
  readonly scale: number;
  /** Of the middle of a pixel. */
  readonly shift: number;
  readonly rounds: boolean;
}

/** Which places of an axis a place of the result is made of, with their shares. */
type Shares = (at: number, axis: Axis) => readonly (readonly [number, number])[];

const SHARES: Readonly<Record<'ResizeNearestNeighbor' | 'ResizeBilinear', Shares>> = {
  ResizeNearestNeighbor(at, { extent, scale, shift, rounds }) {
    const place = scale * (at + shift);
    return [[Math.min(extent - 1, rounds ? Math.round(place) : Math.floor(place)), 1]];
  },
  ResizeBilinear(at, { extent, scale, shift }) {
    const place = scale * (at + shift) - shift;
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
  const high = tf.matMul(rows, tf.reshape(dy, [batch!, toHeight, toWidth * channels!]));
  const wide = tf.reshape(high, [batch! * height!, toWidth, channels!]);
  return tf.reshape(tf.matMul(columns, wide), [batch!, height!, width!, channels!]);
}

/** [1, extent, to], the same for every image. */
function matrix(
  extent: number,
  to: number,
  shares: Shares,
  { alignCorners, halfPixelCenters }: Attributes,
): tf.Tensor3D {
  const axis: Axis = {
    extent,
    scale: alignCorners && to > 1 ? (extent - 1) / (to - 1) : extent / to,
    shift: halfPixelCenters ? 0.5 : 0,
    rounds: Boolean(alignCorners),
  };
  const values = new Float32Array(extent * to);
  for (let at = 0; at < to; at++) {
    for (const [source, share] of shares(at, axis)) values[source * to + at]! += share;
  }
  return tf.tensor3d(values, [1, extent, to]);
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
