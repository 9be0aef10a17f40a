import type { Parameter } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Biases and scales are many and small: what is done to each element alone is done to all of them at
 * once, as one long vector, instead of by dozens of operations of a few numbers each.
 */
export interface Packing {
  /** Whether weight decay applies, for each packed tensor. */
  readonly decays: readonly boolean[];
  /** Tensors in the order of the parameters -> the larger ones alone, vectors end to end. */
  pack(tensors: readonly tf.Tensor[]): tf.Tensor[];
  unpack(packed: readonly tf.Tensor[]): tf.Tensor[];
}

/** Vectors with and without weight decay are packed apart. */
export function packVectors(parameters: readonly Parameter[]): Packing {
  const groups: number[][] = [];
  const vectors = new Map<boolean, number[]>();
  for (const [index, { shape, decay }] of parameters.entries()) {
    const group = shape.length === 1 ? vectors.get(decay) : undefined;
    if (group) {
      group.push(index);
      continue;
    }
    const started = [index];
    groups.push(started);
    if (shape.length === 1) vectors.set(decay, started);
  }
  return {
    decays: groups.map(([first]) => parameters[first!]!.decay),
    pack: (tensors) =>
      groups.map((group) =>
        group.length === 1
          ? tensors[group[0]!]!
          : tf.concat1d(group.map((index) => tensors[index]! as tf.Tensor1D)),
      ),
    unpack(packed) {
      const tensors: tf.Tensor[] = [];
      for (const [at, group] of groups.entries()) {
        const whole = packed[at]!;
        const parts =
          group.length === 1
            ? [whole]
            : tf.split(
                whole,
                group.map((index) => parameters[index]!.shape[0]!),
              );
        for (const [place, index] of group.entries()) tensors[index] = parts[place]!;
      }
      return tensors;
    },
  };
}
