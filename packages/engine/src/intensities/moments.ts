import type { Sample } from '@raremask/core';

/** Mean and mean of squares of the intensities of a channel. */
export interface Moments {
  readonly mean: number;
  readonly meanSquare: number;
}

/** Sums of the intensities of any number of images, by channel. */
export class MomentSums {
  readonly #sums: { count: number; value: number; square: number }[];
  readonly #zeros: boolean;

  /** @param zeros whether intensities of exactly 0 count */
  constructor(channels: number, zeros = true) {
    this.#sums = Array.from({ length: channels }, () => ({ count: 0, value: 0, square: 0 }));
    this.#zeros = zeros;
  }

  add(image: Sample['image']): void {
    const channels = this.#sums.length;
    for (const [channel, sums] of this.#sums.entries()) {
      const { count, value, square } = sumsOf(image, channel, channels);
      sums.count += this.#zeros ? image.length / channels : count;
      sums.value += value;
      sums.square += square;
    }
  }

  /** Zeros where nothing counts. */
  moments(): Moments[] {
    return this.#sums.map(({ count, value, square }) => {
      const all = Math.max(count, 1);
      return { mean: value / all, meanSquare: square / all };
    });
  }
}

/**
 * Sums of one channel, and how many of its intensities are not 0. Two of each, since an addition waits for the one
 * before it.
 */
function sumsOf(image: Sample['image'], channel: number, channels: number) {
  let [count, value, square, otherCount, otherValue, otherSquare] = [0, 0, 0, 0, 0, 0];
  const step = 2 * channels;
  let at = channel;
  for (; at + channels < image.length; at += step) {
    const own = image[at]!;
    const other = image[at + channels]!;
    if (own !== 0) count++;
    if (other !== 0) otherCount++;
    value += own;
    otherValue += other;
    square += own * own;
    otherSquare += other * other;
  }
  if (at < image.length) {
    const own = image[at]!;
    if (own !== 0) count++;
    value += own;
    square += own * own;
  }
  return {
    count: count + otherCount,
    value: value + otherValue,
    square: square + otherSquare,
  };
}

/** 1 for a constant channel, also where rounding leaves a trace of a deviation. */
export function deviationOf({ mean, meanSquare }: Moments): number {
  const variance = meanSquare - mean * mean;
  return variance <= meanSquare * 1e-12 ? 1 : Math.sqrt(variance);
}
