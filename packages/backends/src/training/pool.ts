import { tf } from '@raremask/tfjs';
import { extentsOf, overImages, overVolumes, type Sliding } from './extents.ts';
import { compute, pointer, release, type WasmBackend, type WasmCall } from './memory.ts';

interface PoolAttributes {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function imageWindow(shape: number[], attrs: PoolAttributes): Sliding {
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    attrs.filterSize as [number, number],
    attrs.strides as [number, number],
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  return overImages(info);
}

function volumeWindow(shape: number[], attrs: PoolAttributes): Sliding {
  const info = tf.backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    attrs.filterSize as [number, number, number],
    attrs.strides as [number, number, number],
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  return overVolumes(info);
}

type GradientCall = WasmCall<
  { readonly dy: tf.TensorInfo; readonly input: tf.TensorInfo },
  PoolAttributes
>;

/** Gradient of the largest value of windows of an image. tfjs's own loses windows below zero. */
export function maxPoolGradient({ backend, inputs, attrs }: GradientCall): tf.TensorInfo {
  return gradient(backend, inputs.dy, inputs.input, imageWindow(inputs.input.shape, attrs));
}

/** Likewise for volumes. */
export function maxPool3dGradient({ backend, inputs, attrs }: GradientCall): tf.TensorInfo {
  return gradient(backend, inputs.dy, inputs.input, volumeWindow(inputs.input.shape, attrs));
}

/** Largest value of windows of a volume. tfjs's own gives a tiny positive number for those below zero. */
export function maxPool3d({
  backend,
  inputs,
  attrs,
}: WasmCall<{ readonly x: tf.TensorInfo }, PoolAttributes>): tf.TensorInfo {
  const sliding = volumeWindow(inputs.x.shape, attrs);
  const out = backend.makeOutput([sliding.batch, ...sliding.output, sliding.inChannels], 'float32');
  compute('maxPool')(
    pointer(backend, inputs.x),
    pointer(backend, out),
    sliding.batch,
    sliding.inChannels,
    ...extentsOf(sliding),
  );
  return out;
}

function gradient(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  input: tf.TensorInfo,
  sliding: Sliding,
): tf.TensorInfo {
  const out = backend.makeOutput(input.shape, 'float32');
  const scratch = backend.makeOutput([sliding.inChannels], 'float32');
  compute('maxPoolGradient')(
    pointer(backend, input),
    pointer(backend, dy),
    pointer(backend, out),
    pointer(backend, scratch),
    sliding.batch,
    sliding.inChannels,
    ...extentsOf(sliding),
  );
  release(backend, scratch);
  return out;
}
