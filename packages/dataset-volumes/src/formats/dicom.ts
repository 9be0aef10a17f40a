import { normalOf, slicesOf } from './dicomFolder.ts';
import { readPixels } from './dicomPixels.ts';
import type { Slice } from './dicomSlice.ts';
import { beyondBits, notThere } from './errors.ts';
import { dicomIo, understood, volumeOf } from './itk.ts';
import { checkedAffine } from './niftiPlace.ts';
import type { Header, Values, Volume } from './volume.ts';

/** The grid of a DICOM series: a folder of files, a slice each, whatever their names. */
export async function readSeriesHeader(folder: string): Promise<Header> {
  return headerOf(folder, await slicesOf(folder));
}

export async function readSeries(folder: string): Promise<Volume> {
  const slices = await slicesOf(folder);
  const header = headerOf(folder, slices);
  const native = slices.every(({ pixels }) => pixels.at !== undefined);
  const values = await (native ? readPixels(slices) : readCompressed(folder, slices));
  const [i, j, k] = header.extent;
  if (values.length !== i * j * k) {
    throw notThere(folder, `${values.length} voxels, expected ${header.extent.join('x')}`);
  }
  return { header, values };
}

/** Slices that mean the same by their numbers at once; others one by one, since one scaling holds for all. */
async function readCompressed(folder: string, slices: readonly Slice[]): Promise<Values> {
  const { readImageDicomFileSeriesNode: read } = await dicomIo(folder);
  const decoded = async (where: string, parts: readonly Slice[]) => {
    const inputImages = parts.map(({ file }) => file);
    const { outputImage } = await understood(where, () =>
      read({ inputImages, singleSortedSeries: true }),
    );
    return volumeOf(where, {
      ...outputImage,
      // Places come from the slices themselves: those of the reader hold where all are equally far.
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      origin: [0, 0, 0],
      spacing: [1, 1, 1],
    }).values;
  };
  const checked = async (where: string, parts: readonly Slice[]) => {
    const values = await decoded(where, parts);
    checkBits(where, parts[0]!, values);
    return values;
  };
  const meanings = slices.map(({ pixels }) => JSON.stringify({ ...pixels, at: undefined }));
  if (meanings.every((meaning) => meaning === meanings[0])) return checked(folder, slices);
  const size = slices[0]!.rows * slices[0]!.columns;
  const values = new Float64Array(size * slices.length);
  for (const [index, slice] of slices.entries()) {
    values.set(await checked(slice.file, [slice]), index * size);
  }
  return values;
}

/** Refuses intensities that no number of the stored bits leads to. */
function checkBits(where: string, { pixels }: Slice, values: Values): void {
  const { stored, signed, slope, intercept } = pixels;
  const [least, most] = signed
    ? [-(2 ** (stored - 1)), 2 ** (stored - 1) - 1]
    : [0, 2 ** stored - 1];
  for (const value of values) {
    const number = (value - intercept) / slope;
    if (number < least - 0.5 || number > most + 0.5) throw beyondBits(where, number, stored);
  }
}

function headerOf(folder: string, slices: readonly Slice[]): Header {
  const [first, last] = [slices[0]!, slices.at(-1)!];
  const { orientation, spacing, position } = first;
  const across = normalOf(first);
  const row = (world: number) => {
    const sign = world < 2 ? -1 : 1;
    const step =
      slices.length === 1
        ? across[world]! * first.thickness
        : (last.position[world]! - position[world]!) / (slices.length - 1);
    return [
      sign * orientation[world]! * spacing[1]!,
      sign * orientation[world + 3]! * spacing[0]!,
      sign * step,
      sign * position[world]!,
    ] as const;
  };
  return {
    extent: [first.columns, first.rows, slices.length],
    channels: 1,
    affine: checkedAffine(folder, [row(0), row(1), row(2)]),
  };
}
