import type { Facts } from '@raremask/core';
import { noSpacing, wrongAxes } from './errors.ts';
import type { UnetOptions } from './options.ts';
import type { Factors } from './spatial.ts';

/** Axes whose voxels are more than this often as long as the shortest are not pooled yet. */
const COARSE = 2;

/**
 * Pixels along each axis that the network takes together as one before its first level.
 *
 * @throws RaremaskError where a list has other axes than the images
 */
export function patchFactors(
  { patch }: Pick<UnetOptions, 'patch'>,
  { space }: Pick<Facts, 'space'>,
): Factors {
  if (typeof patch === 'number') return Array<number>(space).fill(patch);
  if (patch.length !== space) throw wrongAxes('patch', patch, space);
  return patch;
}

/**
 * Factors of the poolings, the finest level first.
 *
 * With `spacing`, a pooling leaves an axis alone as long as its voxels are more than twice as long as
 * the shortest at that level (after nnU-Net, Isensee et al. 2021), so that they become about cubes.
 *
 * @param patch pixels that are one at the finest level
 * @throws RaremaskError where lists have other axes than the images, or the data set states no spacing
 */
export function poolingFactors(
  { pooling, depth }: Pick<UnetOptions, 'pooling' | 'depth'>,
  { space, spacing }: Pick<Facts, 'space' | 'spacing'>,
  patch: Factors,
): readonly Factors[] {
  if (pooling === 'all') return Array<Factors>(depth).fill(Array<number>(space).fill(2));
  if (pooling !== 'spacing') {
    const unfit = pooling.findIndex((level) => level.length !== space);
    if (unfit >= 0) throw wrongAxes(`pooling[${unfit}]`, pooling[unfit]!, space);
    return pooling;
  }
  if (spacing === undefined) throw noSpacing();
  let now = spacing.map((extent, axis) => extent * patch[axis]!);
  return Array.from({ length: depth }, () => {
    const shortest = Math.min(...now);
    const factors = now.map((extent) => (extent > COARSE * shortest ? 1 : 2));
    now = now.map((extent, axis) => extent * factors[axis]!);
    return factors;
  });
}
