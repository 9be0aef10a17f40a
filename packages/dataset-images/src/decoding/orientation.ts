import { type Raster, sameKind } from './raster.ts';

/**
 * Orientations as EXIF and TIFF number them: 1 is upright; 2 is mirrored from left to right, 3 upside
 * down, 4 mirrored from top to bottom; 5 to 8 are those with rows and columns exchanged.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where a stored pixel lies in the upright picture. */
interface Frame {
  readonly width: number;
  readonly height: number;
  place(x: number, y: number): number;
}

/** The upright picture of a stored one of `width` x `height` pixels. */
function upright(width: number, height: number, orientation: Orientation): Frame {
  const exchanged = orientation > 4;
  const wide = exchanged ? height : width;
  const [right, bottom] = [width - 1, height - 1];
  const places: Record<Orientation, (x: number, y: number) => number> = {
    1: (x, y) => y * wide + x,
    2: (x, y) => y * wide + right - x,
    3: (x, y) => (bottom - y) * wide + right - x,
    4: (x, y) => (bottom - y) * wide + x,
    5: (x, y) => x * wide + y,
    6: (x, y) => x * wide + bottom - y,
    7: (x, y) => (right - x) * wide + bottom - y,
    8: (x, y) => (right - x) * wide + y,
  };
  return { width: wide, height: exchanged ? width : height, place: places[orientation] };
}

/** The picture as a viewer shows it. */
export function turnUpright<R extends Raster>(raster: R, orientation: Orientation): R {
  if (orientation === 1) return raster;
  const { width, height, channels, data } = raster;
  const frame = upright(width, height, orientation);
  const values = sameKind(data, data.length);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = frame.place(x, y) * channels;
      for (let channel = 0; channel < channels; channel++) values[to + channel] = data[from++]!;
    }
  }
  return { ...raster, width: frame.width, height: frame.height, data: values };
}

/**
 * Turns values of an upright picture back to where the file has its pixels.
 *
 * @param size [height, width] of the upright picture
 * @param values channels last
 */
export function turnBack<V extends Uint8Array | Float32Array>(
  values: V,
  [tall, wide]: readonly [number, number],
  orientation: Orientation,
): V {
  const [width, height] = orientation > 4 ? [tall, wide] : [wide, tall];
  const frame = upright(width, height, orientation);
  const channels = values.length / (width * height);
  const result = values.slice() as V;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = frame.place(x, y) * channels;
      for (let channel = 0; channel < channels; channel++) result[to++] = values[from + channel]!;
    }
  }
  return result;
}
