import type { Facts } from '@raremask/core';
import { classMask, classPlane, components, eachPixelOf } from '@raremask/metrics';
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
 * Structures that are smaller than their class asks, or nowhere
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
  const asSeen = probable(facts, logits, padded, seen);
  const probabilities = sameSize(seen, size)
    ? asSeen
    : resample(asSeen, seen, size, facts.classes.length);
  const decision = { predicted: labelled(facts, probabilities, rule.threshold), probabilities };
  const there = classesIn(facts, decision.predicted);
  for (let index = facts.overlapping ? 0 : 1; index < facts.classes.length; index++) {
    const [pixels, peak] = [rule.minimumSizes[index]!, rule.peaks[index]!];
    if (!there[index] || (pixels <= 1 && peak <= 0)) continue;
    dropDoubtful(facts, decision, size, index, pixels, peak);
  }
  return decision;
}

/** Probabilities at the size at which the network saw the image. */
function probable(
  facts: Facts,
  logits: Float32Array,
  padded: readonly number[],
  seen: readonly number[],
): Float32Array {
  const classes = facts.classes.length;
  const pixels = seen.reduce((product, extent) => product * extent, 1);
  const probabilities = new Float32Array(pixels * classes);
  const write = facts.overlapping ? sigmoidRow : softmaxRow;
  const length = seen.at(-1)! * classes;
  let to = 0;
  for (const start of rowStarts(padded, seen)) {
    const from = start * classes;
    write(logits.subarray(from, from + length), probabilities.subarray(to, to + length), classes);
    to += length;
  }
  return probabilities;
}

function sigmoidRow(logits: Float32Array, probabilities: Float32Array): void {
  for (let at = 0; at < logits.length; at++) probabilities[at] = 1 / (1 + Math.exp(-logits[at]!));
}

/** Of an image's pixels most of the time goes into exponentials: those of 0, of which each pixel has one, are known. */
function softmaxRow(logits: Float32Array, probabilities: Float32Array, classes: number): void {
  for (let from = 0; from < logits.length; from += classes) {
    const end = from + classes;
    let largest = logits[from]!;
    for (let at = from + 1; at < end; at++) if (!(logits[at]! <= largest)) largest = logits[at]!;
    let sum = 0;
    for (let at = from; at < end; at++) {
      const logit = logits[at]!;
      const exponential = logit === largest ? 1 : Math.exp(logit - largest);
      probabilities[at] = exponential;
      sum += exponential;
    }
    for (let at = from; at < end; at++) probabilities[at] = probabilities[at]! / sum;
  }
}

/** By how much probabilities of float32 that were averaged may sum to more than 1. */
const ROUNDING = 1e-3;

/**
 * Labels that follow from probabilities. Overlapping classes are present from the threshold upwards. Of
 * exclusive ones a pixel has the most probable of the foreground (the lower index on a tie) where that is more
 * probable than the threshold against the background alone: with 0.5, where it is the most probable of all.
 */
export function labelled(
  { classes: { length: classes }, overlapping }: Facts,
  probabilities: Float32Array,
  threshold: number,
): Uint8Array {
  if (overlapping) {
    const present = new Uint8Array(probabilities.length);
    for (let at = 0; at < present.length; at++) {
      if (probabilities[at]! >= threshold) present[at] = 1;
    }
    return present;
  }
  const predicted = new Uint8Array(probabilities.length / classes);
  for (let pixel = 0, start = 0; pixel < predicted.length; pixel++, start += classes) {
    // Nearly all pixels are background, and no class can have more than what that leaves.
    const rest = 1 - probabilities[start]! + ROUNDING;
    if (rest * (1 - threshold) <= probabilities[start]! * threshold) continue;
    let best = 1;
    for (let index = 2; index < classes; index++) {
      if (probabilities[start + index]! > probabilities[start + best]!) best = index;
    }
    const wins = probabilities[start + best]! * (1 - threshold) > probabilities[start]! * threshold;
    if (wins) predicted[pixel] = best;
  }
  return predicted;
}

/** Whether any pixel has a class, for each of them. */
export function classesIn(
  { classes: { length: classes }, overlapping }: Facts,
  labels: Uint8Array,
): readonly boolean[] {
  const there = Array.from({ length: classes }, () => false);
  if (overlapping) {
    for (let at = 0; at < labels.length; at++) if (labels[at] === 1) there[at % classes] = true;
  } else {
    // Neighbours mostly have the same class.
    let last = -1;
    for (let at = 0; at < labels.length; at++) {
      const label = labels[at]!;
      if (label !== last && label < classes) there[label] = true;
      last = label;
    }
  }
  return there;
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
  for (let one = 0; one < found.count; one++) {
    let highest = 0;
    eachPixelOf(found, one, size, (at) => {
      highest = Math.max(highest, probabilities[at * classes + index]!);
    });
    if (found.pixels[one]! >= least && highest >= peak) continue;
    eachPixelOf(found, one, size, (at) => {
      predicted[first + at * stride] = 0;
    });
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
