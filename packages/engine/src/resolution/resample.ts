/** How the pixels along an axis are made of those of another grid. */
interface Taps {
  /** Of each pixel: the first of those that it is made of. */
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  /** [pixels, most]; those of a pixel sum to 1. */
  readonly weights: Float64Array;
  /** Of a pixel, at most. */
  readonly most: number;
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
  const down = taps(height, rows);
  const length = columns * channels;
  const result = new Float32Array(rows * length);
  // Rows of the new width; as many are kept as one of the result is made of.
  const kept = Array.from({ length: down.most }, () => new Float64Array(length));
  let next = 0;
  for (let row = 0; row < rows; row++) {
    const first = down.firsts[row]!;
    const count = down.counts[row]!;
    for (next = Math.max(next, first); next < first + count; next++) {
      widen(values, next * width, channels, across, kept[next % down.most]!);
    }
    const into = result.subarray(row * length, (row + 1) * length);
    addUp(kept, first, count, down.weights.subarray(row * down.most), into);
  }
  return result;
}

/** Brings one row to the new width. */
function widen(
  values: ArrayLike<number>,
  start: number,
  channels: number,
  { firsts, counts, weights, most }: Taps,
  into: Float64Array,
): void {
  let to = 0;
  for (let column = 0; column < firsts.length; column++) {
    const from = (start + firsts[column]!) * channels;
    const count = counts[column]!;
    const own = column * most;
    for (let channel = 0; channel < channels; channel++, to++) {
      let sum = 0;
      for (let tap = 0, at = from + channel; tap < count; tap++, at += channels) {
        sum += weights[own + tap]! * values[at]!;
      }
      into[to] = sum;
    }
  }
}

/** Puts rows together; a loop for the two of an image that grows, which is what predictions are brought back by. */
function addUp(
  kept: readonly Float64Array[],
  first: number,
  count: number,
  weights: Float64Array,
  into: Float32Array,
): void {
  const rowAt = (tap: number) => kept[(first + tap) % kept.length]!;
  const [one, two] = [rowAt(0), rowAt(1)];
  const [left, right] = [weights[0]!, weights[1]!];
  if (count === 1) {
    for (let at = 0; at < into.length; at++) into[at] = left * one[at]!;
  } else if (count === 2) {
    for (let at = 0; at < into.length; at++) into[at] = left * one[at]! + right * two[at]!;
  } else {
    const line = new Float64Array(into.length);
    for (let tap = 0; tap < count; tap++) {
      const row = rowAt(tap);
      const weight = weights[tap]!;
      for (let at = 0; at < line.length; at++) line[at]! += weight * row[at]!;
    }
    into.set(line);
  }
}

function taps(from: number, to: number): Taps {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const most = Math.ceil(2 * reach) + 1;
  const firsts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * most);
  for (let at = 0; at < to; at++) {
    const centre = (at + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const own = Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((first + tap + 0.5 - centre) / reach)),
    );
    const sum = own.reduce((all, weight) => all + weight, 0);
    firsts[at] = first;
    counts[at] = own.length;
    for (const [tap, weight] of own.entries()) weights[at * most + tap] = weight / sum;
  }
  return { firsts, counts, weights, most };
}
