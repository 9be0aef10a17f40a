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
} from '@raremask/core';
import { classMask, components, isIgnored, labelDepth } from '@raremask/metrics';
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
  create: ({ probability }, { facts }) => ({
    space: 2,
    donors: true,
    async window(window, draw) {
      if (!window.empty || window.donor === undefined || draw.next() >= probability) return;
      paste(window, await window.donor(draw), draw, facts);
    },
  }),
});

/** Leaves the window as it is where the structure drawn does not fit. */
function paste(window: AugmentedWindow, donor: Donor, draw: RandomStream, facts: Facts): void {
  const { image, channels, size, drawn, inside, weight } = window;
  const { sample } = donor;
  const [rows, columns] = sample.size as [number, number];
  const labels = sample.labels!;
  const depth = labelDepth(facts);
  const present = facts.classes
    .map((_, index) => classMask(labels, index, facts))
    .slice(firstForeground(facts))
    .filter((mask) => mask.includes(1));
  if (present.length === 0) return;
  const mask = present[draw.integer(0, present.length - 1)]!;
  const found = components(mask, [rows, columns]);
  const chosen = draw.integer(0, found.count - 1);
  const box = found.boxes[chosen]!;
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
      const own = found.labels[from] === chosen + 1;
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
