import type { Facts, Sample, Window } from '@raremask/core';
import { labelDepth } from '@raremask/metrics';
import { unturned } from '../augment/orientation.ts';
import { isStill, type Placement } from '../augment/placement.ts';
import { warpWindow } from '../augment/warp.ts';
import { clear, coverBeside, type WindowArrays } from '../augment/windowArrays.ts';
import { asItIs, type Scale } from '../intensities/scale.ts';
import { fillImage, fillLabels } from './fillWindow.ts';
import { cutOf } from './window.ts';

/** A window to be cut, and the memory that it goes to. */
export interface WindowCut {
  readonly sample: Sample & { readonly labels: Uint8Array };
  /** 1 where the sample has something; left out, everywhere. */
  readonly shown?: Uint8Array;
  readonly window: Window;
  readonly placement: Placement;
  /** What the image is normalised with. */
  readonly scale: Scale;
  readonly facts: Facts;
  /** All of it is written but for what lies beside the image, which is clear already. */
  readonly into: WindowArrays;
}

/** Cuts a window out of a sample, oriented, warped and normalised, with its labels. */
export function cutWindow({
  sample,
  shown,
  window,
  placement: { orientation, warp },
  scale,
  facts,
  into,
}: WindowCut): void {
  const { channels, size } = into;
  const { labels, weight: counts } = sample;
  if (warp === undefined) {
    const cut = cutOf(sample.size, window, orientation);
    fillImage({ image: sample.image, cut, size, into: into.image, channels, scale });
    fillLabels({ labels, counts, shown, cut, into, facts });
    return;
  }
  const depth = labelDepth(facts);
  const warped = warpWindow({ sample, shown, window, orientation, warp, channels, depth });
  const { image, labels: found, weight } = warped.sample;
  const whole = { origin: window.size.map(() => 0), size: window.size };
  const cut = cutOf(window.size, whole, unturned(window.size.length));
  fillImage({ image, cut, size, into: into.image, channels, scale });
  fillLabels({ labels: found!, counts: weight, shown: warped.inside, cut, into, facts });
  coverBeside(into);
}

/**
 * Moves the pixels of a window that has been cut and changed already.
 *
 * @param drawn extent of the window, without the padding
 */
export function moveWindow(
  arrays: WindowArrays,
  drawn: readonly number[],
  placement: Placement,
  facts: Facts,
): void {
  if (isStill(placement)) return;
  coverBeside(arrays);
  const whole = cropped(arrays, drawn, facts);
  clear(arrays);
  const { image, labels, weight, inside: shown } = whole;
  cutWindow({
    sample: { id: '', size: drawn, image, labels, weight },
    shown,
    window: { origin: drawn.map(() => 0), size: drawn },
    placement,
    scale: asItIs(arrays.channels),
    facts,
    into: arrays,
  });
}

/** A copy of a window without its padding, whose edge must not be taken for one of the image. */
function cropped(arrays: WindowArrays, drawn: readonly number[], facts: Facts): WindowArrays {
  const { channels, size, image, labels, weight, inside: shown } = arrays;
  const depth = labelDepth(facts);
  const pixels = drawn.reduce((all, extent) => all * extent, 1);
  const into: WindowArrays = {
    size: drawn,
    channels,
    image: new Float32Array(pixels * channels),
    labels: new Uint8Array(pixels * depth),
    weight: new Float32Array(pixels),
    inside: new Uint8Array(pixels),
  };
  cutWindow({
    sample: { id: '', size, image, labels, weight },
    shown,
    window: { origin: drawn.map(() => 0), size: drawn },
    placement: { orientation: unturned(drawn.length), warp: undefined },
    scale: asItIs(channels),
    facts,
    into,
  });
  return into;
}
