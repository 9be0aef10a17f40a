import type { Sample } from '@raremask/core';
import { type Grid, reversed } from './grid.ts';

/** The axis of [z, y, x] that a view cuts across. */
export function sliceAxis(view: 'axial' | 'coronal' | 'sagittal'): number {
  return { axial: 0, coronal: 1, sagittal: 2 }[view];
}

type Part = Omit<Sample, 'id'>;

export function wholeOf({ extent, image, labels, lost }: Grid): Part {
  return {
    size: reversed(extent),
    image,
    ...(labels && { labels }),
    ...(lost?.whole && { emptied: true }),
  };
}

/**
 * One slice, [rows, columns], its channels and those of its neighbours from below to above. Beyond
 * the end of the volume its last slice is repeated.
 */
export function sliceOf(grid: Grid, axis: number, slice: number, neighbours: number): Part {
  const { rows, columns, axisStep, rowStep, columnStep, last } = planeOf(grid, axis);
  const { channels } = grid;
  const depth = channels * (2 * neighbours + 1);
  const image = new Float32Array(rows * columns * depth);
  const labels = grid.labels && new Uint8Array(rows * columns);
  let pixel = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, pixel++) {
      const inPlane = row * rowStep + column * columnStep;
      if (labels) labels[pixel] = grid.labels![inPlane + slice * axisStep]!;
      let to = pixel * depth;
      for (let offset = -neighbours; offset <= neighbours; offset++) {
        const at = Math.min(last, Math.max(0, slice + offset));
        const from = (inPlane + at * axisStep) * channels;
        for (let channel = 0; channel < channels; channel++)
          image[to++] = grid.image[from + channel]!;
      }
    }
  }
  const emptied = grid.lost?.slices[axis]?.[slice] === 1;
  return {
    size: [rows, columns],
    image,
    ...(labels && { labels }),
    ...(emptied && { emptied }),
  };
}

/** Puts the pixels of a slice, `depth` numbers each, to their place in a volume. */
export function putSlice<T extends Uint8Array | Float32Array>(
  volume: T,
  grid: Pick<Grid, 'extent'>,
  axis: number,
  slice: number,
  pixels: T,
  depth: number,
): void {
  const { rows, columns, axisStep, rowStep, columnStep } = planeOf(grid, axis);
  let from = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const to = (slice * axisStep + row * rowStep + column * columnStep) * depth;
      for (let index = 0; index < depth; index++, from++) volume[to + index] = pixels[from]!;
    }
  }
}

/** Extents and steps of a plane across one axis of [z, y, x]. */
function planeOf({ extent: [width, height, depth] }: Pick<Grid, 'extent'>, axis: number) {
  const extents = [depth, height, width];
  const steps = [height * width, width, 1];
  const [row, column] = [0, 1, 2].filter((other) => other !== axis) as [number, number];
  return {
    rows: extents[row]!,
    columns: extents[column]!,
    rowStep: steps[row]!,
    columnStep: steps[column]!,
    axisStep: steps[axis]!,
    last: extents[axis]! - 1,
  };
}
