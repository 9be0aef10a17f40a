import { type Facts, IGNORE, type Sample } from '@raremask/core';
import { isForeground, isIgnored } from '@raremask/metrics';
import type { Truth } from '../augment/cutout.ts';
import type { Scale } from '../intensities/normalize.ts';
import { type Cut, eachRow } from './window.ts';

/** The intensities of a cut, and the window that they go to. */
export interface ImageFilling {
  /** Raw. */
  readonly image: Sample['image'];
  readonly cut: Cut;
  /** Space extents of the window with its padding. */
  readonly size: readonly number[];
  /** [...size, channels]. */
  readonly into: Float32Array;
  readonly channels: number;
  readonly scale: Scale;
}

/** Writes the normalised intensities of a cut into a window; what lies beside the image stays. */
export function fillImage({ image, cut, size, into, channels, scale }: ImageFilling): void {
  const { mean, deviation, low, high } = scale;
  const step = cut.step[2] * channels;
  for (let channel = 0; channel < channels; channel++) {
    const shift = mean[channel]!;
    const divisor = deviation[channel]!;
    const least = low?.[channel];
    const most = high?.[channel];
    eachRow(cut, size, (target, source, count) => {
      let from = source * channels + channel;
      let to = target * channels + channel;
      for (let x = 0; x < count; x++, from += step, to += channels) {
        let value = image[from]!;
        if (least !== undefined && value < least) value = least;
        if (most !== undefined && value > most) value = most;
        into[to] = (value - shift) / divisor;
      }
    });
  }
}

/** The truth of a cut, and the window that it goes to. */
export interface TruthFilling {
  readonly labels: Uint8Array;
  /** How many times each pixel of the image counts; undefined = once. */
  readonly counts: Float32Array | undefined;
  readonly cut: Cut;
  /** Space extents of the window with its padding. */
  readonly size: readonly number[];
  readonly truth: Truth;
  readonly facts: Facts;
  /** How many times a pixel of each class counts. */
  readonly pixelWeights: readonly number[];
}

/** Sets the target and the weight of a window's pixels; ignored ones, and what lies beside the image, stay. */
export function fillTruth(filling: TruthFilling): void {
  const { labels, counts, cut, size, facts, pixelWeights } = filling;
  const { target, weight } = filling.truth;
  const classes = facts.classes.length;
  const step = cut.step[2];
  if (!facts.overlapping) {
    const weights = Float64Array.from(pixelWeights);
    eachRow(cut, size, (start, source, count) => {
      const end = start + count;
      for (let to = start, from = source; to < end; to++, from += step) {
        const label = labels[from]!;
        if (label === IGNORE) continue;
        target[to * classes + label] = 1;
        weight[to] = weights[label]!;
      }
      if (counts === undefined) return;
      for (let to = start, from = source; to < end; to++, from += step) {
        const label = labels[from]!;
        if (label !== IGNORE) weight[to] = weights[label]! * counts[from]!;
      }
    });
    return;
  }
  eachRow(cut, size, (to, from, count) => {
    for (let x = 0; x < count; x++, to++, from += step) {
      const first = from * classes;
      if (isIgnored(labels, first, classes)) continue;
      let largest: number | undefined;
      for (let index = 0; index < classes; index++) {
        if (labels[first + index] !== 1) continue;
        target[to * classes + index] = 1;
        largest = Math.max(largest ?? 0, pixelWeights[index]!);
      }
      weight[to] = (largest ?? 1) * (counts?.[from] ?? 1);
    }
  });
}

/** Sets 1 where a cut has something of the image. */
export function markInside(cut: Cut, size: readonly number[], inside: Uint8Array): void {
  eachRow(cut, size, (to, _, count) => {
    inside.fill(1, to, to + count);
  });
}

/** True where a cut has a judged pixel of foreground. */
export function hasForeground(
  labels: Uint8Array,
  cut: Cut,
  size: readonly number[],
  facts: Facts,
): boolean {
  const step = cut.step[2];
  let found = false;
  eachRow(cut, size, (_, from, count) => {
    for (let x = 0, pixel = from; x < count && !found; x++, pixel += step) {
      found = isForeground(labels, pixel, facts);
    }
  });
  return found;
}
