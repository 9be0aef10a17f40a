import type { Parameter, Processes, RandomStream } from '@raremask/core';
import type { Tensor } from '@tensorflow/tfjs';

/** What one call of `Model.forward` hands to every layer. */
export interface Pass {
  readonly weights: readonly Tensor[];
  readonly buffers: readonly Tensor[];
  readonly mode: 'train' | 'infer';
  uniform(shape: readonly number[]): Tensor;
  /** Where batch normalisation is that of a batch which several processes share. */
  readonly processes?: Processes | undefined;
  /** Where a layer leaves the new values of its buffers, by their index. */
  readonly renewed: Tensor[];
}

/** Collects a network's parameters while its layers are laid out; a layer keeps the index it gets. */
export class ParameterList {
  readonly weights: Parameter[] = [];
  readonly buffers: Parameter[] = [];
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** Normally distributed with mean 0, from a stream of the parameter's own name. */
  kernel(name: string, shape: readonly number[], deviation: number): number {
    const random = this.#random.fork(name);
    const initial = filled(shape, () => deviation * random.normal());
    return this.weights.push({ name, shape, initial, decay: true }) - 1;
  }

  /** The same, shifted so that the values along an axis sum to 0. */
  centredKernel(name: string, shape: readonly number[], deviation: number, axis: number): number {
    const index = this.kernel(name, shape, deviation);
    const { initial } = this.weights[index]!;
    const extent = shape[axis]!;
    const stride = shape.slice(axis + 1).reduce((product, own) => product * own, 1);
    for (let first = 0; first < initial.length; first++) {
      if (Math.floor(first / stride) % extent !== 0) continue;
      const own = Array.from({ length: extent }, (_, at) => first + at * stride);
      const mean = own.reduce((sum, at) => sum + initial[at]!, 0) / extent;
      for (const at of own) initial[at]! -= mean;
    }
    return index;
  }

  /** A bias, scale or shift: no decay. */
  vector(name: string, initial: readonly number[]): number {
    const values = Float32Array.from(initial);
    return this.weights.push({ name, shape: [values.length], initial: values, decay: false }) - 1;
  }

  /** A running statistic. */
  buffer(name: string, size: number, value: number): number {
    const initial = new Float32Array(size).fill(value);
    return this.buffers.push({ name, shape: [size], initial, decay: false }) - 1;
  }
}

function filled(shape: readonly number[], value: () => number): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: size }, value);
}
