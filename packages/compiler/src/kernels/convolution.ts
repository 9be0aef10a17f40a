import { sizeOf } from '../graph.ts';
import { channelsFirst, type Layout } from '../layout.ts';
import { blockedConvolution, isBlocked } from './blockedConvolution.ts';
import { filterGradient } from './filterGradient.ts';
import { type Kernel, type Kernels, type LowerCall, type Lowered, Unsupported } from './kernel.ts';
import { isMinimal, minimalConvolution, minimalFilterGradient } from './minimalFiltering.ts';
import { convolutionWindow, type SlidingWindow } from './slidingWindow.ts';

/** [...size, in, out] as [out, in, ...size], which ONNX wants. */
export function filterLayout(rank: number): Layout {
  return [rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, axis) => axis)];
}

/**
 * Channels, at the fewer side, from which fewer products outweigh the transforms. Where images can be
 * blocked, a convolution has no copies to save, and it takes more.
 */
const MINIMAL_CHANNELS = { blocked: 64, copied: 32 };

function minimalPays(call: LowerCall, window: SlidingWindow, filter: readonly number[]): boolean {
  if (!call.minimal || !isMinimal(window)) return false;
  const least = isBlocked(call, window, filter) ? 'blocked' : 'copied';
  return Math.min(filter[2]!, filter[3]!) >= MINIMAL_CHANNELS[least];
}

function windowAttributes({ size, strides, dilations, before, after }: SlidingWindow) {
  return { kernel_shape: size, strides, dilations, pads: [...before, ...after] };
}

function convolution(): Kernel {
  return {
    inputs: ['x', 'filter'],
    results: ([x, filter], attributes) => {
      const { output } = convolutionWindow(x!.shape, filter!.shape, attributes);
      return { shape: [x!.shape[0]!, ...output, filter!.shape.at(-1)!], type: 'float32' };
    },
    lower(call) {
      const [x, filter] = call.inputs;
      const window = convolutionWindow(x!.shape, filter!.shape, call.attributes);
      if (minimalPays(call, window, filter!.shape)) return minimalConvolution(call, window, false);
      if (isBlocked(call, window, filter!.shape)) return blockedConvolution(call, window, false);
      const layout = channelsFirst(x!.shape.length);
      const operands = [call.take(0, layout), call.take(1, filterLayout(filter!.shape.length))];
      return { name: call.emit('Conv', operands, windowAttributes(window)), layout };
    },
  };
}

/** Also the transposed convolution of tfjs, which has no kernel of its own. */
function inputGradient(): Kernel {
  return {
    inputs: ['dy', 'filter'],
    results: (_, { inputShape }) => ({ shape: inputShape as number[], type: 'float32' }),
    lower(call) {
      const inputShape = call.attributes['inputShape'] as number[];
      const filter = call.inputs[1]!.shape;
      const window = convolutionWindow(inputShape, filter, call.attributes);
      if (minimalPays(call, window, filter)) return minimalConvolution(call, window, true);
      return window.strides.every((stride) => stride === 1)
        ? rotatedConvolution(call, window)
        : scattered(call, window);
    },
  };
}

/** Stride 1: a convolution with the filter turned round, its channels exchanged. */
function rotatedConvolution(call: LowerCall, forward: SlidingWindow): Lowered {
  const filter = call.inputs[1]!.shape;
  const window = turnedWindow(forward);
  if (isBlocked(call, window, filter)) return blockedConvolution(call, window, true);
  const layout = channelsFirst(filter.length);
  const operands = [call.take(0, layout), turnedFilter(call)];
  return { name: call.emit('Conv', operands, windowAttributes(window)), layout };
}

/** The filter turned round, with in and out exchanged: [in, out, ...size]. */
function turnedFilter(call: LowerCall): string {
  const filter = call.inputs[1]!.shape;
  const rank = filter.length;
  const size = filter.slice(0, -2);
  const exchanged = [rank - 2, rank - 1, ...size.map((_, axis) => axis)];
  const straight = call.take(1, exchanged);
  const taps = sizeOf(size);
  if (taps === 1) return straight;
  const flat = call.emit('Reshape', [
    straight,
    call.ints([filter[rank - 2]!, filter[rank - 1]!, taps]),
  ]);
  const back = call.ints(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  const shape = exchanged.map((axis) => filter[axis]!);
  return call.emit('Reshape', [call.emit('Gather', [flat, back], { axis: 2 }), call.ints(shape)]);
}

/** The window with which dy is convolved to give the gradient of a convolution of stride 1. */
function turnedWindow(forward: SlidingWindow): SlidingWindow {
  const { size, dilations, before, input, output } = forward;
  const reach = (axis: number) => (size[axis]! - 1) * dilations[axis]!;
  const turned = {
    ...forward,
    before: before.map((count, axis) => reach(axis) - count),
    after: before.map((count, axis) => input[axis]! - output[axis]! + count),
    input: output,
    output: input,
  };
  if ([...turned.before, ...turned.after].some((count) => count < 0)) {
    throw new Unsupported('padding wider than the filter');
  }
  return turned;
}

/** The same as `scattered` where that has no operator: dy with zeros between its pixels, convolved. */
function spaced(call: LowerCall, window: SlidingWindow): Lowered {
  const dy = call.inputs[0]!.shape;
  const layout = channelsFirst(dy.length);
  const { strides, size, dilations, before, input, output } = window;
  const head = [dy[0]!, dy.at(-1)!];
  const apart = call.emit('Reshape', [
    call.take(0, layout),
    call.ints([...head, ...output.flatMap((extent) => [extent, 1])]),
  ]);
  const none = [0, 0, ...output.flatMap(() => [0, 0])];
  const zeros = [0, 0, ...strides.flatMap((stride) => [0, stride - 1])];
  const padded = call.emit('Pad', [apart, call.ints([...none, ...zeros])]);
  const wide = output.map((extent, axis) => extent * strides[axis]!);
  const raised = call.emit('Reshape', [padded, call.ints([...head, ...wide])]);
  const behind = wide.map((extent, axis) => input[axis]! - extent + before[axis]!);
  // Zeros behind the last pixel that reach past the result are cut off.
  const ends = wide.map((extent, axis) => extent + Math.min(behind[axis]!, 0));
  const axes = wide.map((_, axis) => axis + 2);
  const cut = behind.every((count) => count >= 0)
    ? raised
    : call.emit('Slice', [raised, call.ints(axes.map(() => 0)), call.ints(ends), call.ints(axes)]);
  const ahead = size.map((extent, axis) => (extent - 1) * dilations[axis]! - before[axis]!);
  if (ahead.some((count) => count < 0)) throw new Unsupported('padding wider than the filter');
  const name = call.emit('Conv', [cut, turnedFilter(call)], {
    kernel_shape: size,
    strides: strides.map(() => 1),
    dilations,
    pads: [...ahead, ...behind.map((count) => Math.max(count, 0))],
  });
  return { name, layout };
}

/** Every pixel of dy adds its filter to the result. */
function scattered(call: LowerCall, window: SlidingWindow): Lowered {
  const rank = call.inputs[1]!.shape.length;
  if (rank > 4 && !call.deepTransposed) return spaced(call, window);
  const layout = channelsFirst(rank);
  const operands = [call.take(0, layout), call.take(1, filterLayout(rank))];
  // Rows that no window has reached get no gradient: they are the result's padding.
  const reached = window.output.map(
    (extent, axis) =>
      (extent - 1) * window.strides[axis]! + (window.size[axis]! - 1) * window.dilations[axis]! + 1,
  );
  const extra = window.input.map(
    (extent, axis) => extent - (reached[axis]! - window.before[axis]! - window.after[axis]!),
  );
  const name = call.emit('ConvTranspose', operands, {
    kernel_shape: window.size,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.before, ...window.after],
    output_padding: extra,
  });
  return { name, layout };
}

function filterGradientKernel(): Kernel {
  return {
    inputs: ['x', 'dy'],
    results: (_, { filterShape }) => ({ shape: filterShape as number[], type: 'float32' }),
    lower(call) {
      const filterShape = call.attributes['filterShape'] as number[];
      const window = convolutionWindow(call.inputs[0]!.shape, filterShape, call.attributes);
      return minimalPays(call, window, filterShape)
        ? minimalFilterGradient(call, window, filterShape)
        : filterGradient(call, window, filterShape);
    },
  };
}

export const convolutionKernels: Kernels = {
  Conv2D: convolution(),
  Conv3D: convolution(),
  Conv2DBackpropInput: inputGradient(),
  Conv3DBackpropInputV2: inputGradient(),
  Conv2DBackpropFilter: filterGradientKernel(),
  Conv3DBackpropFilterV2: filterGradientKernel(),
};
