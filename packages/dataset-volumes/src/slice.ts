import type { Sample } from '@raremask/core';
import type { Grid } from './grid.ts';

/** The axis of [z, y, x] that a view cuts across. */
export function sliceAxis(view: 'axial' | 'coronal' | 'sagittal'): number {
  return { axial: 0, coronal: 1, sagittal: 2 }[view];
}

/**
 * One slice, [rows, columns], its channels and those of its neighbours from below to above. Beyond
 * the end of the volume its last slice is repeated.
 */
export function sliceOf(
  grid: Grid,
  axis: number,
  slice: number,
  neighbours: number,
): Pick<Sample, 'size' | 'image'> & { readonly labels: Uint8Array } {
  const extent = [...grid.orientation.extent].reverse() as [number, number, number];
  const steps = [extent[1] * extent[2], extent[2], 1];
  const [rowAxis, columnAxis] = [0, 1, 2].filter((other) => other !== axis) as [number, number];
  const [rows, columns] = [extent[rowAxis]!, extent[columnAxis]!];
  const { channels } = grid;
  const depth = channels * (2 * neighbours + 1);
  const image = new Float32Array(rows * columns * depth);
  const labels = new Uint8Array(rows * columns);
  let pixel = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, pixel++) {
      const inPlane = row * steps[rowAxis]! + column * steps[columnAxis]!;
      labels[pixel] = grid.labels[inPlane + slice * steps[axis]!]!;
      let to = pixel * depth;
      for (let offset = -neighbours; offset <= neighbours; offset++) {
        const at = Math.min(extent[axis]! - 1, Math.max(0, slice + offset));
        const from = (inPlane + at * steps[axis]!) * channels;
        for (let channel = 0; channel < channels; channel++)
          image[to++] = grid.image[from + channel]!;
      }
    }
  }
  return { size: [rows, columns], image, labels };
}
