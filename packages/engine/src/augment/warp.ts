import { IGNORE, type Sample, type Window } from '@raremask/core';
import type { Orientation } from './orientation.ts';
import type { Warp } from './placement.ts';

/** A window of a sample, and what happens to its places. */
export interface Warping {
  readonly sample: Sample;
  /** 1 where the sample has something; left out, everywhere. */
  readonly shown?: Uint8Array | undefined;
  readonly window: Window;
  readonly orientation: Orientation;
  readonly warp: Warp;
  readonly channels: number;
  /** Labels of one pixel: 1, or the number of overlapping classes. */
  readonly depth: number;
}

/** A window of its own, with the places that the image has nothing for. */
export interface Warped {
  readonly sample: Sample;
  /** 1 where the image has something, 0 beside it. */
  readonly inside: Uint8Array;
}

/**
 * Cuts, orients and warps a window in one step. Intensities are interpolated between the four
 * nearest pixels, labels and weights are those of the nearest one, so that the image and its truth
 * stay together; beside the image the label is IGNORE, and no new label value ever appears.
 */
export function warpWindow({
  sample,
  shown,
  window,
  orientation,
  warp,
  channels,
  depth,
}: Warping): Warped {
  const [height, width] = window.size as [number, number];
  const [rows, columns] = sample.size as [number, number];
  const [top, left] = window.origin as [number, number];
  const [flipY, flipX] = orientation.flips as [boolean, boolean];
  const { affine, displacement } = warp;
  const { image, labels, weight } = sample;
  const pixels = height * width;
  const result = new Float32Array(pixels * channels);
  const resultLabels = labels && new Uint8Array(pixels * depth).fill(IGNORE);
  const resultWeight = weight && new Float32Array(pixels);
  const inside = new Uint8Array(pixels);
  const middleY = (height - 1) / 2;
  const middleX = (width - 1) / 2;
  const [fromBelow, fromBeside, belowToX, besideToX] = affine;
  const { transpose } = orientation;
  const moveY = displacement?.y;
  const moveX = displacement?.x;
  const lastRow = rows - 1;
  const lastColumn = columns - 1;
  for (let y = 0, to = 0; y < height; y++) {
    const below = y - middleY;
    const rowV = fromBelow * below;
    const rowU = belowToX * below;
    for (let x = 0; x < width; x++, to++) {
      const beside = x - middleX;
      let v = rowV + fromBeside * beside + middleY;
      let u = rowU + besideToX * beside + middleX;
      if (moveY !== undefined) {
        v += moveY[to]!;
        u += moveX![to]!;
      }
      if (flipY) v = height - 1 - v;
      if (flipX) u = width - 1 - u;
      const sourceY = top + (transpose ? u : v);
      const sourceX = left + (transpose ? v : u);
      if (!(sourceY >= -0.5 && sourceX >= -0.5)) continue;
      // What is not negative is rounded down by `| 0`, in less time than by Math.floor.
      const nearY = (sourceY + 0.5) | 0;
      const nearX = (sourceX + 0.5) | 0;
      if (nearY > lastRow || nearX > lastColumn) continue;
      const near = nearY * columns + nearX;
      inside[to] = shown === undefined ? 1 : shown[near]!;
      if (resultWeight) resultWeight[to] = weight![near]!;
      if (resultLabels) {
        if (depth === 1) resultLabels[to] = labels![near]!;
        else {
          for (let index = 0; index < depth; index++) {
            resultLabels[to * depth + index] = labels![near * depth + index]!;
          }
        }
      }
      // Up to half a pixel beside the outermost ones, their own value holds.
      const clampedY = Math.min(Math.max(sourceY, 0), lastRow);
      const clampedX = Math.min(Math.max(sourceX, 0), lastColumn);
      const y0 = clampedY | 0;
      const x0 = clampedX | 0;
      const partY = clampedY - y0;
      const partX = clampedX - x0;
      const downwards = y0 < lastRow ? columns * channels : 0;
      const sideways = x0 < lastColumn ? channels : 0;
      const first = (y0 * columns + x0) * channels;
      const into = to * channels;
      for (let channel = 0; channel < channels; channel++) {
        const at = first + channel;
        const upperLeft = image[at]!;
        const upper = upperLeft + partX * (image[at + sideways]! - upperLeft);
        const lowerLeft = image[at + downwards]!;
        const lower = lowerLeft + partX * (image[at + downwards + sideways]! - lowerLeft);
        result[into + channel] = upper + partY * (lower - upper);
      }
    }
  }
  return {
    sample: {
      id: sample.id,
      size: [height, width],
      image: result,
      ...(resultLabels && { labels: resultLabels }),
      ...(resultWeight && { weight: resultWeight }),
    },
    inside,
  };
}
