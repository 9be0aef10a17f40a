import { type Facts, firstForeground } from '@raremask/core';
import type { ClassInspection, Inspection } from '@raremask/record';
import type { CountedImage } from '../reading/plan.ts';
import { logarithmicBins, quantileOf } from '../survey/quantiles.ts';

/**
 * How much there is of a class, and how large its structures are.
 *
 * @param judged pixels that are not ignored, of all images
 */
export function classCounts(
  facts: Facts,
  index: number,
  images: readonly CountedImage[],
  judged: number,
): ClassInspection {
  const { name, value } = facts.classes[index]!;
  const own = images.reduce((sum, image) => sum + image.classPixels[index]!, 0);
  const sizes = images
    .flatMap((image) => image.structures.filter((structure) => structure.class === index))
    .map((structure) => structure.pixels)
    .sort((left, right) => left - right);
  const quantile = (share: number) => quantileOf(sizes, share);
  const absent = index < firstForeground(facts) || sizes.length === 0;
  return {
    name,
    value,
    pixels: own,
    share: own / judged,
    images: images.filter((image) => image.classPixels[index]! > 0).length,
    structures: sizes.length,
    structurePixels: absent
      ? null
      : {
          min: quantile(0),
          q05: quantile(0.05),
          q25: quantile(0.25),
          median: quantile(0.5),
          mean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
          q75: quantile(0.75),
          q95: quantile(0.95),
          max: quantile(1),
        },
    structureSizes: absent ? [] : logarithmicBins(sizes),
  };
}

export function sizesOf(images: readonly CountedImage[]): Inspection['sizes'] {
  const sizes = new Map<string, { readonly size: readonly number[]; images: number }>();
  for (const { size } of images) {
    const key = size.join('x');
    const entry = sizes.get(key) ?? { size, images: 0 };
    entry.images++;
    sizes.set(key, entry);
  }
  return [...sizes.values()].sort((left, right) => right.images - left.images);
}

/** @param pixels of all images */
export function intensityOf(
  images: readonly CountedImage[],
  channel: number,
  pixels: number,
): Inspection['intensity'][number] {
  const all = images.map((image) => image.intensity[channel]!);
  const weights = images.map(areaOf);
  const pooled = (values: readonly number[]) =>
    values.reduce((sum, value, index) => sum + value * weights[index]!, 0) / Math.max(pixels, 1);
  const mean = pooled(all.map((fact) => fact.mean));
  const meanSquare = pooled(all.map((fact) => fact.meanSquare));
  const means = all.map((fact) => fact.mean).sort((left, right) => left - right);
  return {
    channel,
    min: all.reduce((least, fact) => Math.min(least, fact.minimum), Number.POSITIVE_INFINITY),
    mean,
    deviation: Math.sqrt(Math.max(meanSquare - mean * mean, 0)),
    max: all.reduce((most, fact) => Math.max(most, fact.maximum), Number.NEGATIVE_INFINITY),
    imageMeans: {
      q05: quantileOf(means, 0.05),
      median: quantileOf(means, 0.5),
      q95: quantileOf(means, 0.95),
    },
  };
}

/** True of an image of one intensity in each channel. */
export function isBlank({ intensity }: CountedImage): boolean {
  return intensity.every(({ minimum, maximum }) => minimum === maximum);
}

export function areaOf({ size }: CountedImage): number {
  return size.reduce((product, extent) => product * extent, 1);
}

/** Pixels of all foreground classes; of overlapping classes, a pixel counts for each. */
export function foregroundOf({ classPixels }: CountedImage, facts: Facts): number {
  return classPixels.slice(firstForeground(facts)).reduce((sum, own) => sum + own, 0);
}
