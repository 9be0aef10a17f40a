import type { Attributes } from '../graph.ts';
import { channelsFirst } from '../layout.ts';
import type { Kernel, Kernels, LowerCall, Lowered } from './kernel.ts';

/** How pixels of one axis are made of others: [to][from]. */
type Weights = readonly (readonly number[])[];

type Rows = (from: number, to: number, attributes: Attributes) => Weights;

function scaleOf(from: number, to: number, attributes: Attributes): number {
  return attributes['alignCorners'] && to > 1 ? (from - 1) / (to - 1) : from / to;
}

const linear: Rows = (from, to, attributes) => {
  const scale = scaleOf(from, to, attributes);
  return Array.from({ length: to }, (_, row) => {
    const place = attributes['halfPixelCenters'] ? scale * (row + 0.5) - 0.5 : scale * row;
    const below = Math.max(0, Math.floor(place));
    const above = Math.min(from - 1, Math.ceil(place));
    const weights = Array<number>(from).fill(0);
    weights[below]! += 1 - (place - below);
    weights[above]! += place - below;
    return weights;
  });
};

const nearest: Rows = (from, to, attributes) => {
  const scale = scaleOf(from, to, attributes);
  return Array.from({ length: to }, (_, row) => {
    const place = attributes['alignCorners'] ? Math.round(scale * row) : Math.floor(scale * row);
    const weights = Array<number>(from).fill(0);
    weights[Math.min(from - 1, place)] = 1;
    return weights;
  });
};

/** rows x columns': [batch, channels, height, width] with both axes of space made anew. */
function resampled(call: LowerCall, rows: Weights, columns: Weights): Lowered {
  const layout = channelsFirst(4);
  const across = turned(columns);
  const wide = call.emit('MatMul', [call.take(0, layout), matrix(call, across)]);
  return { name: call.emit('MatMul', [matrix(call, rows), wide]), layout };
}

function matrix(call: LowerCall, weights: Weights): string {
  return call.numbers(Float32Array.from(weights.flat()), [weights.length, weights[0]!.length]);
}

function turned(weights: Weights): Weights {
  return weights[0]!.map((_, column) => weights.map((row) => row[column]!));
}

/** dy [batch, height', width', channels] spread over the images [batch, height, width, channels]. */
function gradient(rows: Rows): Kernel {
  return {
    inputs: ['dy', 'images'],
    results: ([, images]) => ({ shape: images!.shape, type: 'float32' }),
    lower(call) {
      const [dy, images] = call.inputs;
      // tfjs's gradients know no half pixels.
      const attributes = { ...call.attributes, halfPixelCenters: false };
      const back = (axis: number) =>
        turned(rows(images!.shape[axis]!, dy!.shape[axis]!, attributes));
      return resampled(call, back(1), back(2));
    },
  };
}

export const resizingKernels: Kernels = {
  ResizeBilinear: {
    inputs: ['images'],
    results: ([x], { size }) => ({
      shape: [x!.shape[0]!, ...(size as number[]), x!.shape[3]!],
      type: 'float32',
    }),
    lower(call) {
      const { shape } = call.inputs[0]!;
      const [height, width] = call.attributes['size'] as [number, number];
      const rows = linear(shape[1]!, height, call.attributes);
      return resampled(call, rows, linear(shape[2]!, width, call.attributes));
    },
  },
  ResizeBilinearGrad: gradient(linear),
  ResizeNearestNeighborGrad: gradient(nearest),
};
