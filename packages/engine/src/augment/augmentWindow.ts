import type { Facts, RandomStream } from '@raremask/core';
import { cutout, type Truth } from './cutout.ts';
import { changeIntensities } from './intensity.ts';
import { drawOrientation, type Orientation } from './orientation.ts';
import { type Donor, paste } from './paste.ts';
import type { Pixels } from './pixels.ts';
import type { AugmentRule } from './rule.ts';
import { drawWarp, type Warp } from './warp.ts';

/** Where the pixels of a window come from: drawn first, so that the window is cut and resampled once. */
export interface Places {
  readonly orientation: Orientation;
  readonly warp: Warp | undefined;
}

/** @param random the window's own stream */
export function drawPlaces(
  random: RandomStream,
  size: readonly number[],
  rule: AugmentRule,
): Places {
  return {
    orientation: drawOrientation(random, size, rule),
    warp: drawWarp(random, size, rule),
  };
}

/** What changes a window that has been cut, oriented and warped. */
export interface WindowChange {
  readonly pixels: Pixels;
  readonly truth: Truth;
  /** Extent of the window, without the padding. */
  readonly size: readonly number[];
  /** The window's own stream. */
  readonly random: RandomStream;
  readonly rule: AugmentRule;
  readonly facts: Facts;
  readonly pixelWeights: readonly number[];
  /** Reads an image with structures; left out where the window's own image has some. */
  readonly donor?: (random: RandomStream) => Promise<Donor>;
}

/**
 * Changes a window in place: a structure is copied into it, then the scene's intensities, then what
 * covers it. Each change has a stream of its own.
 */
export async function augmentWindow(change: WindowChange): Promise<{ readonly pasted: boolean }> {
  const { pixels, truth, size, random, rule, donor } = change;
  let pasted = false;
  if (rule.paste && donor) {
    const own = random.fork('paste');
    if (own.next() < rule.paste.probability) {
      pasted = paste({ ...change, donor: await donor(own), random: own });
    }
  }
  changeIntensities(pixels, random, rule);
  if (rule.cutout) {
    const own = random.fork('cutout');
    if (own.next() < rule.cutout.probability) cutout(pixels, truth, size, own, rule.cutout);
  }
  return { pasted };
}
