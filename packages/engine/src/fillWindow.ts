import { type Facts, IGNORE, type Sample } from '@raremask/core';
import type { Scale } from './normalize.ts';
import { type Cut, eachRow } from './window.ts';

/** Writes the normalised intensities of a cut into a window; what lies beside the image stays. */
export function fillImage(
  image: Sample['image'],
  cut: Cut,
  size: readonly number[],
  into: Float32Array,
  channels: number,
  { mean, deviation }: Scale,
): void {
  const step = cut.step[2] * channels;
  for (let channel = 0; channel < channels; channel++) {
    const shift = mean[channel]!;
    const divisor = deviation[channel]!;
    eachRow(cut, size, (target, source, count) => {
      let from = source * channels + channel;
      let to = target * channels + channel;
      for (let x = 0; x < count; x++, from += step, to += channels) {
        into[to] = (image[from]! - shift) / divisor;
      }
    });
  }
}

/** Sets the target and the weight of a window's pixels; ignored ones, and what lies beside the image, stay. */
export function fillTruth(
  labels: Uint8Array,
  counts: Float32Array | undefined,
  cut: Cut,
  size: readonly number[],
  target: Float32Array,
  weight: Float32Array,
  facts: Facts,
  pixelWeights: readonly number[],
): void {
  const classes = facts.classes.length;
  const step = cut.step[2];
  if (!facts.overlapping) {
    eachRow(cut, size, (to, from, count) => {
      for (let x = 0; x < count; x++, to++, from += step) {
        const label = labels[from]!;
        if (label === IGNORE) continue;
        target[to * classes + label] = 1;
        weight[to] =
          counts === undefined ? pixelWeights[label]! : pixelWeights[label]! * counts[from]!;
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
  let found = false;
  const classes = facts.classes.length;
  const step = cut.step[2];
  eachRow(cut, size, (_, source, count) => {
    for (let x = 0, from = source; x < count && !found; x++, from += step) {
      if (!facts.overlapping) {
        const label = labels[from]!;
        found = label !== 0 && label !== IGNORE;
      } else if (!isIgnored(labels, from * classes, classes)) {
        for (let index = 0; index < classes; index++) {
          found ||= labels[from * classes + index] === 1;
        }
      }
    }
  });
  return found;
}

/** Overlapping classes: a pixel counts only where every class has been judged. */
export function isIgnored(labels: Uint8Array, first: number, classes: number): boolean {
  for (let index = 0; index < classes; index++) {
    if (labels[first + index] === IGNORE) return true;
  }
  return false;
}
