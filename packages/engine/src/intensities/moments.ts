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
      let [count, value, square] = [0, 0, 0];
      for (let at = channel; at < image.length; at += channels) {
        const own = image[at]!;
        if (own === 0 && !this.#zeros) continue;
        count++;
        value += own;
        square += own * own;
      }
      sums.count += count;
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

/** 1 for a constant channel, also where rounding leaves a trace of a deviation. */
export function deviationOf({ mean, meanSquare }: Moments): number {
  const variance = meanSquare - mean * mean;
  return variance <= meanSquare * 1e-12 ? 1 : Math.sqrt(variance);
}
