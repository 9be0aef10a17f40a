import * as tf from '@tensorflow/tfjs';
import { borrowed } from './borrowed.ts';
import { compute, pointer, release, stock, type WasmBackend, type WasmCall } from './memory.ts';

interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Sizes = tf.backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

function sizesOf(attrs: ConvolutionAttributes, input: number[], filter: number[]): Sizes {
  return tf.backend_util.computeConv2DInfo(
    input as Shape4D,
    filter as Shape4D,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(attrs.dataFormat),
  );
}

/** Gradient of a 2-D convolution with respect to its filter: x, dy -> [height, width, in, out]. */
export function conv2dFilterGradient(
  call: WasmCall<
    { x: tf.TensorInfo; dy: tf.TensorInfo },
    ConvolutionAttributes & { filterShape: number[] }
  >,
): tf.TensorInfo {
  const { backend, inputs, attrs } = call;
  const { x, dy } = inputs;
  if (attrs.dataFormat === 'NCHW') return borrowed(tf.Conv2DBackpropFilter)(call);
  const sizes = sizesOf(attrs, x.shape, attrs.filterShape);
  const out = backend.makeOutput(sizes.filterShape, 'float32');
  compute('filterGradient')(
    pointer(backend, x),
    pointer(backend, dy),
    pointer(backend, out),
    sizes.batchSize,
    sizes.inHeight,
    sizes.inWidth,
    sizes.inChannels,
    sizes.outHeight,
    sizes.outWidth,
    sizes.outChannels,
    sizes.filterHeight,
    sizes.filterWidth,
    sizes.strideHeight,
    sizes.strideWidth,
    sizes.padInfo.top,
    sizes.padInfo.left,
  );
  return out;
}

/**
 * Gradient of a 2-D convolution with respect to its input, and the transposed convolution itself.
 * tfjs's own kernel takes ten times as long as a forward convolution, so it is turned into one:
 * where windows do not overlap, a 1x1 convolution whose channels are the pixels of a window; else a
 * convolution with the turned filter over the gradient, with zeros between its pixels where the
 * stride is not 1.
 */
export function conv2dInputGradient(
  stockKernel: tf.KernelFunc,
): (
  call: WasmCall<
    { dy: tf.TensorInfo; filter: tf.TensorInfo },
    ConvolutionAttributes & { inputShape: number[] }
  >,
) => tf.TensorInfo {
  return (call) => {
    const { backend, inputs, attrs } = call;
    const sizes = sizesOf(attrs, attrs.inputShape, inputs.filter.shape);
    if (attrs.dataFormat !== 'NCHW') {
      if (isTiling(sizes)) return tiled(backend, inputs.dy, inputs.filter, sizes);
      const padding = turnedPadding(sizes);
      if (padding !== undefined) {
        return turned(backend, inputs.dy, inputs.filter, sizes, padding);
      }
    }
    return stockKernel({
      backend,
      inputs,
      attrs: attrs as unknown as tf.NamedAttrMap,
    }) as tf.TensorInfo;
  };
}

/** Each input pixel lies in exactly one window. */
function isTiling(sizes: Sizes): boolean {
  return (
    sizes.strideHeight === sizes.filterHeight &&
    sizes.strideWidth === sizes.filterWidth &&
    sizes.inHeight === sizes.outHeight * sizes.strideHeight &&
    sizes.inWidth === sizes.outWidth * sizes.strideWidth &&
    sizes.padInfo.top === 0 &&
    sizes.padInfo.left === 0
  );
}

function tiled(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  sizes: Sizes,
): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels, outWidth } = sizes;
  const taps = filterHeight * filterWidth;
  const weights = backend.makeOutput([1, 1, outChannels, taps * inChannels], 'float32');
  compute('interleaveTaps')(
    pointer(backend, filter),
    pointer(backend, weights),
    taps,
    inChannels,
    outChannels,
  );
  const windows = stock(tf.Conv2D, backend, { x: dy, filter: weights }, forward('valid'));
  release(backend, weights);
  if (taps === 1) return { ...windows, shape: sizes.inShape };
  const out = backend.makeOutput(sizes.inShape, 'float32');
  const blockBytes = filterWidth * inChannels * 4;
  const rowBytes = outWidth * blockBytes;
  compute('gatherWindows')(
    pointer(backend, windows),
    pointer(backend, out),
    sizes.batchSize * sizes.outHeight,
    filterHeight,
    outWidth,
    blockBytes,
    rowBytes,
  );
  release(backend, windows);
  return out;
}

interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function turnedPadding(sizes: Sizes): Padding | undefined {
  const { padInfo, strideHeight, strideWidth } = sizes;
  const padding = {
    top: sizes.filterHeight - 1 - padInfo.top,
    bottom: sizes.inHeight - 1 - (sizes.outHeight - 1) * strideHeight + padInfo.top,
    left: sizes.filterWidth - 1 - padInfo.left,
    right: sizes.inWidth - 1 - (sizes.outWidth - 1) * strideWidth + padInfo.left,
  };
  return Object.values(padding).every((side) => side >= 0) ? padding : undefined;
}

function turned(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  sizes: Sizes,
  { top, bottom, left, right }: Padding,
): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = sizes;
  const weights = backend.makeOutput(
    [filterHeight, filterWidth, outChannels, inChannels],
    'float32',
  );
  compute('rotateFilter')(
    pointer(backend, filter),
    pointer(backend, weights),
    filterHeight * filterWidth,
    inChannels,
    outChannels,
  );
  const strided = sizes.strideHeight > 1 || sizes.strideWidth > 1;
  const x = strided ? spread(backend, dy, sizes) : dy;
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const out = stock(tf.Conv2D, backend, { x, filter: weights }, forward(pad));
  release(backend, weights);
  if (strided) release(backend, x);
  return out;
}

/** dy with stride - 1 zeros between its pixels. */
function spread(backend: WasmBackend, dy: tf.TensorInfo, sizes: Sizes): tf.TensorInfo {
  const { batchSize, outHeight, outWidth, outChannels, strideHeight, strideWidth } = sizes;
  const height = (outHeight - 1) * strideHeight + 1;
  const width = (outWidth - 1) * strideWidth + 1;
  const out = backend.makeOutput([batchSize, height, width, outChannels], 'float32');
  const pixelBytes = outChannels * 4;
  compute('spreadRows')(
    pointer(backend, dy),
    pointer(backend, out),
    batchSize,
    outHeight,
    outWidth,
    pixelBytes,
    height * width * pixelBytes,
    strideHeight * width * pixelBytes,
    strideWidth * pixelBytes,
  );
  return out;
}

function forward(pad: ConvolutionAttributes['pad']): object {
  return { strides: [1, 1], dilations: [1, 1], pad, dataFormat: 'NHWC' };
}
