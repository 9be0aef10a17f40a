import type { Options } from '../options.ts';
import type { Place } from '../predictions.ts';
import type { Case } from './listing.ts';
import type { Axes } from './resample.ts';
import { sliceAxis } from './slice.ts';

/**
 * The samples of a case, by their ids: itself, or its slices.
 *
 * @param size voxels as the case is read with, [z, y, x]
 */
export function placesOf(entry: Case, size: Axes, view: Options['view']): [string, Place][] {
  if (view === 'volume') return [[entry.id, { entry, slice: undefined }]];
  return Array.from({ length: size[sliceAxis(view)]! }, (_, slice) => [
    `${entry.id}/${String(slice).padStart(4, '0')}`,
    { entry, slice },
  ]);
}
