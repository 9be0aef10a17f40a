import type { Affine, Header } from './volume.ts';

/**
 * How a file's axes lie in the canonical order: x to the right, y to the front, z upwards (RAS+).
 * Oblique affines keep their grid: an axis counts as the direction that it is nearest to.
 */
export interface Orientation {
  /** Axis of the file that is canonical x, y and z. */
  readonly axes: readonly [number, number, number];
  /** Whether it runs the other way. */
  readonly flipped: readonly [boolean, boolean, boolean];
  /** Extent along canonical x, y and z. */
  readonly extent: readonly [number, number, number];
  /** Canonical voxel [x, y, z, 1] to millimetres. */
  readonly affine: Affine;
  /** Size of a voxel along canonical x, y and z, in millimetres. */
  readonly spacing: readonly [number, number, number];
}

type Axes = readonly [number, number, number];

const orders: readonly Axes[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

export function orientationOf({ affine, extent }: Pick<Header, 'affine' | 'extent'>): Orientation {
  const length = (axis: number) => Math.hypot(...affine.map((row) => row[axis]!));
  const agreement = (axes: Axes) =>
    axes.reduce((sum, axis, world) => sum + Math.abs(affine[world]![axis]!) / length(axis), 0);
  const axes = orders.reduce((best, next) => (agreement(next) > agreement(best) ? next : best));
  const three = <T>(of: (world: number) => T): readonly [T, T, T] => [of(0), of(1), of(2)];
  const flipped = three((world) => affine[world]![axes[world]!]! < 0);
  return {
    axes,
    flipped,
    extent: three((world) => extent[axes[world]!]!),
    spacing: three((world) => length(axes[world]!)),
    affine: affine.map((row) => {
      const column = (world: number) => row[axes[world]!]! * (flipped[world] ? -1 : 1);
      const start = axes.reduce(
        (sum, axis, world) => sum + (flipped[world] ? row[axis]! * (extent[axis]! - 1) : 0),
        row[3],
      );
      return [column(0), column(1), column(2), start] as const;
    }),
  };
}

/** The eight voxels at the corners. */
export function cornersOf(
  extent: Header['extent'],
): readonly (readonly [number, number, number])[] {
  const at = (corner: number, axis: 0 | 1 | 2) => ((corner >> axis) & 1) * (extent[axis] - 1);
  return Array.from({ length: 8 }, (_, corner) => [at(corner, 0), at(corner, 1), at(corner, 2)]);
}

/** Where a voxel lies, in millimetres. */
export function pointOf(affine: Affine, [i, j, k]: readonly [number, number, number]): number[] {
  return affine.map((row) => row[0] * i + row[1] * j + row[2] * k + row[3]);
}

/** Index in the file of every canonical voxel, as a start and a step along x, y and z. */
export function strides(
  { axes, flipped }: Orientation,
  extent: readonly [number, number, number],
): { readonly start: number; readonly steps: readonly [number, number, number] } {
  const natural = [1, extent[0], extent[0] * extent[1]] as const;
  let start = 0;
  const steps = axes.map((axis, world) => {
    const step = natural[axis]!;
    if (!flipped[world]) return step;
    start += step * (extent[axis]! - 1);
    return -step;
  });
  return { start, steps: steps as unknown as readonly [number, number, number] };
}

/** Voxels may lie so far apart, in parts of a voxel, and still be the same. */
const TOLERANCE = 0.01;

/**
 * Whether every voxel lies on one of another grid.
 *
 * @param place the other grid's voxel that the first one lies on
 */
export function liesOn(
  own: Orientation,
  other: Orientation,
  place: readonly [number, number, number] = [0, 0, 0],
): boolean {
  const limit = TOLERANCE * Math.min(...other.spacing);
  return cornersOf(own.extent).every(([x, y, z]) => {
    const expected = pointOf(other.affine, [x + place[0], y + place[1], z + place[2]]);
    return pointOf(own.affine, [x, y, z]).every(
      (value, world) => Math.abs(value - expected[world]!) <= limit,
    );
  });
}
