import type { Attributes, Value } from '../graph.ts';
import { channelsFirst, type Layout } from '../layout.ts';
import {
  blockedDepthwise,
  blockedDepthwiseGradient,
  isBlockedDepthwise,
} from './blockedDepthwise.ts';
import { tapsOf } from './filterGradient.ts';
import { type Kernels, type LowerCall, type Lowered, Unsupported } from './kernel.ts';
import { depthwiseWindow, type SlidingWindow, unreached } from './slidingWindow.ts';

/** [height, width, channels, multiplier] as [channels, multiplier, height, width]. */
const FILTER_LAYOUT: Layout = [2, 3, 0, 1];

function windowOf(
  images: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
): SlidingWindow {
  if (attributes['dataFormat'] === 'NCHW') throw new Unsupported('channels first');
  return depthwiseWindow(images, filter, attributes);
}

/** Every channel is a group of its own, with as many results as the multiplier. */
function grouped(call: LowerCall, { size, strides, dilations, before, after }: SlidingWindow) {
  const [height, width, channels, multiplier] = call.inputs[1]!.shape as readonly number[];
  const weights = call.emit('Reshape', [
    call.take(1, FILTER_LAYOUT),
    call.ints([channels! * multiplier!, 1, height!, width!]),
  ]);
  const attributes = {
    kernel_shape: size,
    strides,
    dilations,
    pads: [...before, ...after],
    group: channels!,
  };
  return { weights, attributes };
}

/** x [batch, height, width, c] with [h, w, c, m]: [batch, height', width', c m]. */
function depthwiseConvolution(call: LowerCall): Lowered {
  const window = windowOf(call.inputs[0]!.shape, call.inputs[1]!.shape, call.attributes);
  if (isBlockedDepthwise(call, window, call.inputs[1]!.shape))
    return blockedDepthwise(call, window, false);
  const { weights, attributes } = grouped(call, window);
  const layout = channelsFirst(4);
  return { name: call.emit('Conv', [call.take(0, layout), weights], attributes), layout };
}

function depthwiseResult([x, filter]: readonly Value[], attributes: Attributes) {
  const { output } = windowOf(x!.shape, filter!.shape, attributes);
  const channels = filter!.shape[2]! * filter!.shape[3]!;
  return { shape: [x!.shape[0]!, ...output, channels], type: 'float32' as const };
}

function inputGradient(call: LowerCall): Lowered {
  const inputShape = call.attributes['inputShape'] as number[];
  const filter = call.inputs[1]!.shape;
  const window = windowOf(inputShape, filter, call.attributes);
  if (isBlockedDepthwise(call, window, filter)) return blockedDepthwise(call, window, true);
  const { weights, attributes } = grouped(call, window);
  const layout = channelsFirst(4);
  const name = call.emit('ConvTranspose', [call.take(0, layout), weights], {
    ...attributes,
    output_padding: unreached(window),
  });
  return { name, layout };
}

/** For each tap the pixels under it, times the gradient, summed over images and places. */
function filterGradient(call: LowerCall): Lowered {
  const filter = call.attributes['filterShape'] as number[];
  const [channels, multiplier] = [filter[2]!, filter[3]!];
  const window = windowOf(call.inputs[0]!.shape, filter, call.attributes);
  if (isBlockedDepthwise(call, window, filter)) return blockedDepthwiseGradient(call, window);
  const batch = call.inputs[0]!.shape[0]!;
  const { before, after, strides, dilations, output } = window;
  const x = call.emit('Pad', [
    call.take(0, channelsFirst(4)),
    call.ints([0, 0, ...before, 0, 0, ...after]),
  ]);
  const dy = call.emit('Reshape', [
    call.take(1, channelsFirst(4)),
    call.ints([batch, channels, multiplier, ...output]),
  ]);
  const taps = tapsOf(window.size).map((tap) => {
    const begin = tap.map((at, axis) => at * dilations[axis]!);
    const end = begin.map((at, axis) => at + (output[axis]! - 1) * strides[axis]! + 1);
    const places = [begin, end, [2, 3], strides].map((numbers) => call.ints(numbers));
    const pixels = call.emit('Unsqueeze', [call.emit('Slice', [x, ...places]), call.ints([2])]);
    const weighted = call.emit('Mul', [dy, pixels]);
    return call.emit('ReduceSum', [weighted, call.ints([0, 3, 4])], { keepdims: 0 });
  });
  const all = call.emit('Concat', taps, { axis: 0 });
  return { name: call.emit('Reshape', [all, call.ints(filter)]) };
}

export const depthwiseKernels: Kernels = {
  DepthwiseConv2dNative: {
    inputs: ['x', 'filter'],
    results: depthwiseResult,
    lower: depthwiseConvolution,
  },
  DepthwiseConv2dNativeBackpropInput: {
    inputs: ['dy', 'filter'],
    results: (_, { inputShape }) => ({ shape: inputShape as number[], type: 'float32' }),
    lower: inputGradient,
  },
  DepthwiseConv2dNativeBackpropFilter: {
    inputs: ['x', 'dy'],
    results: (_, { filterShape }) => ({ shape: filterShape as number[], type: 'float32' }),
    lower: filterGradient,
  },
};
