import type { RandomStream } from '@raremask/core';
import type { Pixels, Truth } from './pixels.ts';
import type { Chosen } from './rule.ts';

/**
 * Covers one rectangle (after DeVries and Taylor 2017) of the last two axes with the intensity 0.
 * What nobody can see is not judged: its weight and its target are 0.
 */
export function cutout(
  { values, channels, size }: Pixels,
  { target, classes, weight }: Truth,
  windowSize: readonly number[],
  random: RandomStream,
  chosen: Chosen<'cutout'>,
): void {
  const [height, width] = size.slice(-2) as [number, number];
  const [rows, columns] = windowSize.slice(-2) as [number, number];
  const extent = (of: number) => Math.max(Math.round(of * chosen.size * (1 - random.next())), 1);
  const [tall, wide] = [extent(rows), extent(columns)];
  const top = random.integer(0, rows - tall);
  const left = random.integer(0, columns - wide);
  for (let plane = 0; plane < weight.length; plane += height * width) {
    for (let y = top; y < top + tall; y++) {
      const first = plane + y * width + left;
      values.fill(0, first * channels, (first + wide) * channels);
      target.fill(0, first * classes, (first + wide) * classes);
      weight.fill(0, first, first + wide);
    }
  }
}
