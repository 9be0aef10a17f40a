import type * as tf from '@tensorflow/tfjs';
import { compute, pointer, release, type WasmCall } from './memory.ts';

interface ResizeAttributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters?: boolean;
}

/**
 * Gradient of taking the nearest pixel: the sum of what was taken from each. tfjs's own reads
 * outside its memory.
 */
export function nearestGradient({
  backend,
  inputs,
  attrs,
}: WasmCall<
  { readonly images: tf.TensorInfo; readonly dy: tf.TensorInfo },
  ResizeAttributes
>): tf.TensorInfo {
  const [batch, inHeight, inWidth, channels] = inputs.images.shape as [
    number,
    number,
    number,
    number,
  ];
  const [, outHeight, outWidth] = inputs.dy.shape as [number, number, number];
  const rows = backend.makeOutput([outHeight], 'int32', null, sources(inHeight, outHeight, attrs));
  const columns = backend.makeOutput([outWidth], 'int32', null, sources(inWidth, outWidth, attrs));
  const out = backend.makeOutput(inputs.images.shape, 'float32');
  compute('nearestGradient')(
    pointer(backend, inputs.dy),
    pointer(backend, out),
    pointer(backend, rows),
    pointer(backend, columns),
    batch,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    channels,
  );
  release(backend, rows);
  release(backend, columns);
  return out;
}

/** The position that each position of the result is taken from. */
function sources(from: number, to: number, attrs: ResizeAttributes): Int32Array {
  const corners = attrs.alignCorners && to > 1;
  const scale = corners ? (from - 1) / (to - 1) : from / to;
  const shift = attrs.halfPixelCenters ? 0.5 : 0;
  return Int32Array.from({ length: to }, (_, position) => {
    const place = scale * (position + shift);
    return Math.min(from - 1, attrs.alignCorners ? Math.round(place) : Math.floor(place));
  });
}
