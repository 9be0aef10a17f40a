import { checkedExtent } from '../components.ts';

/**
 * Squared Euclidean distance from each pixel to the nearest one that is set, exact (Felzenszwalb and
 * Huttenlocher 2012, Distance transforms of sampled functions); Infinity where none is.
 *
 * @param set 0 or 1 a pixel, the last space axis fastest
 * @param spacing size of a pixel along each space axis
 */
export function squaredDistances(
  set: Uint8Array,
  size: readonly number[],
  spacing: readonly number[],
): Float64Array {
  checkedExtent('squaredDistances', size);
  const distances = Float64Array.from(set, (one) => (one === 0 ? Number.POSITIVE_INFINITY : 0));
  let stride = set.length;
  for (const [axis, extent] of size.entries()) {
    stride /= extent;
    alongAxis(distances, extent, stride, spacing[axis]!);
  }
  return distances;
}

/** The lower envelope of the parabolas of each line along one axis. */
function alongAxis(distances: Float64Array, extent: number, stride: number, spacing: number): void {
  const before = new Float64Array(extent);
  const vertices = new Int32Array(extent);
  const starts = new Float64Array(extent + 1);
  const square = spacing * spacing;
  for (let block = 0; block < distances.length; block += extent * stride) {
    for (let line = 0; line < stride; line++) {
      const first = block + line;
      for (let at = 0; at < extent; at++) before[at] = distances[first + at * stride]!;
      let last = -1;
      for (let at = 0; at < extent; at++) {
        if (before[at] === Number.POSITIVE_INFINITY) continue;
        let from = Number.NEGATIVE_INFINITY;
        while (last >= 0) {
          const vertex = vertices[last]!;
          from =
            (before[at]! - before[vertex]! + square * (at * at - vertex * vertex)) /
            (2 * square * (at - vertex));
          if (from > starts[last]!) break;
          last--;
          from = Number.NEGATIVE_INFINITY;
        }
        last++;
        vertices[last] = at;
        starts[last] = from;
      }
      if (last < 0) continue;
      let parabola = 0;
      for (let at = 0; at < extent; at++) {
        while (parabola < last && starts[parabola + 1]! < at) parabola++;
        const vertex = vertices[parabola]!;
        distances[first + at * stride] = before[vertex]! + square * (at - vertex) ** 2;
      }
    }
  }
}
