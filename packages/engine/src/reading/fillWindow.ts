import { type Facts, IGNORE, type Sample } from '@raremask/core';
import { isForeground, isIgnored, labelDepth } from '@raremask/metrics';
import type { WindowArrays } from '../augment/windowArrays.ts';
import type { Scale } from '../intensities/scale.ts';
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
  const leaves = scale.zeros === 'leave';
  const step = cut.step[2] * channels;
  for (let channel = 0; channel < channels; channel++) {
    const shift = mean[channel]!;
    const divisor = deviation[channel]!;
    const least = low?.[channel];
    const most = high?.[channel];
    const isPlain = !leaves && least === undefined && most === undefined;
    eachRow(cut, size, (target, source, count) => {
      let from = source * channels + channel;
      let to = target * channels + channel;
      // As most images are, in three quarters of the time.
      if (isPlain) {
        for (let x = 0; x < count; x++, from += step, to += channels) {
          into[to] = (image[from]! - shift) / divisor;
        }
        return;
      }
      for (let x = 0; x < count; x++, from += step, to += channels) {
        let value = image[from]!;
        if (leaves && value === 0) {
          into[to] = 0;
          continue;
        }
        if (least !== undefined && value < least) value = least;
        if (most !== undefined && value > most) value = most;
        into[to] = (value - shift) / divisor;
      }
    });
  }
}

/** The labels of a cut, and the window that they go to. */
export interface LabelFilling {
  readonly labels: Uint8Array;
  /** How many times each pixel of the image counts; undefined = once. */
  readonly counts: Float32Array | undefined;
  /** 1 where the image has something; undefined = everywhere. */
  readonly shown: Uint8Array | undefined;
  readonly cut: Cut;
  readonly into: WindowArrays;
  readonly facts: Facts;
}

/** Writes the labels of a cut into a window, how often they count and where they are; the rest stays. */
export function fillLabels({ labels, counts, shown, cut, into, facts }: LabelFilling): void {
  const depth = labelDepth(facts);
  const step = cut.step[2];
  eachRow(cut, into.size, (start, source, count) => {
    const end = start + count;
    for (let to = start, from = source; to < end; to++, from += step) {
      for (let at = 0; at < depth; at++) into.labels[to * depth + at] = labels[from * depth + at]!;
    }
    if (counts === undefined) into.weight.fill(1, start, end);
    else {
      for (let to = start, from = source; to < end; to++, from += step) {
        into.weight[to] = counts[from]!;
      }
    }
    if (shown === undefined) into.inside.fill(1, start, end);
    else {
      for (let to = start, from = source; to < end; to++, from += step) {
        into.inside[to] = shown[from]!;
      }
    }
  });
}

/** A window's labels as the step takes them. */
export interface Truth {
  readonly labels: Uint8Array;
  /** 1 where the image has something. */
  readonly inside: Uint8Array;
  /** [...size, classes]; zeros at first. */
  readonly target: Float32Array;
  /** [...size]; how many times each pixel counts, and then with the weights of classes. */
  readonly weight: Float32Array;
  readonly facts: Facts;
  /** How many times a pixel of each class counts. */
  readonly pixelWeights: readonly number[];
}

/** Sets a window's target and weight; ignored pixels, and what lies beside the image, have neither. */
export function fillTruth({ labels, inside, target, weight, facts, pixelWeights }: Truth): void {
  const classes = facts.classes.length;
  const weights = Float64Array.from(pixelWeights);
  if (!facts.overlapping) {
    for (let pixel = 0; pixel < inside.length; pixel++) {
      const label = labels[pixel]!;
      if (inside[pixel] === 0 || label === IGNORE) weight[pixel] = 0;
      else {
        target[pixel * classes + label] = 1;
        weight[pixel]! *= weights[label]!;
      }
    }
    return;
  }
  for (let pixel = 0; pixel < inside.length; pixel++) {
    const first = pixel * classes;
    if (inside[pixel] === 0 || isIgnored(labels, first, classes)) {
      weight[pixel] = 0;
      continue;
    }
    let largest: number | undefined;
    for (let index = 0; index < classes; index++) {
      if (labels[first + index] !== 1) continue;
      target[first + index] = 1;
      largest = Math.max(largest ?? 0, weights[index]!);
    }
    weight[pixel]! *= largest ?? 1;
  }
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
