import type { Window } from '@raremask/core';
import { IGNORE, type RandomStream, type Sample } from '@raremask/core';
import { type Displacement, elastic } from './elastic.ts';
import type { Orientation } from './orientation.ts';
import type { AugmentRule } from './rule.ts';
import { scale } from './scale.ts';
import { turn } from './turn.ts';

/** Row by row: from (y, x) beside the middle of the result to (y, x) beside the middle of the source. */
export type Affine = readonly [number, number, number, number];

/** A change of place that is not a matter of whole pixels: two-dimensional. */
export interface Warp {
  readonly affine: Affine;
  readonly displacement?: Displacement;
}

/** Draws what happens to the places of a window; undefined: nothing, with no loss of sharpness. */
export function drawWarp(
  random: RandomStream,
  size: readonly number[],
  rule: AugmentRule,
): Warp | undefined {
  let affine: Affine | undefined;
  let displacement: Displacement | undefined;
  if (rule.turn) {
    const own = random.fork('turn');
    if (own.next() < rule.turn.probability) affine = turn(own, rule.turn);
  }
  if (rule.scale) {
    const own = random.fork('scale');
    if (own.next() < rule.scale.probability) affine = product(affine, scale(own, rule.scale));
  }
  if (rule.elastic) {
    const own = random.fork('elastic');
    if (own.next() < rule.elastic.probability) {
      displacement = elastic(own, size as [number, number], rule.elastic);
    }
  }
  if (affine === undefined && displacement === undefined) return undefined;
  return { affine: affine ?? [1, 0, 0, 1], ...(displacement && { displacement }) };
}

function product(left: Affine | undefined, right: Affine): Affine {
  if (left === undefined) return right;
  const [a, b, c, d] = left;
  const [e, f, g, h] = right;
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
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
 *
 * @param depth labels of one pixel: 1, or the number of overlapping classes
 */
export function warpWindow(
  sample: Sample,
  window: Window,
  orientation: Orientation,
  warp: Warp,
  channels: number,
  depth: number,
): Warped {
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
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const beside = x - middleX;
      const below = y - middleY;
      let v = affine[0] * below + affine[1] * beside + middleY;
      let u = affine[2] * below + affine[3] * beside + middleX;
      if (displacement !== undefined) {
        v += displacement.y[to]!;
        u += displacement.x[to]!;
      }
      if (flipY) v = height - 1 - v;
      if (flipX) u = width - 1 - u;
      const sourceY = top + (orientation.transpose ? u : v);
      const sourceX = left + (orientation.transpose ? v : u);
      // Quicker than Math.round, which has to look at zeros with a sign.
      const nearY = Math.floor(sourceY + 0.5);
      const nearX = Math.floor(sourceX + 0.5);
      if (nearY < 0 || nearX < 0 || nearY >= rows || nearX >= columns) continue;
      inside[to] = 1;
      const near = nearY * columns + nearX;
      if (resultWeight) resultWeight[to] = weight![near]!;
      if (resultLabels) {
        for (let index = 0; index < depth; index++) {
          resultLabels[to * depth + index] = labels![near * depth + index]!;
        }
      }
      // Up to half a pixel beside the outermost ones, their own value holds.
      const clampedY = Math.min(Math.max(sourceY, 0), rows - 1);
      const clampedX = Math.min(Math.max(sourceX, 0), columns - 1);
      const y0 = Math.floor(clampedY);
      const x0 = Math.floor(clampedX);
      const partY = clampedY - y0;
      const partX = clampedX - x0;
      const downwards = y0 + 1 < rows ? columns * channels : 0;
      const sideways = x0 + 1 < columns ? channels : 0;
      const first = (y0 * columns + x0) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const at = first + channel;
        const upper = image[at]! + partX * (image[at + sideways]! - image[at]!);
        const lowerLeft = image[at + downwards]!;
        const lower = lowerLeft + partX * (image[at + downwards + sideways]! - lowerLeft);
        result[to * channels + channel] = upper + partY * (lower - upper);
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
