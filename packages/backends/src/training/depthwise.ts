import { tf } from '@raremask/tfjs';
import { compute, pointer, type WasmCall } from './memory.ts';

interface DepthwiseAttributes {
  readonly strides: [number, number] | number;
  readonly dilations: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Sizes = tf.backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

function sizesOf(attrs: DepthwiseAttributes, input: number[], filter: number[]): Sizes {
  return tf.backend_util.computeConv2DInfo(
    input as Shape4D,
    filter as Shape4D,
    attrs.strides,
    attrs.dilations,
    attrs.pad,
    attrs.dimRoundingMode,
    true,
  );
}

function numbersOf(sizes: Sizes): number[] {
  return [
    sizes.batchSize,
    sizes.inHeight,
    sizes.inWidth,
    sizes.inChannels,
    sizes.outHeight,
    sizes.outWidth,
    sizes.outChannels / sizes.inChannels,
    sizes.filterHeight,
    sizes.filterWidth,
    sizes.strideHeight,
    sizes.strideWidth,
    sizes.dilationHeight,
    sizes.dilationWidth,
    sizes.padInfo.top,
    sizes.padInfo.left,
  ];
}

/** Gradient of a depthwise convolution with respect to its filter [height, width, in, multiplier]. */
export function depthwiseFilterGradient(
  call: WasmCall<
    { x: tf.TensorInfo; dy: tf.TensorInfo },
    DepthwiseAttributes & { filterShape: number[] }
  >,
): tf.TensorInfo {
  const { backend, inputs, attrs } = call;
  const sizes = sizesOf(attrs, inputs.x.shape, attrs.filterShape);
  const out = backend.makeOutput(sizes.filterShape, 'float32');
  compute('depthwiseFilterGradient')(
    pointer(backend, inputs.x),
    pointer(backend, inputs.dy),
    pointer(backend, out),
    ...numbersOf(sizes),
  );
  return out;
}

/** Gradient of a depthwise convolution with respect to its input. */
export function depthwiseInputGradient(
  call: WasmCall<
    { dy: tf.TensorInfo; filter: tf.TensorInfo },
    DepthwiseAttributes & { inputShape: number[] }
  >,
): tf.TensorInfo {
  const { backend, inputs, attrs } = call;
  const sizes = sizesOf(attrs, attrs.inputShape, inputs.filter.shape);
  const out = backend.makeOutput(sizes.inShape, 'float32');
  compute('depthwiseInputGradient')(
    pointer(backend, inputs.dy),
    pointer(backend, inputs.filter),
    pointer(backend, out),
    ...numbersOf(sizes),
  );
  return out;
}
