import { type Facts, millimetresOf, type Sample } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { pixelsNotSized, pixelsOddlySized } from './errors.ts';

/** `data.resolution` of a manifest: at which size the network sees images; undefined: at their own. */
export type Resolution = Manifest['data']['resolution'];

/** What decides at which size the network sees an image. */
export type SizedImage = Pick<Sample, 'id' | 'size' | 'spacing' | 'pixelSize'>;

/**
 * The extents at which the network sees an image: both sides by the same factor, rounded, so that no
 * proportion changes by more than that; where a size of pixels is asked for, each by its own.
 *
 * @param image its `size` is [height, width], in pixels
 * @throws RaremaskError where a size of pixels is asked for, and the file says none that it could be
 */
export function seenSize(
  image: SizedImage,
  resolution: Resolution,
  facts: Pick<Facts, 'spacing'> = {},
): readonly number[] {
  const { size } = image;
  if (resolution === undefined) return size;
  const factors = factorsOf(image, resolution, facts);
  return size.map((extent, axis) => Math.max(1, Math.round(extent * factors[axis]!)));
}

/** Pixels of the seen image along each axis for each pixel of the image. */
function factorsOf(
  image: SizedImage,
  resolution: NonNullable<Resolution>,
  facts: Pick<Facts, 'spacing'>,
): readonly number[] {
  const { size } = image;
  if (typeof resolution === 'object' && 'pixelSize' in resolution) {
    return factorsTo(resolution.pixelSize, image, facts);
  }
  const factor = factorOf(size, resolution);
  return size.map(() => factor);
}

function factorOf(
  size: readonly number[],
  resolution: Exclude<NonNullable<Resolution>, { readonly pixelSize: string }>,
): number {
  if (typeof resolution === 'number') return resolution;
  if ('longest' in resolution) return resolution.longest / Math.max(...size);
  if ('shortest' in resolution) return resolution.shortest / Math.min(...size);
  return Math.min(...size.map((extent, axis) => resolution.fit[axis]! / extent));
}

/** As many times as a manifest may enlarge images. */
const LARGEST_FACTOR = 8;
/** Networks see nothing in smaller ones. */
const SHORTEST = 8;

function factorsTo(
  pixelSize: string,
  image: SizedImage,
  facts: Pick<Facts, 'spacing'>,
): readonly number[] {
  const own = pixelSizeOf(image, facts);
  if (own === undefined) throw pixelsNotSized(image.id, image.pixelSize?.said);
  const wanted = millimetresOf(pixelSize)!;
  const factors = own.map((length) => length / wanted);
  const isOdd = image.size.some(
    (extent, axis) => factors[axis]! > LARGEST_FACTOR || extent * factors[axis]! < SHORTEST,
  );
  if (isOdd) throw pixelsOddlySized(image.id, own, image.size, factors, pixelSize);
  return factors;
}

/** Side of a pixel that images are brought to, in millimetres; undefined where the manifest names none. */
export function wantedPixelSize(resolution: Resolution): number | undefined {
  return typeof resolution === 'object' && 'pixelSize' in resolution
    ? millimetresOf(resolution.pixelSize)
    : undefined;
}

/** Size of an image's pixels along each axis, in millimetres: as the data set vouches for, or else the file says. */
export function pixelSizeOf(
  { spacing, pixelSize }: Pick<Sample, 'spacing' | 'pixelSize'>,
  facts: Pick<Facts, 'spacing'>,
): readonly number[] | undefined {
  return spacing ?? facts.spacing ?? pixelSize?.millimetres;
}

/** The extents that seen images are filled up to, where the manifest names both. */
export function namedSize(resolution: Resolution): readonly number[] | undefined {
  return typeof resolution === 'object' && 'fit' in resolution ? resolution.fit : undefined;
}

/** What a seen image is filled up to where the manifest names both extents; else its own size. */
export function filledSize(seen: readonly number[], resolution: Resolution): readonly number[] {
  return namedSize(resolution) ?? seen;
}

export function sameSize(one: readonly number[], other: readonly number[]): boolean {
  return one.every((extent, axis) => extent === other[axis]);
}
