import { IGNORE } from '@raremask/core';
import type { Instance } from './instance.ts';
import { type Pixels, pixelsOf } from './usable.ts';

/**
 * Labels of one image.
 *
 * Exclusive classes: larger structures lie below smaller ones, and of equally large ones the later in
 * the file lies on top. Overlapping classes: 0 or 1 a class, channels last. Crowds that are ignored and
 * structures that nobody has drawn lie below everything.
 */
export function paintLabels(
  instances: readonly Instance[],
  { width, height }: { readonly width: number; readonly height: number },
  classes: number,
  overlapping: boolean,
  crowd: 'ignore' | 'count',
): Uint8Array {
  const labels = new Uint8Array(width * height * (overlapping ? classes : 1));
  const size = [height, width] as const;
  const paint = (pixels: Pixels, index: number, value: number) => {
    pixels.each((pixel) => {
      labels[overlapping ? pixel * classes + index : pixel] = value;
    });
  };
  const painted = instances.map((instance) => ({
    instance,
    pixels: pixelsOf(instance.outline, size),
  }));
  const ignored = (instance: Instance) =>
    instance.outline.kind === 'unjudged' || (instance.crowd && crowd === 'ignore');
  for (const { instance, pixels } of painted) {
    if (ignored(instance)) paint(pixels, instance.class, IGNORE);
  }
  const counted = painted
    .filter(({ instance }) => !ignored(instance))
    .sort((left, right) => right.pixels.count - left.pixels.count);
  for (const { instance, pixels } of counted) {
    paint(pixels, instance.class, overlapping ? 1 : instance.class);
  }
  return labels;
}
