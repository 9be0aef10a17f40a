import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRaremaskError } from '@raremask/core';
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

/** Slices may lie nearer or farther than most by this part: positions are rounded. */
const TOLERANCE = 0.05;

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
export async function slicesOf(folder: string): Promise<readonly Slice[]> {
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
  const odd = slices.find((slice) => !sameFrame(slice, first));
  if (odd !== undefined) throw unevenSlices(folder, `${odd.file} has another extent or direction`);
  return inOrder(folder, slices);
}

function sameFrame(own: Slice, first: Slice): boolean {
  return (
    own.rows === first.rows &&
    own.columns === first.columns &&
    near(own.spacing, first.spacing) &&
    near(own.orientation, first.orientation)
  );
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

/** Direction across a slice, in LPS+. */
export function normalOf({ orientation }: Slice): readonly number[] {
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, axis) => sum + value * right[axis]!, 0);
}

function near(left: readonly number[], right: readonly number[]): boolean {
  return left.every((value, axis) => Math.abs(value - right[axis]!) < 1e-3);
}
