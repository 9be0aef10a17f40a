/** What reads and writes NIfTI without Node: the same code as the data set's, for a page. */

import type { Facts, Prediction, Sample, WrittenPrediction } from '@raremask/core';
import { otherChannels } from './cases/errors.ts';
import { gridOf, reversed } from './cases/grid.ts';
import { placesOf } from './cases/places.ts';
import { sliceAxis, sliceOf, wholeOf } from './cases/slice.ts';
import { cannotRead } from './formats/errors.ts';
import { niftiVolume, startsAsGzip } from './formats/niftiBytes.ts';
import type { Options } from './options.ts';
import { casesOf } from './predictions.ts';

/** What of the options says how a volume is seen. */
export type VolumeReading = Pick<Options, 'view' | 'neighbours' | 'spacing'>;

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

/**
 * Opens a NIfTI file, packed or not, that is a whole case.
 *
 * @param name of the file; without its ending it is the case
 * @param channels that the network sees of a sample
 * @throws RaremaskError as the data set, and where the file has other channels
 */
export async function openVolume(
  name: string,
  bytes: Uint8Array,
  { view, neighbours, spacing }: VolumeReading,
  channels: number,
): Promise<OpenVolume> {
  const unpacked = startsAsGzip(bytes) ? await gunzipped(name, bytes) : bytes;
  const volume = niftiVolume(name, unpacked);
  const expected = channels / (2 * neighbours + 1);
  if (volume.header.channels !== expected) {
    throw otherChannels(name, volume.header.channels, expected, undefined);
  }
  const grid = gridOf([name], [volume], undefined, spacing);
  const entry = { id: name.replace(/\.nii(\.gz)?$/i, ''), images: [name] };
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
        header: async () => volume.header,
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
