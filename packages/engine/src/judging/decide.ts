import type { Facts } from '@raremask/core';
import { classMask, classPlane, components } from '@raremask/metrics';
import { resample } from '../resolution/resample.ts';
import { sameSize } from '../resolution/seenSize.ts';
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

/** Extents of one image: its own, those at which the network saw it, and those with the padding behind. */
export interface Extents {
  readonly padded: readonly number[];
  readonly seen: readonly number[];
  readonly size: readonly number[];
}

/**
 * Turns the logits of one image into probabilities and labels at the image's own size, without the
 * padding. Where the network saw it at another size, probabilities are brought back linearly.
 *
 * Exclusive classes take the most probable class, the lower index on a tie. Overlapping classes are
 * present from the threshold upwards. Structures that are smaller than their class asks, or nowhere
 * as probable, are taken out again: of exclusive classes they become background. Probabilities stay as
 * they are.
 *
 * @param logits [...padded, classes], of one image
 */
export function decide(
  facts: Facts,
  logits: Float32Array,
  { padded, seen, size }: Extents,
  rule: DecisionRule,
): Decision {
  const asSeen = probable(facts, logits, padded, seen, rule.threshold);
  const decision = sameSize(seen, size)
    ? asSeen
    : broughtBack(facts, asSeen.probabilities, seen, size, rule.threshold);
  for (let index = facts.overlapping ? 0 : 1; index < facts.classes.length; index++) {
    const [pixels, peak] = [rule.minimumSizes[index]!, rule.peaks[index]!];
    if (pixels > 1 || peak > 0) dropDoubtful(facts, decision, size, index, pixels, peak);
  }
  return decision;
}

/** Probabilities and labels at the size at which the network saw the image. */
function probable(
  facts: Facts,
  logits: Float32Array,
  padded: readonly number[],
  seen: readonly number[],
  threshold: number,
): Decision {
  const classes = facts.classes.length;
  const pixels = seen.reduce((product, extent) => product * extent, 1);
  const probabilities = new Float32Array(pixels * classes);
  const predicted = new Uint8Array(facts.overlapping ? pixels * classes : pixels);
  const write = facts.overlapping ? sigmoidPixel : softmaxPixel;
  let pixel = 0;
  for (const start of rowStarts(padded, seen)) {
    for (let column = 0; column < seen.at(-1)!; column++, pixel++) {
      write((start + column) * classes, pixel);
    }
  }
  return { predicted, probabilities };

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

/** Probabilities on the image's own grid, and the labels that follow from them there. */
function broughtBack(
  { classes: { length: classes }, overlapping }: Facts,
  seenProbabilities: Float32Array,
  seen: readonly number[],
  size: readonly number[],
  threshold: number,
): Decision {
  const probabilities = resample(seenProbabilities, seen, size, classes);
  if (overlapping) {
    const predicted = Uint8Array.from(probabilities, (value) => (value >= threshold ? 1 : 0));
    return { predicted, probabilities };
  }
  const predicted = new Uint8Array(probabilities.length / classes);
  for (let pixel = 0; pixel < predicted.length; pixel++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[pixel * classes + index]! > probabilities[pixel * classes + best]!) {
        best = index;
      }
    }
    predicted[pixel] = best;
  }
  return { predicted, probabilities };
}

/** Takes out the structures of one class that are smaller than `least` pixels, or nowhere above `peak`. */
function dropDoubtful(
  facts: Facts,
  { predicted, probabilities }: Decision,
  size: readonly number[],
  index: number,
  least: number,
  peak: number,
): void {
  const classes = facts.classes.length;
  const { first, stride } = classPlane(index, facts);
  const found = components(classMask(predicted, index, facts), size);
  const highest = new Float32Array(found.count);
  for (const [at, label] of found.labels.entries()) {
    if (label === 0) continue;
    highest[label - 1] = Math.max(highest[label - 1]!, probabilities[at * classes + index]!);
  }
  for (const [at, label] of found.labels.entries()) {
    if (label === 0) continue;
    const kept = found.pixels[label - 1]! >= least && highest[label - 1]! >= peak;
    if (!kept) predicted[first + at * stride] = 0;
  }
}

/** A decision without any foreground, of an image that the gate has shut out. */
export function nothingIn({ classes, overlapping }: Facts, { predicted, probabilities }: Decision) {
  const none = new Float32Array(probabilities.length);
  if (!overlapping) for (let at = 0; at < none.length; at += classes.length) none[at] = 1;
  return { predicted: new Uint8Array(predicted.length), probabilities: none };
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
