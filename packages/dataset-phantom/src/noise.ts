import type { Random } from './random.ts';

/** What a scanner adds. Intensities are Hounsfield units. */
export interface Noise {
  /** Standard deviation of the fine noise, correlated between neighbouring pixels. */
  readonly fine: number;
  /** Standard deviation of the coarse noise, correlated over about 6 pixels. */
  readonly coarse: number;
  /** Height of the smooth bias over the image, at the image's edge: level, x, y, xx, xy, yy. */
  readonly bias: readonly number[];
}

export function makeNoise(random: Random): Noise {
  return {
    fine: random.between(40, 78),
    coarse: random.between(10, 28),
    bias: Array.from({ length: 6 }, () => random.between(-28, 28)),
  };
}

/** Adds bias and noise to a square image, in place. */
export function addNoise(
  random: Random,
  intensity: Float32Array,
  size: number,
  noise: Noise,
): void {
  const fine = smooth(random, size, 1);
  const coarse = smooth(random, size, Math.max(2, Math.round(size / 16)));
  const [level, x, y, xx, xy, yy] = noise.bias as [number, number, number, number, number, number];
  for (let row = 0; row < size; row++) {
    const v = (2 * row) / (size - 1) - 1;
    for (let column = 0; column < size; column++) {
      const u = (2 * column) / (size - 1) - 1;
      const pixel = row * size + column;
      const bias = level + x * u + y * v + xx * u * u + xy * u * v + yy * v * v;
      intensity[pixel]! += bias + noise.fine * fine[pixel]! + noise.coarse * coarse[pixel]!;
    }
  }
}

/**
 * Gaussian noise of mean 0 and variance 1 whose correlation falls linearly over `reach` pixels on
 * each side: white noise smoothed by a triangle along rows and columns.
 */
function smooth(random: Random, size: number, reach: number): Float32Array {
  const padded = size + 2 * reach;
  const white = new Float32Array(padded * padded);
  for (let pixel = 0; pixel < white.length; pixel++) white[pixel] = random.normal();
  const weights = Array.from(
    { length: 2 * reach + 1 },
    (_, index) => reach + 1 - Math.abs(index - reach),
  );
  const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  const rows = new Float32Array(padded * size);
  for (let row = 0; row < padded; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++)
        sum += weights[tap]! * white[row * padded + column + tap]!;
      rows[row * size + column] = sum / norm;
    }
  }
  const out = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++)
        sum += weights[tap]! * rows[(row + tap) * size + column]!;
      out[row * size + column] = sum / norm;
    }
  }
  return out;
}
