/** One number for each axis, [z, y, x]. */
export type Axes = readonly [number, number, number];

/** A grid of voxels in another size of voxels, about the same middle. */
export interface Resampling {
  readonly from: Axes;
  readonly to: Axes;
  /** Length of a new voxel in old ones. */
  readonly step: Axes;
}

/** Sizes of voxels that differ by less than this part are the same. */
const SAME = 1e-3;

/** How a grid comes to the wanted size of voxels; undefined where it has that already. */
export function resamplingTo(
  wanted: number | readonly (number | null)[] | undefined,
  from: Axes,
  spacing: Axes,
): Resampling | undefined {
  if (wanted === undefined) return undefined;
  const each = typeof wanted === 'number' ? [wanted, wanted, wanted] : wanted;
  const step = spacing.map((own, axis) => {
    const ratio = (each[axis] ?? own) / own;
    return Math.abs(ratio - 1) < SAME ? 1 : ratio;
  }) as unknown as Axes;
  if (step.every((ratio) => ratio === 1)) return undefined;
  const to = from.map((extent, axis) => Math.max(1, Math.round(extent / step[axis]!)));
  return { from, to: to as unknown as Axes, step };
}

/** The way back. */
export function inverseOf({ from, to, step }: Resampling): Resampling {
  return { from: to, to: from, step: step.map((ratio) => 1 / ratio) as unknown as Axes };
}

/**
 * Interpolates linearly. Where voxels become larger, the weights of a new voxel reach as far as its
 * neighbours, so that what is between old voxels is not skipped. Beyond the border the last value goes
 * on.
 *
 * @param values [z, y, x, channels]
 */
export function resampleValues(
  values: Float32Array,
  channels: number,
  resampling: Resampling,
): Float32Array {
  const { from, to, step } = resampling;
  const extents: [number, number, number] = [...from];
  let result = values;
  // What shrinks most goes first: the axes after it have less to do.
  const order = [0, 1, 2].sort(
    (left, right) => to[left]! / from[left]! - to[right]! / from[right]!,
  );
  for (const axis of order) {
    if (step[axis] === 1) continue;
    const taps = tapsOf(from[axis]!, to[axis]!, step[axis]!, Math.max(1, step[axis]!));
    const outer = extents.slice(0, axis).reduce((product, extent) => product * extent, 1);
    const inner = extents.slice(axis + 1).reduce((product, extent) => product * extent, channels);
    result = alongAxis(result, outer, from[axis]!, inner, taps);
    extents[axis] = to[axis]!;
  }
  return result;
}

type Taps = readonly (readonly (readonly [index: number, weight: number])[])[];

/** Old voxels and their weights, which fall to 0 at the radius, for each new one. */
function tapsOf(from: number, to: number, step: number, radius: number): Taps {
  return Array.from({ length: to }, (_, index) => {
    const centre = placeOf(index, from, to, step);
    const weights = new Map<number, number>();
    let sum = 0;
    for (let at = Math.ceil(centre - radius); at <= Math.floor(centre + radius); at++) {
      const weight = 1 - Math.abs(at - centre) / radius;
      if (weight <= 0) continue;
      const inside = Math.min(from - 1, Math.max(0, at));
      weights.set(inside, (weights.get(inside) ?? 0) + weight);
      sum += weight;
    }
    return [...weights].map(([at, weight]) => [at, weight / sum] as const);
  });
}

/** Where the middle of a new voxel lies among the old ones. */
function placeOf(index: number, from: number, to: number, step: number): number {
  return (from - 1) / 2 + (index - (to - 1) / 2) * step;
}

function alongAxis(
  values: Float32Array,
  outer: number,
  extent: number,
  inner: number,
  taps: Taps,
): Float32Array {
  const result = new Float32Array(outer * taps.length * inner);
  for (let block = 0; block < outer; block++) {
    for (const [index, own] of taps.entries()) {
      const to = (block * taps.length + index) * inner;
      for (const [at, weight] of own) {
        const start = (block * extent + at) * inner;
        for (let offset = 0; offset < inner; offset++) {
          result[to + offset]! += weight * values[start + offset]!;
        }
      }
    }
  }
  return result;
}

/**
 * Takes the label with the largest weight around the middle of each new voxel, the higher one on a
 * tie: the largest of the classes' masks, each interpolated linearly. Where a new voxel holds more than
 * two old ones along an axis, the weights reach to its border, so that none of them is skipped.
 *
 * @param labels [z, y, x]
 */
export function resampleLabels(labels: Uint8Array, { from, to, step }: Resampling): Uint8Array {
  const [, height, width] = from;
  const [zs, ys, xs] = [0, 1, 2].map((axis) =>
    tapsOf(from[axis]!, to[axis]!, step[axis]!, Math.max(1, step[axis]! / 2)),
  ) as [Taps, Taps, Taps];
  const result = new Uint8Array(to[0] * to[1] * to[2]);
  const shares = new Float64Array(256);
  let at = 0;
  for (const planes of zs) {
    for (const rows of ys) {
      for (const columns of xs) {
        const first = labels[(planes[0]![0] * height + rows[0]![0]) * width + columns[0]![0]]!;
        let same = true;
        for (const [z] of planes) {
          for (const [y] of rows) {
            const start = (z * height + y) * width;
            for (const [x] of columns) same &&= labels[start + x] === first;
          }
        }
        result[at++] = same ? first : heaviest(planes, rows, columns);
      }
    }
  }
  return result;

  function heaviest(planes: Taps[number], rows: Taps[number], columns: Taps[number]): number {
    const seen = new Set<number>();
    for (const [z, depthShare] of planes) {
      for (const [y, heightShare] of rows) {
        const start = (z * height + y) * width;
        for (const [x, widthShare] of columns) {
          const label = labels[start + x]!;
          if (!seen.has(label)) shares[label] = 0;
          seen.add(label);
          shares[label]! += depthShare * heightShare * widthShare;
        }
      }
    }
    let best = -1;
    for (const label of seen) {
      const lead = best < 0 ? 1 : shares[label]! - shares[best]!;
      if (lead > ROUNDING || (lead > -ROUNDING && label > best)) best = label;
    }
    return best;
  }
}

/** Sums may differ by so much and be a tie. */
const ROUNDING = 1e-9;
