import { lengthText, RaremaskError } from '@raremask/core';

/** @param said what the file says instead; undefined where the data set does not look */
export function pixelsNotSized(id: string, said: string | undefined): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PIXELS_NOT_SIZED',
    category: 'data',
    where: `data (${id})`,
    what: 'data.resolution asks for a size of pixels, and it is not known how large those of this image are',
    expected:
      'a file that says so: PNG (pHYs), TIFF (resolution, ImageJ, OME), JPEG (JFIF, EXIF) or BMP',
    got: said ?? 'a data set that tells no size of pixels',
    remedy:
      'write the size into the file, leave it out (data.unreadable: skip), or set data.resolution to a factor or a size in pixels',
  });
}

/** A size that would make an image many times as large, or nothing of it. */
export function pixelsOddlySized(
  id: string,
  own: readonly number[],
  size: readonly number[],
  factors: readonly number[],
  wanted: string,
): RaremaskError {
  const seen = size.map((extent, axis) => Number((extent * factors[axis]!).toPrecision(3)));
  return new RaremaskError({
    code: 'RAREMASK_PIXELS_ODDLY_SIZED',
    category: 'data',
    where: `data (${id})`,
    what: `its file says that a pixel is ${own.map(lengthText).join(' x ')} large: with pixels of ${wanted} (data.resolution), its ${size.join(' x ')} would become ${seen.join(' x ')}`,
    expected: 'sides of at least 8 pixels, and at most 8 times as many as the file has',
    remedy:
      'look whether what the file says is true (many programs write a density for printing), or set data.resolution to another size, a factor or a size in pixels',
  });
}
