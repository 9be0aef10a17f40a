import {
  API,
  type AugmentedWindow,
  type Donor,
  defineAugmentation,
  type Facts,
  facts,
  firstForeground,
  IGNORE,
  type RandomStream,
  type Sample,
} from '@raremask/core';
import { type Box, classMask, components, isIgnored, labelDepth } from '@raremask/metrics';
import { z } from 'zod';
import { probability } from './options.ts';

/** Pixels around a structure that tell how bright its surroundings are. */
const MARGIN = 2;

/**
 * Copies one structure of another image into a window of an image without any, at a random place where
 * it fits whole (Ghiasi and others 2021, for instances). Its contrast is kept: its intensities move by
 * the difference between the surroundings there and here.
 */
export default defineAugmentation({
  name: 'paste',
  api: API,
  summary:
    'Copies a structure of another training image into images without any; images of two dimensions only',
  options: z.strictObject({ probability: probability(0.3) }),
  needs: { facts },
  create({ probability }, { facts }) {
    // Donors are few and come again and again; finding what they have takes longer than copying it.
    const known = new WeakMap<Sample, readonly (readonly Structure[])[]>();
    const structures = (sample: Sample) => {
      if (!known.has(sample)) known.set(sample, structuresOf(sample, facts));
      return known.get(sample)!;
    };
    return {
      space: 2,
      donors: true,
      async window(window, draw) {
        if (!window.empty || window.donor === undefined || draw.next() >= probability) return;
        const donor = await window.donor(draw);
        paste(window, donor, structures(donor.sample), draw, facts);
      },
    };
  },
});

interface Structure extends Box {
  /** 1 at its own pixels, of those in its box. */
  readonly mask: Uint8Array;
}

/** The structures of each foreground class that has any. */
function structuresOf({ size, labels }: Sample, facts: Facts): Structure[][] {
  const columns = size[1]!;
  return facts.classes
    .map((_, index) => classMask(labels!, index, facts))
    .slice(firstForeground(facts))
    .filter((mask) => mask.includes(1))
    .map((mask) => {
      const found = components(mask, [...size]);
      return found.boxes.map((box, index) => {
        const [top, left] = box.origin as [number, number];
        const [tall, wide] = box.size as [number, number];
        const own = Uint8Array.from({ length: tall * wide }, (_, at) => {
          const pixel = (top + Math.floor(at / wide)) * columns + left + (at % wide);
          return found.labels[pixel] === index + 1 ? 1 : 0;
        });
        return { ...box, mask: own };
      });
    });
}

/** Leaves the window as it is where the structure drawn does not fit. */
function paste(
  window: AugmentedWindow,
  donor: Donor,
  present: readonly (readonly Structure[])[],
  draw: RandomStream,
  facts: Facts,
): void {
  const { image, channels, size, drawn, inside, weight } = window;
  const { sample } = donor;
  const [rows, columns] = sample.size as [number, number];
  const labels = sample.labels!;
  const depth = labelDepth(facts);
  if (present.length === 0) return;
  const structures = present[draw.integer(0, present.length - 1)]!;
  const box = structures[draw.integer(0, structures.length - 1)]!;
  const [tall, wide] = box.size as [number, number];
  const [boxTop, boxLeft] = box.origin as [number, number];
  const [height, width] = drawn as [number, number];
  if (tall > height || wide > width) return;
  const top = draw.integer(0, height - tall);
  const left = draw.integer(0, width - wide);
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
      const isInBox = y >= 0 && x >= 0 && y < tall && x < wide;
      const own = isInBox && box.mask[y * wide + x] === 1;
      const unseen = inside[to] === 0 || weight[to] === 0;
      if (unseen || isIgnored(window.labels, to * depth, depth)) {
        // A structure that is only partly judged would teach half of its shape.
        if (own) return;
        continue;
      }
      if (own) {
        moves.push([from, to]);
        continue;
      }
      counted++;
      for (let channel = 0; channel < channels; channel++) {
        const there = donor.normalize(sample.image[from * channels + channel]!, channel);
        surroundings[channel]! += image[to * channels + channel]! - there;
      }
    }
  }
  for (const [from, to] of moves) {
    for (let channel = 0; channel < channels; channel++) {
      const there = donor.normalize(sample.image[from * channels + channel]!, channel);
      image[to * channels + channel] = there + surroundings[channel]! / Math.max(counted, 1);
    }
    const judged = labels[from * depth] !== IGNORE;
    for (let at = 0; at < depth; at++) {
      const label = labels[from * depth + at]!;
      // A class that nobody has judged there is taken not to be there, as long as the first one was.
      window.labels[to * depth + at] = judged && label === IGNORE ? 0 : label;
    }
    weight[to] = 1;
  }
}
