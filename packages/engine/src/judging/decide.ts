import type { Facts } from '@raremask/core';
import { classMask, classPlane, components } from '@raremask/metrics';
import type { DecisionRule } from './decisionRule.ts';

/** What the network says of one image, at the image's own size. */
export interface Decision {
  /**
   * Exclusive classes: one class index a pixel. Overlapping classes: 0 or 1 for each class, channels
   * last.
   */
  readonly predicted: Uint8Array;
  /** Probability of each class, channels last, [...size, classes]. */
  readonly probabilities: Float32Array;
}

/**
 * Turns the logits of one image into probabilities and labels, without the padding.
 *
 * Exclusive classes take the most probable class, the lower index on a tie. Overlapping classes are
 * present from the threshold upwards. Structures that are smaller than their class asks, or nowhere
 * as probable, are taken out again: of exclusive classes they become background. Probabilities stay as
 * they are.
 *
 * @param logits [...padded, classes], of one image
 * @param size the image's own extent; the padding is behind it along each axis
 */
export function decide(
  facts: Facts,
  logits: Float32Array,
  padded: readonly number[],
  size: readonly number[],
  { threshold, minimumSizes, peaks }: DecisionRule,
): Decision {
  const classes = facts.classes.length;
  const pixels = size.reduce((product, extent) => product * extent, 1);
  const probabilities = new Float32Array(pixels * classes);
  const predicted = new Uint8Array(facts.overlapping ? pixels * classes : pixels);
  const write = facts.overlapping ? sigmoidPixel : softmaxPixel;
  let pixel = 0;
  for (const start of rowStarts(padded, size)) {
    for (let column = 0; column < size.at(-1)!; column++, pixel++) {
      write((start + column) * classes, pixel);
    }
  }
  for (let index = facts.overlapping ? 0 : 1; index < classes; index++) {
    if (minimumSizes[index]! > 1 || peaks[index]! > 0) dropDoubtful(index);
  }
  return { predicted, probabilities };

  function dropDoubtful(index: number): void {
    const { first, stride } = classPlane(index, facts);
    const found = components(classMask(predicted, index, facts), size);
    const highest = new Float32Array(found.count);
    for (let at = 0; at < pixels; at++) {
      const component = found.labels[at]! - 1;
      if (component < 0) continue;
      highest[component] = Math.max(highest[component]!, probabilities[at * classes + index]!);
    }
    for (let at = 0; at < pixels; at++) {
      const component = found.labels[at]! - 1;
      if (component < 0) continue;
      const kept =
        found.pixels[component]! >= minimumSizes[index]! && highest[component]! >= peaks[index]!;
      if (!kept) predicted[first + at * stride] = 0;
    }
  }

  function sigmoidPixel(from: number, pixel: number): void {
    for (let index = 0; index < classes; index++) {
      const probability = 1 / (1 + Math.exp(-logits[from + index]!));
      probabilities[pixel * classes + index] = probability;
      predicted[pixel * classes + index] = probability >= threshold ? 1 : 0;
    }
  }

  function softmaxPixel(from: number, pixel: number): void {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (logits[from + index]! > logits[from + best]!) best = index;
    }
    const largest = logits[from + best]!;
    let sum = 0;
    for (let index = 0; index < classes; index++) {
      const exponential = Math.exp(logits[from + index]! - largest);
      probabilities[pixel * classes + index] = exponential;
      sum += exponential;
    }
    for (let index = 0; index < classes; index++) {
      probabilities[pixel * classes + index]! /= sum;
    }
    predicted[pixel] = best;
  }
}

/** Probability of any foreground: 1 - background, or the largest of the overlapping classes. */
export function foregroundProbability(facts: Facts, probabilities: Float32Array): Float32Array {
  const classes = facts.classes.length;
  const result = new Float32Array(probabilities.length / classes);
  for (let pixel = 0; pixel < result.length; pixel++) {
    if (facts.overlapping) {
      for (let index = 0; index < classes; index++) {
        result[pixel] = Math.max(result[pixel]!, probabilities[pixel * classes + index]!);
      }
    } else {
      result[pixel] = 1 - probabilities[pixel * classes]!;
    }
  }
  return result;
}

/** Index of the first pixel of each row of the image within its padded extent. */
function* rowStarts(padded: readonly number[], size: readonly number[]): Generator<number> {
  const [depth, height] = size.length === 3 ? [size[0]!, size[1]!] : [1, size[0]!];
  const [paddedHeight, paddedWidth] = padded.slice(-2) as [number, number];
  for (let plane = 0; plane < depth; plane++) {
    for (let row = 0; row < height; row++) {
      yield (plane * paddedHeight + row) * paddedWidth;
    }
  }
}
