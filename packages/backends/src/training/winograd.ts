import type * as tf from '@tensorflow/tfjs';
import type { Sliding } from './extents.ts';
import { compute, pointer, release, type WasmBackend } from './memory.ts';

/**
 * Whether a convolution is one of 3x3 pixels at stride 1 over images, with as many channels as the
 * vectors of the module hold.
 */
export function fitsWinograd({ window, stride, inChannels, outChannels }: Sliding): boolean {
  const small = window[0] === 1 && window[1] === 3 && window[2] === 3;
  const dense = stride.every((step) => step === 1);
  return small && dense && inChannels % 4 === 0 && outChannels % 8 === 0;
}

/** Forward convolution: x, filter -> out. */
export function winogradForward(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  out: tf.TensorInfo,
  sliding: Sliding,
): void {
  withScratch('winogradForward', backend, [x, filter, out], sliding);
}

/** Gradient of the filter: x, dy -> out. */
export function winogradFilterGradient(
  backend: WasmBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  out: tf.TensorInfo,
  sliding: Sliding,
): void {
  withScratch('winogradFilterGradient', backend, [x, dy, out], sliding);
}

function withScratch(
  name: string,
  backend: WasmBackend,
  tensors: readonly tf.TensorInfo[],
  { batch, inChannels, outChannels, input, output, padding }: Sliding,
): void {
  const block = compute('winogradBlock')(batch, output[1], output[2], inChannels, outChannels);
  const sizes = [
    [inChannels, outChannels],
    [block, inChannels],
    [block, outChannels],
  ].map(([rows, columns]) => compute('winogradPlanes')(rows!, columns!));
  const scratch = [...sizes, 16 * Math.max(inChannels, outChannels)].map((size) =>
    backend.makeOutput([size], 'float32'),
  );
  compute(name)(
    ...[...tensors, ...scratch].map((tensor) => pointer(backend, tensor)),
    block,
    batch,
    inChannels,
    outChannels,
    input[1],
    input[2],
    output[1],
    output[2],
    padding[1],
    padding[2],
  );
  for (const tensor of scratch) release(backend, tensor);
}
