import { dirname } from 'node:path';
import { isRaremaskError, type Log, type RaremaskError } from '@raremask/core';
import { readNiftiHeader } from '../formats/nifti.ts';
import { orientationOf } from '../formats/orientation.ts';
import { readHeader } from '../formats/readVolume.ts';
import type { Options } from '../options.ts';
import type { Place } from '../predictions.ts';
import { otherChannels, severalUnusable } from './errors.ts';
import { resamplingOf, reversed } from './grid.ts';
import type { Case, Listing } from './listing.ts';
import { placesOf } from './places.ts';
import type { Axes } from './resample.ts';

/** Where a sample lies, and the size of the voxels that it is read with, [z, y, x], in millimetres. */
type ReadPlace =
  | (Place & { readonly spacing: readonly number[]; readonly problem?: undefined })
  | (Place & { readonly problem: RaremaskError });

/** What the headers of all cases say together. */
export interface Opened {
  /** Where each sample lies, by its id, in the order of the cases. */
  readonly places: ReadonlyMap<string, ReadPlace>;
  readonly channels: number;
  /** Size of the voxels that the first case is read with, [z, y, x], in millimetres. */
  readonly spacing: readonly number[];
}

/**
 * Opens every case, and warns of headers that contradict themselves. A case that cannot be used is one
 * sample with a problem; throws where none can be used.
 */
export async function openCases(
  { spacing, view }: Options,
  { cases, told, remark }: Listing,
  log: Log,
): Promise<Opened> {
  if (remark !== undefined) log.warn(remark);
  const grids = new Map<Case, CaseGrid>();
  const problems = new Map<Case, RaremaskError>();
  for (const entry of cases) {
    try {
      if (entry.problem !== undefined) throw entry.problem;
      grids.set(entry, await gridOfCase(entry, spacing));
    } catch (error) {
      if (!isRaremaskError(error) || error.category !== 'data') throw error;
      problems.set(entry, error);
    }
  }
  const expected = told?.channels.length ?? mostFrequent([...grids.values()]);
  for (const [entry, { channels }] of grids) {
    if (channels === expected) continue;
    grids.delete(entry);
    problems.set(entry, otherChannels(entry.images[0]!, channels, expected, told?.file));
  }
  warnOfContradictions(
    [...grids.values()].flatMap(({ contradictions }) => contradictions),
    log,
  );
  const [first] = grids.values();
  if (first === undefined) throw noneUsable(cases, [...problems.values()]);
  const places = new Map(
    cases.flatMap((entry): [string, ReadPlace][] => {
      const grid = grids.get(entry);
      if (grid !== undefined) {
        const { spacing: apart } = grid;
        return placesOf(entry, grid.size, view).map(([id, place]) => [
          id,
          { ...place, spacing: apart },
        ]);
      }
      return [[entry.id, { entry, slice: undefined, problem: problems.get(entry)! }]];
    }),
  );
  return { places, channels: first.channels, spacing: first.spacing };
}

function noneUsable(cases: readonly Case[], problems: readonly RaremaskError[]): RaremaskError {
  if (problems.length === 1) return problems[0]!;
  return severalUnusable(dirname(cases[0]!.images[0]!), problems, cases.length);
}

/** Channels that most cases have; of equally many, those of the first. */
function mostFrequent(grids: readonly CaseGrid[]): number {
  const counts = new Map<number, number>();
  for (const { channels } of grids) counts.set(channels, (counts.get(channels) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? 1;
}

/** What the headers of a case say; extent and size of voxels as it is read with, both [z, y, x]. */
interface CaseGrid {
  readonly channels: number;
  readonly size: Axes;
  readonly spacing: Axes;
  /** Its files whose headers contradict themselves, and in what. */
  readonly contradictions: readonly string[];
}

async function gridOfCase({ images, mask }: Case, wanted: Options['spacing']): Promise<CaseGrid> {
  const headers = await Promise.all(images.map(readHeader));
  // NIfTI alone can contradict itself; a label map that is damaged is told when it is read.
  const truth = mask === undefined ? mask : await readNiftiHeader(mask).catch(() => undefined);
  const orientation = orientationOf(headers[0]!);
  const resampling = resamplingOf(images[0]!, orientation, wanted);
  const [z, y, x] = reversed(orientation.spacing);
  const step = resampling?.step ?? [1, 1, 1];
  return {
    channels: headers.reduce((sum, header) => sum + header.channels, 0),
    size: resampling?.to ?? reversed(orientation.extent),
    spacing: [z * step[0], y * step[1], x * step[2]],
    contradictions: [...headers, truth].flatMap((header, index) =>
      header?.contradiction ? [`${images[index] ?? mask} (${header.contradiction})`] : [],
    ),
  };
}

function warnOfContradictions(files: readonly string[], log: Log): void {
  if (files.length === 0) return;
  const more = files.length > SHOWN ? `, and ${files.length - SHOWN} more` : '';
  log.warn(
    `the qform contradicts the sform, which is used, in ${files.slice(0, SHOWN).join(', ')}${more}: look whether structures and label maps lie on each other, and mend the headers`,
  );
}

/** So many files are named in a warning. */
const SHOWN = 5;
