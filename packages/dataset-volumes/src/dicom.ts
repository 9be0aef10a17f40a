import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSlice, type Slice } from './dicomHeader.ts';
import { cannotRead, notThere, otherSeries, unevenSlices } from './errors.ts';
import { dicomIo, understood, volumeOf } from './itk.ts';
import { checkedAffine } from './nifti.ts';
import type { Header, Volume } from './volume.ts';

/** Slices may lie nearer or farther than most by this part: positions are rounded. */
const TOLERANCE = 0.05;

/** The grid of a DICOM series: a folder of files, a slice each, whatever their names. */
export async function readSeriesHeader(folder: string): Promise<Header> {
  return headerOf(folder, await slicesOf(folder));
}

export async function readSeries(folder: string): Promise<Volume> {
  const slices = await slicesOf(folder);
  const header = headerOf(folder, slices);
  const { readImageDicomFileSeriesNode: read } = await dicomIo(folder);
  const inputImages = slices.map(({ file }) => file);
  const { outputImage } = await understood(folder, () =>
    read({ inputImages, singleSortedSeries: true }),
  );
  const { values, header: own } = volumeOf(folder, {
    ...outputImage,
    // Places come from the slices themselves: those of the reader hold where all are equally far.
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    origin: [0, 0, 0],
    spacing: [1, 1, 1],
  });
  if (own.extent.some((extent, axis) => extent !== header.extent[axis])) {
    throw notThere(folder, `${own.extent.join('x')} voxels, expected ${header.extent.join('x')}`);
  }
  return { header: { ...header, channels: own.channels }, values };
}

/** Whether a folder holds the slices of a series. */
export async function isSeries(folder: string): Promise<boolean> {
  for (const file of await filesIn(folder)) if (await readSlice(file)) return true;
  return false;
}

export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name))
    .sort();
}

/** The slices of the one series, from the first to the last along the way across them. */
async function slicesOf(folder: string): Promise<readonly Slice[]> {
  const slices: Slice[] = [];
  for (const file of await filesIn(folder)) {
    const slice = await readSlice(file).catch((error: unknown) => {
      throw error instanceof Error && 'errno' in error ? cannotRead(file, error) : error;
    });
    if (slice !== undefined) slices.push(slice);
  }
  const [first] = slices;
  if (first === undefined) throw notThere(folder, 'no DICOM files with images');
  const counts = new Map<string, number>();
  for (const { series } of slices) counts.set(series, (counts.get(series) ?? 0) + 1);
  if (counts.size > 1) throw otherSeries(folder, [...counts]);
  for (const slice of slices) {
    const same =
      slice.rows === first.rows &&
      slice.columns === first.columns &&
      near(slice.spacing, first.spacing) &&
      near(slice.orientation, first.orientation);
    if (!same) throw unevenSlices(folder, `${slice.file} has another extent or direction`);
  }
  const across = normalOf(first);
  const heightOf = ({ position }: Slice) => dot(position, across);
  slices.sort((left, right) => heightOf(left) - heightOf(right));
  const steps = slices.slice(1).map((slice, index) => heightOf(slice) - heightOf(slices[index]!));
  const usual = steps.toSorted((left, right) => left - right)[Math.floor(steps.length / 2)]!;
  const odd = steps.findIndex((step) => step <= 0 || Math.abs(step - usual) > TOLERANCE * usual);
  if (odd >= 0) {
    const shown = (step: number) => `${Number(step.toPrecision(4))} mm`;
    throw unevenSlices(
      folder,
      `${shown(steps[odd]!)} before ${slices[odd + 1]!.file}, ${shown(usual)} as a rule`,
    );
  }
  return slices;
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

function normalOf({ orientation }: Slice): readonly number[] {
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, axis) => sum + value * right[axis]!, 0);
}

function near(left: readonly number[], right: readonly number[]): boolean {
  return left.every((value, axis) => Math.abs(value - right[axis]!) < 1e-3);
}
