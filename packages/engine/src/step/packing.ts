import { tf } from '@raremask/tfjs';

/** What decides which vectors may lie end to end. */
export interface PackedEntry {
  readonly shape: readonly number[];
  /** Vectors are packed with those of an equal key. */
  readonly key: string;
}

/**
 * Biases and scales are many and small: what is done to each element alone is done to all of them at
 * once, as one long vector, instead of by dozens of operations of a few numbers each.
 */
export interface Packing {
  /** Index of the first entry of each packed tensor. */
  readonly firsts: readonly number[];
  /** Tensors in the order of the entries -> the larger ones alone, vectors end to end. */
  pack(tensors: readonly tf.Tensor[]): tf.Tensor[];
  unpack(packed: readonly tf.Tensor[]): tf.Tensor[];
}

/** Vectors of different keys are packed apart. */
export function packVectors(entries: readonly PackedEntry[]): Packing {
  const groups: number[][] = [];
  const vectors = new Map<string, number[]>();
  for (const [index, { shape, key }] of entries.entries()) {
    const group = shape.length === 1 ? vectors.get(key) : undefined;
    if (group) {
      group.push(index);
      continue;
    }
    const started = [index];
    groups.push(started);
    if (shape.length === 1) vectors.set(key, started);
  }
  return {
    firsts: groups.map(([first]) => first!),
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
                group.map((index) => entries[index]!.shape[0]!),
              );
        for (const [place, index] of group.entries()) tensors[index] = parts[place]!;
      }
      return tensors;
    },
  };
}

/** Every tensor by itself, for what looks at weights as a whole. */
export function packNothing(entries: readonly unknown[]): Packing {
  return {
    firsts: entries.map((_, index) => index),
    pack: (tensors) => [...tensors],
    unpack: (packed) => [...packed],
  };
}
