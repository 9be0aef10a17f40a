import { tf } from '@raremask/tfjs';
import { borrowed } from './borrowed.ts';
import { type Extent, extentsOf, overImages, overVolumes, type Sliding } from './extents.ts';
import { compute, pointer, release, stock, type WasmBackend, type WasmCall } from './memory.ts';
import { fitsWinograd, winogradFilterGradient, winogradForward } from './winograd.ts';

interface ImageAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface VolumeAttributes {
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same';
  readonly dilations?: [number, number, number] | number;
}

function imageWindow(attrs: ImageAttributes, input: number[], filter: number[]): Sliding {
  const info = tf.backend_util.computeConv2DInfo(
    input as [number, number, number, number],
    filter as [number, number, number, number],
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  return overImages(info);
}

function volumeWindow(attrs: VolumeAttributes, input: number[], filter: number[]): Sliding {
  const info = tf.backend_util.computeConv3DInfo(
    input as [number, number, number, number, number],
    filter as [number, number, number, number, number],
    attrs.strides,
    1,
    attrs.pad,
  );
  return overVolumes(info);
}

type FilterGradientCall<Attributes> = WasmCall<
  { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
  Attributes & { readonly filterShape: number[] }
>;

/** Gradient of a convolution over images with respect to its filter [height, width, in, out]. */
export function conv2dFilterGradient(call: FilterGradientCall<ImageAttributes>): tf.TensorInfo {
  const { inputs, attrs } = call;
  if (attrs.dataFormat === 'NCHW') return borrowed(tf.Conv2DBackpropFilter)(call);
  return filterGradient(call, imageWindow(attrs, inputs.x.shape, attrs.filterShape));
}

/**
 * Gradient of a convolution over volumes with respect to its filter
 * [depth, height, width, in, out]. tfjs's own gives wrong numbers where the stride is not 1.
 */
export function conv3dFilterGradient(call: FilterGradientCall<VolumeAttributes>): tf.TensorInfo {
  const { inputs, attrs } = call;
  return filterGradient(call, volumeWindow(attrs, inputs.x.shape, attrs.filterShape));
}

function filterGradient(
  { backend, inputs, attrs }: FilterGradientCall<object>,
  sliding: Sliding,
): tf.TensorInfo {
  const out = backend.makeOutput(attrs.filterShape, 'float32');
  if (fitsWinograd(sliding)) {
    winogradFilterGradient(backend, inputs.x, inputs.dy, out, sliding);
    return out;
  }
  compute('filterGradient')(
    pointer(backend, inputs.x),
    pointer(backend, inputs.dy),
    pointer(backend, out),
    sliding.batch,
    sliding.inChannels,
    sliding.outChannels,
    ...extentsOf(sliding),
  );
  return out;
}

type InputGradientCall<Attributes> = WasmCall<
  { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
  Attributes & { readonly inputShape: number[] }
>;

/**
 * Gradient of a convolution over images with respect to its input, and the transposed convolution
 * itself. tfjs's own takes ten times as long as a forward convolution.
 */
export function conv2dInputGradient(call: InputGradientCall<ImageAttributes>): tf.TensorInfo {
  const { inputs, attrs } = call;
  if (attrs.dataFormat === 'NCHW') return borrowed(tf.Conv2DBackpropInput)(call);
  const sliding = imageWindow(attrs, attrs.inputShape, inputs.filter.shape);
  return inputGradient(call, sliding) ?? borrowed(tf.Conv2DBackpropInput)(call);
}

/**
 * Gradient of a convolution over volumes with respect to its input, and the transposed convolution
 * itself. tfjs's own gives wrong numbers.
 */
export function conv3dInputGradient(call: InputGradientCall<VolumeAttributes>): tf.TensorInfo {
  const { inputs, attrs } = call;
  const sliding = volumeWindow(attrs, attrs.inputShape, inputs.filter.shape);
  return inputGradient(call, sliding) ?? borrowed(tf.Conv3DBackpropInputV2)(call);
}

/**
 * Convolution over images: ours for 3x3 pixels at stride 1, else tfjs's. Where the stride is larger than the filter and the padding is `same`,
 * tfjs's own gives zeros, so it is told the padding in numbers.
 */
export function conv2d(stockKernel: tf.KernelFunc) {
  return (
    call: WasmCall<
      { readonly x: tf.TensorInfo; readonly filter: tf.TensorInfo },
      ImageAttributes & { readonly dilations: [number, number] | number }
    >,
  ): tf.TensorInfo => {
    const { backend, inputs, attrs } = call;
    const info = tf.backend_util.computeConv2DInfo(
      inputs.x.shape as [number, number, number, number],
      inputs.filter.shape as [number, number, number, number],
      attrs.strides,
      attrs.dilations,
      attrs.pad,
      attrs.dimRoundingMode,
      false,
      tf.backend_util.convertConv2DDataFormat(attrs.dataFormat),
    );
    const sliding = overImages(info);
    const undilated = info.dilationHeight === 1 && info.dilationWidth === 1;
    if (attrs.dataFormat === 'NHWC' && undilated && fitsWinograd(sliding)) {
      const out = backend.makeOutput(info.outShape, 'float32');
      winogradForward(backend, inputs.x, inputs.filter, out, sliding);
      return out;
    }
    const { top, bottom, left, right } = info.padInfo;
    const pad =
      attrs.pad === 'same'
        ? [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ]
        : attrs.pad;
    return stockKernel({
      ...call,
      attrs: { ...attrs, pad, dimRoundingMode: attrs.dimRoundingMode ?? 'floor' },
    } as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
  };
}

/**
 * Convolution over volumes as one over images, whose channels are those of all the planes that the
 * filter sees.
 */
export function conv3d(stockKernel: tf.KernelFunc) {
  return (
    call: WasmCall<{ readonly x: tf.TensorInfo; readonly filter: tf.TensorInfo }, VolumeAttributes>,
  ): tf.TensorInfo => {
    const { backend, inputs, attrs } = call;
    const dilations = [attrs.dilations ?? 1].flat();
    if (dilations.some((dilation) => dilation !== 1)) {
      return stockKernel(call as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const sliding = volumeWindow(attrs, inputs.x.shape, inputs.filter.shape);
    return forward(backend, inputs.x, inputs.filter, sliding);
  };
}

/**
 * Where windows do not overlap, a 1x1 convolution whose channels are the pixels of a window; else a
 * convolution with the turned filter over the gradient, with zeros between its pixels where the
 * stride is not 1. Undefined where the padding is wider than the filter.
 */
function inputGradient(
  { backend, inputs, attrs }: InputGradientCall<object>,
  sliding: Sliding,
): tf.TensorInfo | undefined {
  if (isTiling(sliding)) return tiled(backend, inputs.dy, inputs.filter, sliding, attrs.inputShape);
  const padding = sliding.window.map((size, axis) => size - 1 - sliding.padding[axis]!);
  const fits = sliding.input.every((size, axis) => {
    const last = (sliding.output[axis]! - 1) * sliding.stride[axis]!;
    return size - 1 - last + sliding.padding[axis]! >= 0;
  });
  if (!fits || padding.some((side) => side < 0)) return undefined;
  return turned(backend, inputs.dy, inputs.filter, sliding, padding as unknown as Extent);
}

/** Each input pixel lies in exactly one window. */
function isTiling({ input, output, window, stride, padding }: Sliding): boolean {
  return input.every(
    (size, axis) =>
      stride[axis] === window[axis] &&
      size === output[axis]! * stride[axis]! &&
      padding[axis] === 0,
  );
}

function tiled(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  { batch, inChannels, outChannels, output, window }: Sliding,
  shape: number[],
): tf.TensorInfo {
  const taps = tf.util.sizeFromShape([...window]);
  const weights = backend.makeOutput([1, 1, outChannels, taps * inChannels], 'float32');
  compute('interleaveTaps')(
    pointer(backend, filter),
    pointer(backend, weights),
    taps,
    inChannels,
    outChannels,
  );
  const planes = batch * output[0];
  const pixels = { ...dy, shape: [planes, output[1], output[2], outChannels] };
  const windows = convolve(backend, pixels, weights, [1, 1], [0, 0, 0, 0]);
  release(backend, weights);
  if (taps === 1) return { ...windows, shape };
  const out = backend.makeOutput(shape, 'float32');
  compute('placeWindows')(
    pointer(backend, windows),
    pointer(backend, out),
    planes,
    output[1],
    output[2],
    window[0],
    window[1],
    window[2] * inChannels * 4,
  );
  release(backend, windows);
  return out;
}

function turned(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  sliding: Sliding,
  padding: Extent,
): tf.TensorInfo {
  const { batch, inChannels, outChannels, input, output, window, stride } = sliding;
  const weights = backend.makeOutput([...window, outChannels, inChannels], 'float32');
  compute('rotateFilter')(
    pointer(backend, filter),
    pointer(backend, weights),
    tf.util.sizeFromShape([...window]),
    inChannels,
    outChannels,
  );
  const strided = stride.some((step) => step > 1);
  const spread = output.map((size, axis) => (size - 1) * stride[axis]! + 1) as unknown as Extent;
  const x = strided ? backend.makeOutput([batch, ...spread, outChannels], 'float32') : dy;
  if (strided) {
    compute('spreadPixels')(
      pointer(backend, dy),
      pointer(backend, x),
      batch,
      ...output,
      ...stride,
      outChannels * 4,
    );
  }
  const back: Sliding = {
    batch,
    inChannels: outChannels,
    outChannels: inChannels,
    input: spread,
    output: input,
    window,
    stride: [1, 1, 1],
    padding,
  };
  const out = forward(backend, x, weights, back);
  release(backend, weights);
  if (strided) release(backend, x);
  return { ...out, shape: dy.shape.length === 4 ? out.shape.toSpliced(1, 1) : out.shape };
}

/** x [batch, ...input, inChannels] -> [batch, depth, height, width, outChannels]. */
function forward(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  sliding: Sliding,
): tf.TensorInfo {
  const { batch, inChannels, outChannels, input, output, window, stride, padding } = sliding;
  const after = input.map(
    (size, axis) => (output[axis]! - 1) * stride[axis]! + window[axis]! - size - padding[axis]!,
  ) as unknown as Extent;
  const planes = batch * output[0];
  const flat = window[0] === 1 && stride[0] === 1 && padding[0] === 0;
  const images = flat
    ? { ...x, shape: [planes, input[1], input[2], inChannels] }
    : backend.makeOutput([planes, input[1], input[2], window[0] * inChannels], 'float32');
  const weights = flat
    ? { ...filter, shape: [window[1], window[2], inChannels, outChannels] }
    : backend.makeOutput([window[1], window[2], window[0] * inChannels, outChannels], 'float32');
  if (!flat) {
    compute('stackPlanes')(
      pointer(backend, x),
      pointer(backend, images),
      batch,
      input[0],
      output[0],
      window[0],
      stride[0],
      padding[0],
      input[1] * input[2],
      inChannels * 4,
    );
    const taps = window[1] * window[2];
    compute('placeWindows')(
      pointer(backend, filter),
      pointer(backend, weights),
      1,
      1,
      window[0],
      1,
      taps,
      inChannels * outChannels * 4,
    );
  }
  const out = convolve(
    backend,
    images,
    weights,
    [stride[1], stride[2]],
    [padding[1], after[1], padding[2], after[2]],
  );
  if (!flat) {
    release(backend, images);
    release(backend, weights);
  }
  return { ...out, shape: [batch, ...output, outChannels] };
}

/** tfjs's own convolution over images; padding is that above, below, left and right. */
function convolve(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  strides: [number, number],
  [top, bottom, left, right]: [number, number, number, number],
): tf.TensorInfo {
  const pad = [
    [0, 0],
    [top, Math.max(0, bottom)],
    [left, Math.max(0, right)],
    [0, 0],
  ];
  const attrs = { strides, dilations: [1, 1], pad, dataFormat: 'NHWC', dimRoundingMode: 'floor' };
  return stock(tf.Conv2D, backend, { x, filter }, attrs);
}
