import {
  type Facts,
  firstForeground,
  IGNORE,
  type RandomStream,
  type Sample,
} from '@raremask/core';
import { classMask, classPlane, components, labelDepth } from '@raremask/metrics';
import { type Scale, scaled } from '../intensities/normalize.ts';
import type { Truth } from './cutout.ts';
import type { Pixels } from './pixels.ts';

/** Pixels around a structure that tell how bright its surroundings are. */
const MARGIN = 2;

/** An image with structures. */
export interface Donor {
  readonly sample: Sample;
  /** What it is normalised with. */
  readonly scale: Scale;
}

/** A window without structures, and where one comes from. */
export interface Pasting {
  readonly pixels: Pixels;
  readonly truth: Truth;
  /** Extent of the window, without the padding. */
  readonly size: readonly number[];
  readonly donor: Donor;
  readonly random: RandomStream;
  readonly facts: Facts;
  /** How many times a pixel of each class counts. */
  readonly pixelWeights: readonly number[];
}

/**
 * Copies one structure of another image into a window without any, at a random place where it fits
 * whole (Ghiasi and others 2021, for instances). Its contrast is kept: its intensities move by the
 * difference between the surroundings there and here. Two-dimensional.
 *
 * @returns false where the structure drawn does not fit
 */
export function paste(pasting: Pasting): boolean {
  const { pixels, truth, size: windowSize, random, facts, pixelWeights } = pasting;
  const { sample: donor, scale } = pasting.donor;
  const { values, channels, size, inside } = pixels;
  const { target, classes, weight } = truth;
  const [rows, columns] = donor.size as [number, number];
  const labels = donor.labels!;
  const depth = labelDepth(facts);
  const planes = facts.classes.map((_, index) => classPlane(index, facts));
  const present = facts.classes
    .map((_, index) => classMask(labels, index, facts))
    .slice(firstForeground(facts))
    .filter((mask) => mask.includes(1));
  if (present.length === 0) return false;
  const mask = present[random.integer(0, present.length - 1)]!;
  const found = components(mask, [rows, columns]);
  const chosen = random.integer(0, found.count - 1);
  const box = found.boxes[chosen]!;
  const [tall, wide] = box.size as [number, number];
  const [boxTop, boxLeft] = box.origin as [number, number];
  const [height, width] = windowSize as [number, number];
  if (tall > height || wide > width) return false;
  const top = random.integer(0, height - tall);
  const left = random.integer(0, width - wide);
  const across = size[1]!;
  const surroundings = new Float64Array(channels);
  const moves: [from: number, to: number][] = [];
  let counted = 0;
  for (let y = -MARGIN; y < tall + MARGIN; y++) {
    for (let x = -MARGIN; x < wide + MARGIN; x++) {
      const [fromY, fromX, toY, toX] = [boxTop + y, boxLeft + x, top + y, left + x];
      if (fromY < 0 || fromX < 0 || fromY >= rows || fromX >= columns) continue;
      if (toY < 0 || toX < 0 || toY >= height || toX >= width) continue;
      const from = fromY * columns + fromX;
      const to = toY * across + toX;
      const own = found.labels[from] === chosen + 1;
      if (inside[to] === 0 || weight[to] === 0) {
        // A structure that is only partly judged would teach half of its shape.
        if (own) return false;
        continue;
      }
      if (own) {
        moves.push([from, to]);
        continue;
      }
      counted++;
      for (let channel = 0; channel < channels; channel++) {
        const there = scaled(scale, donor.image[from * channels + channel]!, channel);
        surroundings[channel]! += values[to * channels + channel]! - there;
      }
    }
  }
  for (const [from, to] of moves) {
    for (let channel = 0; channel < channels; channel++) {
      const there = scaled(scale, donor.image[from * channels + channel]!, channel);
      values[to * channels + channel] = there + surroundings[channel]! / Math.max(counted, 1);
    }
    let largest = 0;
    for (let other = 0; other < classes; other++) {
      const { first, stride, present: yes } = planes[other]!;
      const here = labels[first + from * stride] === yes && labels[from * depth] !== IGNORE;
      target[to * classes + other] = here ? 1 : 0;
      if (here) largest = Math.max(largest, pixelWeights[other]!);
    }
    weight[to] = largest;
  }
  return true;
}
