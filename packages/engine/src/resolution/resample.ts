/** How one pixel along an axis is made of those of another grid. */
interface Tap {
  readonly first: number;
  /** They sum to 1. */
  readonly weights: Float64Array;
}

/**
 * Brings values to another grid over the same area: linear between the centres of pixels where the
 * image grows, and a triangle as wide as two pixels of the new grid where it shrinks, so that nothing
 * finer than the new grid is left to alias (the linear filter of Pillow, and of PyTorch's
 * `interpolate` with `antialias`).
 *
 * @param values [...from, channels]
 * @param from [height, width]
 * @param to [height, width]
 * @returns [...to, channels]
 */
export function resample(
  values: ArrayLike<number>,
  from: readonly number[],
  to: readonly number[],
  channels: number,
): Float32Array {
  const [height, width] = from as [number, number];
  const [rows, columns] = to as [number, number];
  const across = taps(width, columns);
  const narrow = new Float64Array(height * columns * channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < columns; column++) {
      const { first, weights } = across[column]!;
      const start = (row * width + first) * channels;
      const into = (row * columns + column) * channels;
      for (let tap = 0; tap < weights.length; tap++) {
        const weight = weights[tap]!;
        const at = start + tap * channels;
        for (let channel = 0; channel < channels; channel++) {
          narrow[into + channel]! += weight * values[at + channel]!;
        }
      }
    }
  }
  const result = new Float32Array(rows * columns * channels);
  const line = new Float64Array(columns * channels);
  for (const [row, { first, weights }] of taps(height, rows).entries()) {
    line.fill(0);
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap]!;
      const start = (first + tap) * line.length;
      for (let at = 0; at < line.length; at++) line[at]! += weight * narrow[start + at]!;
    }
    result.set(line, row * line.length);
  }
  return result;
}

function taps(from: number, to: number): Tap[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((first + tap + 0.5 - centre) / reach)),
    );
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
