import { liesOn, type Orientation, orientationOf, strides } from '../formats/orientation.ts';
import { readVolume } from '../formats/readVolume.ts';
import type { Header, Volume } from '../formats/volume.ts';
import type { Options } from '../options.ts';
import {
  labelNotWhole,
  maskOfChannels,
  notFinite,
  otherGrid,
  tooFine,
  unknownLabel,
} from './errors.ts';
import type { Case } from './listing.ts';
import { type Lost, lostForeground } from './lostForeground.ts';
import {
  type Axes,
  type Resampling,
  resampleLabels,
  resampleValues,
  resamplingTo,
} from './resample.ts';
import { checkNames, completed } from './segments.ts';

/** A case in memory, in canonical order: [z, y, x], channels last. */
export interface Grid {
  /** Voxels along canonical x, y and z. */
  readonly extent: Orientation['extent'];
  readonly channels: number;
  readonly image: Float32Array;
  /** Absent where the case has no label map. */
  readonly labels?: Uint8Array;
  /** Where resampling has lost all of the foreground. */
  readonly lost?: Lost;
}

/** What the values of a label map stand for. */
export interface ClassValues {
  /** Index of the class of each value; IGNORE for those not judged. */
  readonly indices: ReadonlyMap<number, number>;
  /** Value of each class, by name. */
  readonly values: Readonly<Record<string, number>>;
}

export async function readGrid(
  { images, mask }: Case,
  classes: ClassValues,
  spacing: Options['spacing'],
): Promise<Grid> {
  const volumes = await Promise.all(images.map(readVolume));
  const orientation = orientationOf(volumes[0]!.header);
  const labels = mask && (await readLabels(mask, images[0]!, orientation, classes));
  return gridOf(images, volumes, labels || undefined, spacing);
}

/**
 * Puts the volumes of a case together, and brings them to the wanted size of voxels.
 *
 * @param files names of the volumes, which errors give
 * @param labels indices of classes in canonical order
 */
export function gridOf(
  files: readonly string[],
  volumes: readonly Volume[],
  labels: Uint8Array | undefined,
  spacing: Options['spacing'],
): Grid {
  const orientation = orientationOf(volumes[0]!.header);
  const { extent } = orientation;
  const voxels = extent[0] * extent[1] * extent[2];
  const channels = volumes.reduce((sum, { header }) => sum + header.channels, 0);
  const image = new Float32Array(voxels * channels);
  let channel = 0;
  for (const [at, volume] of volumes.entries()) {
    const own = orientationOf(volume.header);
    sameGrid(files[at]!, own, files[0]!, orientation);
    checkFinite(files[at]!, volume);
    for (let index = 0; index < volume.header.channels; index++, channel++) {
      eachVoxel(own, volume.header.extent, (from, to) => {
        image[to * channels + channel] = volume.values[index * voxels + from]!;
      });
    }
  }
  const resampling = resamplingOf(files[0]!, orientation, spacing);
  if (resampling === undefined) return { extent, channels, image, ...(labels && { labels }) };
  return {
    extent: reversed(resampling.to),
    channels,
    image: resampleValues(image, channels, resampling),
    ...(labels && resampledTruth(labels, resampling)),
  };
}

function resampledTruth(
  before: Uint8Array,
  resampling: Resampling,
): Required<Pick<Grid, 'labels' | 'lost'>> {
  const labels = resampleLabels(before, resampling);
  return { labels, lost: lostForeground(before, labels, resampling) };
}

/** How a case comes to the wanted size of voxels; undefined where it stays as it is. */
export function resamplingOf(
  file: string,
  { extent, spacing }: Orientation,
  wanted: Options['spacing'],
): Resampling | undefined {
  const resampling = resamplingTo(wanted, reversed(extent), reversed(spacing));
  if (resampling && resampling.to[0] * resampling.to[1] * resampling.to[2] > MOST_VOXELS) {
    throw tooFine(file, reversed(extent), resampling.to, MOST_VOXELS);
  }
  return resampling;
}

/** Voxels of a case after resampling; more are a mistake in the unit, or no longer fit. */
const MOST_VOXELS = 2 ** 30;

export function reversed([a, b, c]: Axes): Axes {
  return [c, b, a];
}

async function readLabels(
  file: string,
  image: string,
  orientation: Orientation,
  classes: ClassValues,
): Promise<Uint8Array> {
  const mask = await readVolume(file);
  const { header } = mask;
  const own = orientationOf(header);
  if (header.channels !== 1) throw maskOfChannels(file, [...header.extent, header.channels]);
  const { indices: classOf } = classes;
  if (mask.segments !== undefined) {
    checkNames(file, mask.segments, classes.values);
    const full = completed(mask, orientation);
    if (full !== undefined) return indicesOf(file, full, classOf);
  }
  sameGrid(file, own, image, orientation);
  return indicesOf(file, { header, own, values: mask.values }, classOf);
}

/** Values of a label map that lies on the image's grid, in the order of its own file. */
interface Placed {
  readonly header: Header;
  readonly own: Orientation;
  readonly values: Volume['values'];
}

function indicesOf(
  file: string,
  { header, own, values }: Placed,
  classOf: ClassValues['indices'],
): Uint8Array {
  const labels = new Uint8Array(values.length);
  eachVoxel(own, header.extent, (from, to) => {
    const value = values[from]!;
    const label = classOf.get(value) ?? classOf.get(wholeOf(value));
    if (label === undefined) {
      const voxel = voxelOf(from, header);
      if (!Number.isInteger(wholeOf(value))) throw labelNotWhole(file, value, voxel);
      throw unknownLabel(file, value, voxel, [...classOf.keys()]);
    }
    labels[to] = label;
  });
  return labels;
}

/** The whole number that a value stands for: a slope such as 1/255 leaves a trace of itself. */
function wholeOf(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= 1e-4 ? whole : value;
}

function checkFinite(file: string, { header, values }: Volume): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return;
  const usable = (value: number) => Number.isFinite(Math.fround(value));
  for (let at = 0; at < values.length; at++) {
    if (usable(values[at]!)) continue;
    let count = 0;
    for (const value of values) if (!usable(value)) count++;
    throw notFinite(file, values[at]!, voxelOf(at, header), count);
  }
}

/** Voxel and channel, from 0, in the file's own axes. */
function voxelOf(at: number, { extent: [i, j, k], channels }: Header): number[] {
  const voxel = [at % i, Math.floor(at / i) % j, Math.floor(at / (i * j)) % k];
  return channels === 1 ? voxel : [...voxel, Math.floor(at / (i * j * k))];
}

/** Visits every voxel by its index in a file and in canonical order. */
export function eachVoxel(
  orientation: Orientation,
  extent: Header['extent'],
  visit: (from: number, to: number) => void,
): void {
  const { start, steps } = strides(orientation, extent);
  const [width, height, depth] = orientation.extent;
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, to++) {
        visit(start + x * steps[0] + y * steps[1] + z * steps[2], to);
      }
    }
  }
}

function sameGrid(file: string, own: Orientation, first: string, wanted: Orientation): void {
  const text = ({ extent, affine }: Orientation) => {
    const rows = affine.map(
      (row) => `[${row.map((value) => Number(value.toPrecision(6))).join(', ')}]`,
    );
    return `${extent.join('x')} voxels, affine [${rows.join(', ')}], in canonical order`;
  };
  const sameExtent = own.extent.every((extent, axis) => extent === wanted.extent[axis]);
  if (!sameExtent || !liesOn(own, wanted)) throw otherGrid(file, first, text(own), text(wanted));
}
