/** What reads and writes NIfTI without Node: the same code as the data set's, for a page. */

import type { Facts, Prediction, Sample, WrittenPrediction } from '@raremask/core';
import { channelsByCase } from './cases/channels.ts';
import { otherChannels } from './cases/errors.ts';
import { gridOf, reversed } from './cases/grid.ts';
import { placesOf } from './cases/places.ts';
import { sliceAxis, sliceOf, wholeOf } from './cases/slice.ts';
import { cannotRead } from './formats/errors.ts';
import { niftiVolume, startsAsGzip } from './formats/niftiBytes.ts';
import type { Volume } from './formats/volume.ts';
import type { Options } from './options.ts';
import { casesOf } from './predictions.ts';

/** What of the options says how a volume is seen. */
export type VolumeReading = Pick<Options, 'view' | 'neighbours' | 'spacing'>;

/** How the files of a case are called: {id} is the case; or, as of nnU-Net, the case and _0000 and on. */
export type CaseNames = readonly string[] | 'numbered';

/** A case among files, by their names. */
export interface NamedCase {
  readonly id: string;
  /** In the order of their channels. */
  readonly files: readonly string[];
  /** Names of files that the case lacks, without ending. */
  readonly missing: readonly string[];
}

/**
 * The cases among files. One that is called as no file of a case is a case by itself.
 *
 * @param names of NIfTI files
 * @param calls left out, every file is a case
 */
export function namedCases(names: readonly string[], calls?: CaseNames): NamedCase[] {
  const stems = new Map(names.map((name) => [name.replace(ENDING, ''), name]));
  const alone = (stem: string) => ({ id: stem, files: [stems.get(stem)!], missing: [] });
  if (calls === undefined) return [...stems.keys()].map(alone);
  if (calls === 'numbered') {
    const numbered = channelsByCase([...stems.keys()].sort());
    if (numbered === undefined) return [...stems.keys()].map(alone);
    return [...numbered].map(([id, own]) => ({
      ...{ id, missing: [] },
      files: own.map((stem) => stems.get(stem)!),
    }));
  }
  const parts = calls.map((call) => call.replace(ENDING, '').split('{id}') as [string, string]);
  const ids = new Set<string>();
  const cases: NamedCase[] = [];
  for (const stem of stems.keys()) {
    const fits = parts.filter(
      ([before, after]) =>
        stem.length > before.length + after.length &&
        stem.startsWith(before) &&
        stem.endsWith(after),
    );
    // Of {id} and {id}_t2 the longer one says more.
    const [before, after] = fits.toSorted((a, b) => b.join('').length - a.join('').length)[0] ?? [];
    if (before === undefined) cases.push(alone(stem));
    else ids.add(stem.slice(before.length, stem.length - after!.length));
  }
  for (const id of ids) {
    const wanted = parts.map((part) => part.join(id));
    cases.push({
      id,
      files: wanted.flatMap((stem) => stems.get(stem) ?? []),
      missing: wanted.filter((stem) => !stems.has(stem)),
    });
  }
  return cases;
}

const ENDING = /\.nii(\.gz)?$/i;

/** A volume in memory, as samples that the network takes. */
export interface OpenVolume {
  readonly ids: readonly string[];
  /** The case, of each of its samples. */
  group(id: string): string;
  read(id: string): Promise<Sample>;
  /** The files that the command line writes, on the grid of the volume. */
  write(
    predictions: AsyncIterable<Prediction>,
    wanted: { readonly facts: Facts; readonly probabilities: boolean },
  ): AsyncGenerator<WrittenPrediction>;
}

/** A file in memory. */
export interface VolumeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Opens the NIfTI files, packed or not, of a case.
 *
 * @param id of the case
 * @param files in the order of their channels
 * @param channels that the network sees of a sample
 * @throws RaremaskError as the data set, and where the files have other channels
 */
export async function openVolume(
  id: string,
  files: readonly VolumeFile[],
  { view, neighbours, spacing }: VolumeReading,
  channels: number,
): Promise<OpenVolume> {
  const names = files.map(({ name }) => name);
  const volumes: Volume[] = [];
  for (const { name, bytes } of files) {
    volumes.push(niftiVolume(name, startsAsGzip(bytes) ? await gunzipped(name, bytes) : bytes));
  }
  const found = volumes.reduce((sum, { header }) => sum + header.channels, 0);
  const expected = channels / (2 * neighbours + 1);
  if (found !== expected) throw otherChannels(names.join(', '), found, expected, undefined);
  const grid = gridOf(names, volumes, undefined, spacing);
  const entry = { id, images: names };
  const places = new Map(placesOf(entry, reversed(grid.extent), view));
  const axis = view === 'volume' ? 0 : sliceAxis(view);
  return {
    ids: [...places.keys()],
    group: () => entry.id,
    async read(id) {
      const { slice } = places.get(id)!;
      return {
        id,
        ...(slice === undefined ? wholeOf(grid) : sliceOf(grid, axis, slice, neighbours)),
      };
    },
    write: (predictions, wanted) =>
      casesOf(predictions, (id) => places.get(id)!, { axis, spacing }, wanted, {
        header: async () => volumes[0]!.header,
        gzip: (plain) => through(plain, new CompressionStream('gzip')),
      }),
  };
}

async function gunzipped(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await through(bytes, new DecompressionStream('gzip'));
  } catch (error) {
    throw cannotRead(name, error);
  }
}

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const parts = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(parts).arrayBuffer());
}
