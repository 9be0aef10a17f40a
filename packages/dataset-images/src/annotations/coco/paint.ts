import { IGNORE } from '@raremask/core';
import type { AnnotatedImage, Instance } from './annotations.ts';
import { paintPolygon } from './polygon.ts';
import { paintRuns } from './runLength.ts';

/**
 * Labels of one image.
 *
 * Exclusive classes: larger structures lie below smaller ones, and of equally large ones the later in
 * the file lies on top. Overlapping classes: 0 or 1 a class, channels last. Crowds that are ignored lie
 * below everything.
 */
export function paintLabels(
  { width, height, instances }: AnnotatedImage,
  classes: number,
  overlapping: boolean,
  crowd: 'ignore' | 'count',
): Uint8Array {
  const labels = new Uint8Array(width * height * (overlapping ? classes : 1));
  const size = [height, width] as const;
  const paint = (pixels: Iterable<number>, index: number, value: number) => {
    for (const pixel of pixels) {
      if (overlapping) labels[pixel * classes + index] = value;
      else labels[pixel] = value;
    }
  };
  const painted = instances.map((instance) => ({ instance, pixels: pixelsOf(instance, size) }));
  const ignored = (instance: Instance) => instance.crowd && crowd === 'ignore';
  for (const { instance, pixels } of painted) {
    if (ignored(instance)) paint(pixels, instance.class, IGNORE);
  }
  const counted = painted
    .filter(({ instance }) => !ignored(instance))
    .sort((left, right) => right.pixels.size - left.pixels.size);
  for (const { instance, pixels } of counted) {
    paint(pixels, instance.class, overlapping ? 1 : instance.class);
  }
  return labels;
}

function pixelsOf({ outline }: Instance, size: readonly [number, number]): Set<number> {
  const pixels = new Set<number>();
  const add = (pixel: number) => void pixels.add(pixel);
  if (outline.kind === 'runs') paintRuns(outline.runs, size, add);
  else for (const corners of outline.polygons) paintPolygon(corners, size, add);
  return pixels;
}
