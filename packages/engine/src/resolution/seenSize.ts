import type { Manifest } from '@raremask/core/manifest';

/** `data.resolution` of a manifest: at which size the network sees images; undefined: at their own. */
export type Resolution = Manifest['data']['resolution'];

/**
 * The extents at which the network sees an image: both sides by the same factor, rounded, so that no
 * proportion changes by more than that.
 *
 * @param size [height, width] of the image, in pixels
 */
export function seenSize(size: readonly number[], resolution: Resolution): readonly number[] {
  if (resolution === undefined) return size;
  const factor = factorOf(size, resolution);
  return size.map((extent) => Math.max(1, Math.round(extent * factor)));
}

/** Pixels of the seen image along an axis for each pixel of the image. */
function factorOf(size: readonly number[], resolution: Resolution): number {
  if (resolution === undefined) return 1;
  if (typeof resolution === 'number') return resolution;
  if ('longest' in resolution) return resolution.longest / Math.max(...size);
  if ('shortest' in resolution) return resolution.shortest / Math.min(...size);
  return Math.min(...size.map((extent, axis) => resolution.fit[axis]! / extent));
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
