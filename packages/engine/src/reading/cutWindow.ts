import type { Facts, Sample, Window } from '@raremask/core';
import { labelDepth } from '@raremask/metrics';
import type { Places } from '../augment/augmentWindow.ts';
import type { Truth } from '../augment/cutout.ts';
import { unturned } from '../augment/orientation.ts';
import { coverBeside, type Pixels } from '../augment/pixels.ts';
import { warpWindow } from '../augment/warp.ts';
import type { Scale } from '../intensities/normalize.ts';
import { fillImage, fillTruth, hasForeground, markInside } from './fillWindow.ts';
import { type Cut, cutOf, eachRow, windowOf } from './window.ts';

/** A window to be cut, and the memory that it goes to. */
export interface WindowCut {
  readonly sample: Sample & { readonly labels: Uint8Array };
  readonly window: Window;
  readonly places: Places;
  /** What the image is normalised with. */
  readonly scale: Scale;
  readonly facts: Facts;
  readonly pixelWeights: readonly number[];
  /** All of it is written but for what lies beside the image, which is 0 already. */
  readonly pixels: Pixels;
  readonly truth: Truth;
}

/**
 * Cuts a window out of a sample, oriented, warped and normalised, with its truth.
 *
 * @returns whether it had foreground before it was warped
 */
export function cutWindow(cut: WindowCut): boolean {
  const { sample, window, places, facts, pixels, scale, truth, pixelWeights } = cut;
  const { orientation, warp } = places;
  const { channels, size, inside } = pixels;
  const straight = cutOf(sample.size, window, orientation);
  const fill = ({ image, labels, weight: counts }: Sample, cut: Cut) => {
    fillImage({ image, cut, size, into: pixels.values, channels, scale });
    fillTruth({ labels: labels!, counts, cut, size, truth, facts, pixelWeights });
  };
  if (warp === undefined) {
    fill(sample, straight);
    markInside(straight, size, inside);
  } else {
    const depth = labelDepth(facts);
    const warped = warpWindow({ sample, window, orientation, warp, channels, depth });
    const own = cutOf(window.size, windowOf({ id: sample.id }, window.size), unturned(2));
    fill(warped.sample, own);
    eachRow(own, size, (to, from, count) => {
      inside.set(warped.inside.subarray(from, from + count), to);
    });
    coverBeside(pixels);
  }
  return hasForeground(sample.labels, straight, window.size, facts);
}
