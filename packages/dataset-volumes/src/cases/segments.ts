import {
  liesOn,
  type Orientation,
  orientationOf,
  pointOf,
  strides,
} from '../formats/orientation.ts';
import type { Header, Volume } from '../formats/volume.ts';
import { otherSegment } from './errors.ts';

/** Refuses a segment that is called as a class of another value: numbers of segments differ from file to file. */
export function checkNames(
  file: string,
  segments: ReadonlyMap<number, string>,
  values: Readonly<Record<string, number>>,
): void {
  const named = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [number, name] of segments) {
    const value = named.get(name.trim().toLowerCase());
    if (value !== undefined && value !== number) throw otherSegment(file, name, number, value);
  }
}

/**
 * A segmentation with the slices that its file leaves out, which hold nothing; undefined where its voxels are
 * none of the image's.
 *
 * @param wanted the image, in canonical order
 */
export function completed(
  { header, values }: Volume,
  wanted: Orientation,
):
  | { readonly header: Header; readonly own: Orientation; readonly values: Volume['values'] }
  | undefined {
  const own = orientationOf(header);
  const from = placeWithin(own, wanted);
  if (from === undefined) return undefined;
  const [width, height, depth] = wanted.extent;
  const full = new Uint16Array(width * height * depth);
  const { start, steps } = strides(own, header.extent);
  for (let z = 0; z < own.extent[2]; z++) {
    for (let y = 0; y < own.extent[1]; y++) {
      const row = ((z + from[2]) * height + y + from[1]) * width + from[0];
      for (let x = 0; x < own.extent[0]; x++) {
        full[row + x] = values[start + x * steps[0] + y * steps[1] + z * steps[2]]!;
      }
    }
  }
  const canonical = { extent: wanted.extent, channels: 1, affine: wanted.affine };
  return { header: canonical, own: orientationOf(canonical), values: full };
}

/** The image's voxel that the first voxel lies on; undefined where not every voxel lies on one. */
function placeWithin(
  own: Orientation,
  wanted: Orientation,
): readonly [number, number, number] | undefined {
  const first = pointOf(own.affine, [0, 0, 0]).map(
    (value, world) => value - wanted.affine[world]![3],
  );
  const column = (axis: number) => wanted.affine.map((row) => row[axis]!);
  const placeAlong = (axis: number) => {
    const along = column(axis).reduce((sum, value, world) => sum + value * first[world]!, 0);
    return Math.round(along / wanted.spacing[axis]! ** 2);
  };
  const places = [placeAlong(0), placeAlong(1), placeAlong(2)] as const;
  const inside = places.every(
    (place, axis) => place >= 0 && place + own.extent[axis]! <= wanted.extent[axis]!,
  );
  return inside && liesOn(own, wanted, places) ? places : undefined;
}
