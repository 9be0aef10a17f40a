import type { RandomStream, Structure, Window } from '@raremask/core';

/** A window anywhere inside the image; along an axis where it is longer, the image anywhere inside it. */
export function anywhere(
  image: readonly number[],
  window: readonly number[],
  random: RandomStream,
): Window {
  return {
    origin: image.map((extent, axis) => within(extent, window[axis]!, random)),
    size: window,
  };
}

/**
 * A window that shows a structure, whose centre is at every position of the window with equal
 * probability, wherever it lies in the image: the window may stick out of the image. Along an axis
 * where the whole image fits into the window, all of it is shown.
 *
 * Classes are drawn by their weights among those that the image has, then structures with equal
 * probability among those of the class.
 */
export function aroundStructure(
  image: readonly number[],
  structures: readonly Structure[],
  window: readonly number[],
  classWeight: (classIndex: number) => number,
  random: RandomStream,
): Window {
  const classes = [...new Set(structures.map((structure) => structure.class))].sort(
    (a, b) => a - b,
  );
  const drawn = oneByWeight(classes, classWeight, random);
  const { centre } = oneOf(
    structures.filter((structure) => structure.class === drawn),
    random,
  );
  const origin = image.map((extent, axis) =>
    extent <= window[axis]!
      ? within(extent, window[axis]!, random)
      : centre[axis]! - random.integer(0, window[axis]! - 1),
  );
  return { origin, size: window };
}

function within(extent: number, window: number, random: RandomStream): number {
  return random.integer(Math.min(0, extent - window), Math.max(0, extent - window));
}

function oneOf<T>(items: readonly T[], random: RandomStream): T {
  return items[random.integer(0, items.length - 1)]!;
}

function oneByWeight(
  items: readonly number[],
  weightOf: (item: number) => number,
  random: RandomStream,
): number {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let left = random.next() * total;
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  return items.at(-1)!;
}
