import { createHash } from 'node:crypto';
import { type Facts, firstForeground, IGNORE, type Sample, type Structure } from '@raremask/core';
import { type Components, components, isIgnored, judgedMask } from '@raremask/metrics';
import { MomentSums } from '../intensities/moments.ts';
import type { CountedImage } from './plan.ts';
import { threeAxes } from './window.ts';

/** Structures of one image that a survey keeps. */
const KEPT_STRUCTURES = 256;

/** Counts classes, structures and intensities of one sample. */
export function countImage(
  sample: Sample,
  labels: Uint8Array,
  facts: Facts,
): Omit<CountedImage, 'pixelsPerSeen' | 'pixelSize' | 'lost'> {
  const { id, size, image } = sample;
  const pixels = product(size);
  const classes = facts.classes.length;
  const classPixels = facts.classes.map(() => 0);
  let ignoredPixels = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (facts.overlapping) {
      if (isIgnored(labels, pixel * classes, classes)) ignoredPixels++;
      else {
        for (let index = 0; index < classes; index++) {
          classPixels[index]! += labels[pixel * classes + index]!;
        }
      }
    } else if (labels[pixel] === IGNORE) ignoredPixels++;
    else classPixels[labels[pixel]!]!++;
  }
  const byClass: Structure[][] = [];
  let structureCount = 0;
  const extent = size.map(() => 0);
  for (let index = firstForeground(facts); index < classes; index++) {
    if (classPixels[index] === 0) continue;
    const found = components(judgedMask(labels, index, facts), [...size]);
    structureCount += found.count;
    for (const box of found.boxes) {
      for (const [axis, own] of box.size.entries()) extent[axis] = Math.max(extent[axis]!, own);
    }
    byClass.push(largestStructures(found, index, size));
  }
  const moments = new MomentSums(facts.channels);
  moments.add(image);
  return {
    id,
    size: [...size],
    classPixels,
    ignoredPixels,
    structures: keptStructures(byClass),
    structureCount,
    digest: digestOf(sample),
    extent,
    emptied: sample.emptied === true,
    intensity: moments.moments().map((own, channel) => ({
      ...own,
      ...rangeOf(image, channel, facts.channels),
    })),
  };
}

/** Changes with any pixel, the size or the type of the image; the mask does not count. */
function digestOf({ size, image }: Sample): string {
  return createHash('sha256')
    .update(`${size.join('x')} ${image.length} ${image.BYTES_PER_ELEMENT} `)
    .update(new Uint8Array(image.buffer, image.byteOffset, image.byteLength))
    .digest('hex')
    .slice(0, 24);
}

function largestStructures(found: Components, index: number, size: readonly number[]): Structure[] {
  const kept = Array.from({ length: found.count }, (_, at) => at)
    .sort((left, right) => found.pixels[right]! - found.pixels[left]! || left - right)
    .slice(0, KEPT_STRUCTURES);
  return kept.map((at) => ({
    class: index,
    pixels: found.pixels[at]!,
    centre: centreOf(found, at, size),
  }));
}

/**
 * The largest structures; but every class keeps its part of the places, so that a class of many large
 * structures does not hide one of few small ones.
 */
function keptStructures(byClass: readonly (readonly Structure[])[]): Structure[] {
  const bySize = (left: Structure, right: Structure) => right.pixels - left.pixels;
  const part = Math.floor(KEPT_STRUCTURES / Math.max(byClass.length, 1));
  const sure = byClass.flatMap((structures) => structures.slice(0, part));
  const rest = byClass.flatMap((structures) => structures.slice(part)).sort(bySize);
  return [...sure, ...rest.slice(0, KEPT_STRUCTURES - sure.length)].sort(bySize);
}

/** The pixel of a component that is nearest to its centroid; the first in memory of several. */
function centreOf({ labels, boxes }: Components, at: number, size: readonly number[]): number[] {
  const box = boxes[at]!;
  const [, height, width] = threeAxes(size, 1);
  const origin = threeAxes(box.origin, 0);
  const extent = threeAxes(box.size, 1);
  const eachMember = (visit: (z: number, y: number, x: number) => void) => {
    for (let z = origin[0]; z < origin[0] + extent[0]; z++) {
      for (let y = origin[1]; y < origin[1] + extent[1]; y++) {
        for (let x = origin[2]; x < origin[2] + extent[2]; x++) {
          if (labels[(z * height + y) * width + x] === at + 1) visit(z, y, x);
        }
      }
    }
  };
  let pixels = 0;
  const sums = [0, 0, 0] as [number, number, number];
  eachMember((z, y, x) => {
    pixels++;
    sums[0] += z;
    sums[1] += y;
    sums[2] += x;
  });
  let best = origin;
  let least = Number.POSITIVE_INFINITY;
  eachMember((z, y, x) => {
    const distance =
      (z - sums[0] / pixels) ** 2 + (y - sums[1] / pixels) ** 2 + (x - sums[2] / pixels) ** 2;
    if (distance < least) {
      least = distance;
      best = [z, y, x];
    }
  });
  return best.slice(3 - size.length);
}

function rangeOf(
  image: Sample['image'],
  channel: number,
  channels: number,
): { minimum: number; maximum: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let index = channel; index < image.length; index += channels) {
    const value = image[index]!;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return { minimum, maximum };
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
