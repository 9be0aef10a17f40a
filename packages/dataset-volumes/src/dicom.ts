import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import { readPixels } from './dicomPixels.ts';
import { readSlice, type Slice, seriesOf } from './dicomSlice.ts';
import {
  cannotRead,
  cutSlice,
  emptySlice,
  notDicom,
  notThere,
  otherSeries,
  unevenSlices,
} from './errors.ts';
import { dicomIo, understood, volumeOf } from './itk.ts';
import { checkedAffine } from './niftiPlace.ts';
import type { Header, Values, Volume } from './volume.ts';

/** Slices may lie nearer or farther than most by this part: positions are rounded. */
const TOLERANCE = 0.05;

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
  const meanings = slices.map(({ pixels }) => JSON.stringify({ ...pixels, at: undefined }));
  if (meanings.every((meaning) => meaning === meanings[0])) return decoded(folder, slices);
  const size = slices[0]!.rows * slices[0]!.columns;
  const values = new Float64Array(size * slices.length);
  for (const [index, slice] of slices.entries()) {
    values.set(await decoded(slice.file, [slice]), index * size);
  }
  return values;
}

/** Whether a folder holds the slices of a series. */
export async function isSeries(folder: string): Promise<boolean> {
  for (const file of await filesIn(folder)) {
    // A damaged slice is one all the same: who reads the series says so.
    const slice = await readSlice(file).catch(isRaremaskError);
    if (slice) return true;
  }
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
  const others: string[] = [];
  for (const file of await filesIn(folder)) {
    const slice = await readSlice(file).catch((error: unknown) => {
      throw error instanceof Error && 'errno' in error ? cannotRead(file, error) : error;
    });
    if (slice === undefined) others.push(file);
    else slices.push(slice);
  }
  await checkOthers(others, slices);
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
  return inOrder(folder, slices);
}

/** Refuses files that should have been a slice, by their series or name: one would be missing in silence. */
async function checkOthers(others: readonly string[], slices: readonly Slice[]): Promise<void> {
  const manners = new Set([...MANNERS, ...slices.map(({ file }) => mannerOf(file))]);
  for (const file of others) {
    const { size } = await stat(file);
    const series = await seriesOf(file);
    if (series !== undefined && slices.some((slice) => slice.series === series)) {
      throw cutSlice(file, size);
    }
    if (series !== undefined || !manners.has(mannerOf(file))) continue;
    throw size === 0 ? emptySlice(file) : notDicom(file, size);
  }
}

/** Endings that say by themselves that a file is a slice. */
const MANNERS = ['.dcm', '.dicom', '.ima'];

/** How a file is called: its ending, or its name without its numbers where it has none. */
function mannerOf(file: string): string {
  const name = basename(file);
  return /\.[a-z]\w*$/i.exec(name)?.[0].toLowerCase() ?? name.replaceAll(/\d+/g, '#');
}

function inOrder(folder: string, slices: readonly Slice[]): readonly Slice[] {
  const across = normalOf(slices[0]!);
  const heightOf = ({ position }: Slice) => dot(position, across);
  const sorted = slices.toSorted((left, right) => heightOf(left) - heightOf(right));
  const steps = sorted.slice(1).map((slice, index) => heightOf(slice) - heightOf(sorted[index]!));
  const usual = steps.toSorted((left, right) => left - right)[Math.floor(steps.length / 2)]!;
  const odd = steps.findIndex((step) => step <= 0 || Math.abs(step - usual) > TOLERANCE * usual);
  if (odd < 0) return sorted;
  const shown = (step: number) => `${Number(step.toPrecision(4))} mm`;
  const missing = Math.round(steps[odd]! / usual) - 1;
  const guess = missing > 0 ? `: ${missing} missing there` : '';
  throw unevenSlices(
    folder,
    `${shown(steps[odd]!)} before ${sorted[odd + 1]!.file}, ${shown(usual)} as a rule${guess}`,
  );
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
