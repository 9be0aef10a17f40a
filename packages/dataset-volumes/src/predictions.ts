import {
  type Facts,
  type Prediction,
  type RaremaskError,
  staysInside,
  type WrittenPrediction,
} from '@raremask/core';
import { nameOutside } from './cases/errors.ts';
import { eachVoxel, resamplingOf, reversed } from './cases/grid.ts';
import type { Case } from './cases/listing.ts';
import { inverseOf, type Resampling, resampleValues } from './cases/resample.ts';
import { putSlice } from './cases/slice.ts';
import { niftiOn } from './formats/niftiBytes.ts';
import { type Orientation, orientationOf } from './formats/orientation.ts';
import type { Header } from './formats/volume.ts';
import type { Options } from './options.ts';

/** Where a prediction lies: the whole case, or one slice of it. */
export interface Place {
  readonly entry: Case;
  readonly slice: number | undefined;
  /** Why the case cannot be used: then it is one sample, whatever the view. */
  readonly problem?: RaremaskError;
}

/** How the samples were made of the case. */
export interface Reading {
  /** Axis of [z, y, x] that the slices cut across. */
  readonly axis: number;
  readonly spacing: Options['spacing'];
}

/** What reads the grid of a case, and packs what is written on it: apart in Node and in a browser. */
export interface Files {
  header(file: string): Promise<Header>;
  gzip(bytes: Uint8Array): Promise<Uint8Array>;
}

interface Wanted {
  readonly facts: Facts;
  readonly probabilities: boolean;
}

/**
 * Gathers slices into cases and writes each case on the grid of its first image: a label map with the
 * values of the classes, and probabilities of each foreground class from 0 to 1, and where there is such the doubt. Where a case has been
 * resampled, these are brought back, and so are the labels.
 */
export async function* casesOf(
  predictions: AsyncIterable<Prediction>,
  placeOf: (id: string) => Place,
  reading: Reading,
  wanted: Wanted,
  files: Files,
): AsyncGenerator<WrittenPrediction> {
  let gathered: Gathered | undefined;
  for await (const prediction of predictions) {
    const { entry, slice } = placeOf(prediction.id);
    if (gathered !== undefined && gathered.entry !== entry)
      yield await written(gathered, wanted, files);
    if (gathered?.entry !== entry) {
      gathered = emptyCase(
        entry,
        await files.header(entry.images[0]!),
        wanted.facts,
        reading,
        prediction.doubt !== undefined,
      );
    }
    const { labels, probabilities, doubt } = gathered;
    if (slice === undefined) {
      labels.set(prediction.labels);
      probabilities.set(prediction.probabilities);
      doubt?.set(prediction.doubt!);
      continue;
    }
    const depth = wanted.facts.classes.length;
    putSlice(labels, gathered, reading.axis, slice, prediction.labels, 1);
    putSlice(probabilities, gathered, reading.axis, slice, prediction.probabilities, depth);
    if (doubt) putSlice(doubt, gathered, reading.axis, slice, prediction.doubt!, 1);
  }
  if (gathered !== undefined) yield await written(gathered, wanted, files);
}

/** A case in canonical order, as far as it has been predicted. */
interface Gathered {
  readonly entry: Case;
  readonly header: Header;
  readonly orientation: Orientation;
  readonly resampling: Resampling | undefined;
  /** Voxels along canonical x, y and z, as the network has seen them. */
  readonly extent: Orientation['extent'];
  readonly labels: Uint8Array;
  readonly probabilities: Float32Array;
  readonly doubt?: Float32Array;
}

function emptyCase(
  entry: Case,
  header: Header,
  { classes }: Facts,
  { spacing }: Reading,
  hasDoubt: boolean,
): Gathered {
  const orientation = orientationOf(header);
  const resampling = resamplingOf(entry.images[0]!, orientation, spacing);
  const extent = resampling ? reversed(resampling.to) : orientation.extent;
  const voxels = extent[0] * extent[1] * extent[2];
  return {
    entry,
    header,
    orientation,
    resampling,
    extent,
    labels: new Uint8Array(voxels),
    probabilities: new Float32Array(voxels * classes.length),
    ...(hasDoubt && { doubt: new Float32Array(voxels) }),
  };
}

/** What was predicted, on the case's own grid. */
function onOwnGrid(
  { resampling, labels, probabilities, doubt }: Gathered,
  classes: number,
): Pick<Prediction, 'labels' | 'probabilities' | 'doubt'> {
  if (resampling === undefined) return { labels, probabilities, ...(doubt && { doubt }) };
  const back = (values: Float32Array, depth: number) =>
    resampleValues(values, depth, inverseOf(resampling));
  return {
    labels: labelsOnOwnGrid(labels, classes, back),
    probabilities: back(probabilities, classes),
    ...(doubt && { doubt: back(doubt, 1) }),
  };
}

/**
 * At each voxel the class that most of what surrounds it has. Not the most probable one: a threshold, a least size or
 * a vote may have decided otherwise.
 */
function labelsOnOwnGrid(
  labels: Uint8Array,
  classes: number,
  back: (values: Float32Array, depth: number) => Float32Array,
): Uint8Array {
  const shares = new Float32Array(labels.length * classes);
  for (const [voxel, label] of labels.entries()) shares[voxel * classes + label] = 1;
  const own = back(shares, classes);
  const decided = new Uint8Array(own.length / classes);
  for (let voxel = 0; voxel < decided.length; voxel++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (own[voxel * classes + index]! > own[voxel * classes + best]!) best = index;
    }
    decided[voxel] = best;
  }
  return decided;
}

async function written(
  gathered: Gathered,
  wanted: Wanted,
  { gzip }: Files,
): Promise<WrittenPrediction> {
  const { entry, header, orientation } = gathered;
  const { labels, probabilities, doubt } = onOwnGrid(gathered, wanted.facts.classes.length);
  const { id } = entry;
  const { classes } = wanted.facts;
  const large = classes.some(({ value }) => value > 255);
  const map = large ? new Uint16Array(labels.length) : new Uint8Array(labels.length);
  eachVoxel(orientation, header.extent, (to, from) => {
    map[to] = classes[labels[from]!]!.value;
  });
  const files = [{ path: inside('masks', id), bytes: await gzip(niftiOn(header, map)) }];
  const shares = async (values: Float32Array, depth: number, index: number) => {
    const plane = new Uint16Array(labels.length);
    eachVoxel(orientation, header.extent, (to, from) => {
      plane[to] = Math.round(values[from * depth + index]! * 65535);
    });
    return await gzip(niftiOn(header, plane, 1 / 65535));
  };
  for (let index = 1; wanted.probabilities && index < classes.length; index++) {
    const name = classes.length === 2 ? id : `${classes[index]!.name}/${id}`;
    const bytes = await shares(probabilities, classes.length, index);
    files.push({ path: inside('probabilities', name), bytes });
  }
  if (wanted.probabilities && doubt) {
    files.push({ path: inside('doubt', id), bytes: await shares(doubt, 1, 0) });
  }
  const size = reversed(orientation.extent);
  return { id, size, labels, probabilities, ...(doubt && { doubt }), files };
}

/** The name of a file below the folder of predictions, from names that data and other runs have given. */
function inside(folder: string, name: string): string {
  if (!staysInside(name)) throw nameOutside(name);
  return `${folder}/${name}.nii.gz`;
}
