import type { Facts, Prediction, WrittenPrediction } from '@raremask/core';
import { eachVoxel } from './grid.ts';
import type { Case } from './listing.ts';
import { niftiOn } from './nifti.ts';
import { type Orientation, orientationOf } from './orientation.ts';
import { readHeader } from './readVolume.ts';
import { putSlice } from './slice.ts';
import type { Header } from './volume.ts';

/** Where a prediction lies: the whole case, or one slice of it. */
export interface Place {
  readonly entry: Case;
  readonly slice: number | undefined;
}

interface Wanted {
  readonly facts: Facts;
  readonly probabilities: boolean;
}

/**
 * Gathers slices into cases and writes each case on the grid of its first image: a label map with the
 * values of the classes, and probabilities of each foreground class from 0 to 1.
 *
 * @param axis of [z, y, x] that the slices cut across
 */
export async function* casesOf(
  predictions: AsyncIterable<Prediction>,
  placeOf: (id: string) => Place,
  axis: number,
  wanted: Wanted,
): AsyncGenerator<WrittenPrediction> {
  let gathered: Gathered | undefined;
  for await (const prediction of predictions) {
    const { entry, slice } = placeOf(prediction.id);
    if (gathered !== undefined && gathered.entry !== entry) yield await written(gathered, wanted);
    if (gathered?.entry !== entry) gathered = await emptyCase(entry, wanted.facts);
    const { orientation, labels, probabilities } = gathered;
    if (slice === undefined) {
      labels.set(prediction.labels);
      probabilities.set(prediction.probabilities);
      continue;
    }
    const depth = wanted.facts.classes.length;
    putSlice(labels, orientation, axis, slice, prediction.labels, 1);
    putSlice(probabilities, orientation, axis, slice, prediction.probabilities, depth);
  }
  if (gathered !== undefined) yield await written(gathered, wanted);
}

/** A case in canonical order, as far as it has been predicted. */
interface Gathered {
  readonly entry: Case;
  readonly header: Header;
  readonly orientation: Orientation;
  readonly labels: Uint8Array;
  readonly probabilities: Float32Array;
}

async function emptyCase(entry: Case, { classes }: Facts): Promise<Gathered> {
  const header = await readHeader(entry.images[0]!);
  const orientation = orientationOf(header);
  const voxels = orientation.extent.reduce((product, extent) => product * extent, 1);
  return {
    entry,
    header,
    orientation,
    labels: new Uint8Array(voxels),
    probabilities: new Float32Array(voxels * classes.length),
  };
}

async function written(
  { entry, header, orientation, labels, probabilities }: Gathered,
  wanted: Wanted,
): Promise<WrittenPrediction> {
  const { id } = entry;
  const { classes } = wanted.facts;
  const large = classes.some(({ value }) => value > 255);
  const map = large ? new Uint16Array(labels.length) : new Uint8Array(labels.length);
  eachVoxel(orientation, header.extent, (to, from) => {
    map[to] = classes[labels[from]!]!.value;
  });
  const files = [{ path: `masks/${id}.nii.gz`, bytes: await niftiOn(header, map) }];
  for (let index = 1; wanted.probabilities && index < classes.length; index++) {
    const plane = new Uint16Array(labels.length);
    eachVoxel(orientation, header.extent, (to, from) => {
      plane[to] = Math.round(probabilities[from * classes.length + index]! * 65535);
    });
    const name = classes.length === 2 ? id : `${classes[index]!.name}/${id}`;
    const bytes = await niftiOn(header, plane, 1 / 65535);
    files.push({ path: `probabilities/${name}.nii.gz`, bytes });
  }
  return { id, size: [...orientation.extent].reverse(), labels, probabilities, files };
}
