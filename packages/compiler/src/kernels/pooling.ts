import { type Attributes, sizeOf, type Value } from '../graph.ts';
import { channelsFirst, physicalShape } from '../layout.ts';
import { tapsOf } from './filterGradient.ts';
import { type Kernel, type Kernels, type LowerCall, type Lowered, Unsupported } from './kernel.ts';
import {
  alike,
  comparedMaximumGradient,
  overlappingAverageGradient,
  overlappingMaximumGradient,
} from './overlappingPooling.ts';
import { meanOverSpace } from './reductions.ts';
import { poolingWindow, type SlidingWindow } from './slidingWindow.ts';

function poolAttributes(window: SlidingWindow) {
  return {
    kernel_shape: window.size,
    strides: window.strides,
    pads: [...window.before, ...window.after],
  };
}

function pooled([x]: readonly Value[], attributes: Attributes) {
  const { output, size, strides, input, before, after } = poolingWindow(x!.shape, attributes);
  const whole = output.every((extent, axis) => {
    const room = input[axis]! + before[axis]! + after[axis]! - size[axis]!;
    return extent === Math.floor(room / strides[axis]!) + 1;
  });
  if (!whole) throw new Unsupported('windows that reach beyond the padding');
  return { shape: [x!.shape[0]!, ...output, x!.shape.at(-1)!], type: x!.type };
}

/** Whether windows cover the image once each and nothing else. */
function tiles({ size, strides, before, after, input, output }: SlidingWindow): boolean {
  return size.every(
    (extent, axis) =>
      strides[axis] === extent &&
      before[axis] === 0 &&
      after[axis] === 0 &&
      output[axis]! * extent === input[axis],
  );
}

function coversAll({ size, before, input, output }: SlidingWindow): boolean {
  return size.every(
    (extent, axis) => extent === input[axis] && before[axis] === 0 && output[axis] === 1,
  );
}

function average(call: LowerCall): Lowered {
  const window = poolingWindow(call.inputs[0]!.shape, call.attributes);
  if (coversAll(window)) return meanOverSpace(call);
  const layout = channelsFirst(call.inputs[0]!.shape.length);
  const name = call.emit('AveragePool', [call.take(0, layout)], poolAttributes(window));
  return { name, layout };
}

/** Each pixel of a pooled image at all pixels of its window. */
function repeated(call: LowerCall, x: string, { size }: SlidingWindow): string {
  const scales = call.numbers(Float32Array.from([1, 1, ...size]), [size.length + 2]);
  return call.emit('Resize', [x, '', scales], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}

/** The gradient of a mean over tiles: each pixel gets its share. */
function averageGradient(): Kernel {
  return {
    inputs: ['dy', 'input'],
    results: ([, input]) => ({ shape: input!.shape, type: 'float32' }),
    lower(call) {
      const input = call.inputs[1]!.shape;
      const window = poolingWindow(input, call.attributes);
      const layout = channelsFirst(input.length);
      if (coversAll(window)) {
        const all = call.emit('Mul', [call.take(0, layout), call.number(1 / sizeOf(window.size))]);
        return {
          name: call.emit('Expand', [all, call.ints(physicalShape(input, layout))]),
          layout,
        };
      }
      if (!tiles(window)) return overlappingAverageGradient(call, window);
      const share = call.emit('Mul', [call.take(0, layout), call.number(1 / sizeOf(window.size))]);
      return { name: repeated(call, share, window), layout };
    },
  };
}

/**
 * The gradient of a maximum over tiles goes to the first of the largest pixels of each, in volumes to
 * the last, as in tfjs.
 * Pixels that are as large as their window's maximum get a rank by their place in the window, and the
 * highest rank of a window is looked for in the same way.
 */
function maximumGradient(): Kernel {
  return {
    inputs: ['dy', 'input', 'output'],
    results: ([, input]) => ({ shape: input!.shape, type: 'float32' }),
    lower(call) {
      const input = call.inputs[1]!.shape;
      const window = poolingWindow(input, call.attributes);
      if (!tiles(window)) {
        const sliding = window.strides.every((stride) => stride === 1) && input.length === 4;
        if (sliding) return slidingMaximumGradient(call, window);
        return call.poolingPlaces
          ? overlappingMaximumGradient(call, window)
          : comparedMaximumGradient(call, window);
      }
      const layout = channelsFirst(input.length);
      const largest = repeated(call, call.take(2, layout), window);
      // A choice between two tensors takes the processor longer than a product with 0 and 1.
      const here = alike(call, call.take(1, layout), largest);
      const ranks = call.emit('Mul', [here, ranksOf(call, window)]);
      const highest = call.emit('MaxPool', [ranks], poolAttributes(window));
      const first = alike(call, ranks, repeated(call, highest, window));
      const dy = repeated(call, call.take(0, layout), window);
      return { name: call.emit('Mul', [first, dy]), layout };
    },
  };
}

/**
 * Windows that overlap, of stride 1: tap after tap, whether the pixel under it is the first of the
 * largest; its share of dy goes back to where the tap was.
 */
function slidingMaximumGradient(call: LowerCall, window: SlidingWindow): Lowered {
  const input = call.inputs[1]!.shape;
  const layout = channelsFirst(input.length);
  const [dy, largest] = [call.take(0, layout), call.take(2, layout)];
  const lowest = call.number(Number.NEGATIVE_INFINITY);
  const pads = call.ints([0, 0, ...window.before, 0, 0, ...window.after]);
  const x = call.emit('Pad', [call.take(1, layout), pads, lowest]);
  const axes = call.ints(window.size.map((_, axis) => axis + 2));
  const padded = window.input.map(
    (extent, axis) => extent + window.before[axis]! + window.after[axis]!,
  );
  let free: string | undefined;
  const shares = tapsOf(window.size).map((tap) => {
    const ends = call.ints(tap.map((at, axis) => at + window.output[axis]!));
    const pixels = call.emit('Slice', [x, call.ints(tap), ends, axes]);
    const here = call.emit('Equal', [pixels, largest]);
    const first = free === undefined ? here : call.emit('And', [here, free]);
    const other = call.emit('Not', [here]);
    free = free === undefined ? other : call.emit('And', [free, other]);
    const share = call.emit('Where', [first, dy, call.number(0)]);
    const behind = tap.map((at, axis) => padded[axis]! - window.output[axis]! - at);
    return call.emit('Pad', [share, call.ints([0, 0, ...tap, 0, 0, ...behind])]);
  });
  const sum = call.emit('Sum', shares);
  const ends = call.ints(window.before.map((count, axis) => count + window.input[axis]!));
  return { name: call.emit('Slice', [sum, call.ints(window.before), ends, axes]), layout };
}

/** [1, 1, ...space]: in each window the pixel that wins a tie has the highest number; the lowest is 1. */
function ranksOf(call: LowerCall, { size, input }: SlidingWindow): string {
  const ranks = new Float32Array(sizeOf(input));
  for (let pixel = 0; pixel < ranks.length; pixel++) {
    let [rest, place, weight] = [pixel, 0, 1];
    for (let axis = input.length - 1; axis >= 0; axis--) {
      place += ((rest % input[axis]!) % size[axis]!) * weight;
      weight *= size[axis]!;
      rest = Math.floor(rest / input[axis]!);
    }
    ranks[pixel] = size.length === 3 ? place + 1 : weight - place;
  }
  return call.numbers(ranks, [1, 1, ...input]);
}

const maximum: Kernel = {
  inputs: ['x'],
  results: pooled,
  lower(call) {
    const layout = channelsFirst(call.inputs[0]!.shape.length);
    const window = poolingWindow(call.inputs[0]!.shape, call.attributes);
    return { name: call.emit('MaxPool', [call.take(0, layout)], poolAttributes(window)), layout };
  },
};

const mean: Kernel = { inputs: ['x'], results: pooled, lower: average };

export const poolingKernels: Kernels = {
  MaxPool: maximum,
  MaxPool3D: maximum,
  AvgPool: mean,
  AvgPool3D: mean,
  MaxPoolGrad: maximumGradient(),
  MaxPool3DGrad: maximumGradient(),
  AvgPoolGrad: averageGradient(),
  AvgPool3DGrad: averageGradient(),
};
