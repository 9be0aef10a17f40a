import { type Facts, firstForeground, lengthText } from '@raremask/core';
import type { ClassInspection, Inspection } from '@raremask/record';
import type { CountedImage } from '../reading/plan.ts';
import { logarithmicBins, quantileOf } from '../survey/quantiles.ts';
import { structureSizes } from '../survey/structureSizes.ts';

/**
 * How much there is of a class, and how large its structures are.
 *
 * @param judged pixels that are not ignored, of all images
 * @param groupOf what an image is of, as a patient; undefined where the data name no groups
 */
export function classCounts(
  facts: Facts,
  index: number,
  images: Iterable<CountedImage>,
  judged: number,
  groupOf: ((id: string) => string | undefined) | undefined,
): ClassInspection {
  const { name, value } = facts.classes[index]!;
  let [own, shown] = [0, 0];
  const groups = new Set<string>();
  for (const { id, classPixels } of images) {
    own += classPixels[index]!;
    if (classPixels[index] === 0) continue;
    shown++;
    groups.add(groupOf?.(id) ?? `image ${id}`);
  }
  const sizes = structureSizes(images, index);
  const quantile = (share: number) => quantileOf(sizes, share);
  const absent = index < firstForeground(facts) || sizes.length === 0;
  return {
    name,
    value,
    pixels: own,
    share: own / judged,
    images: shown,
    ...(groupOf && { groups: groups.size }),
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

export function sizesOf(images: Iterable<CountedImage>): Inspection['sizes'] {
  const sizes = new Map<string, { readonly size: readonly number[]; images: number }>();
  for (const { size } of images) {
    const key = size.join('x');
    const entry = sizes.get(key) ?? { size, images: 0 };
    entry.images++;
    sizes.set(key, entry);
  }
  return [...sizes.values()].sort((left, right) => right.images - left.images);
}

/** Digits in which sizes of pixels are told apart: files hold whole numbers per metre or inch. */
const DIGITS = 3;
/** How many times as large as the smallest pixels the largest have to be before it matters. */
const DIFFERENT = 1.05;

/**
 * Sizes of pixels, as files say, the most frequent first; undefined where no image has one.
 *
 * @param isTrusted whether the manifest brings images to one size of pixels already
 */
export function pixelSizesOf(
  images: Iterable<CountedImage>,
  isTrusted: boolean,
): Inspection['pixelSizes'] {
  const all = new Map<string, { readonly size: readonly number[] | null; images: number }>();
  for (const { pixelSize } of images) {
    const isKnown = pixelSize.every((length) => length > 0);
    const size = isKnown ? pixelSize.map((length) => Number(length.toPrecision(DIGITS))) : null;
    const key = size?.join('x') ?? '';
    const entry = all.get(key) ?? { size, images: 0 };
    entry.images++;
    all.set(key, entry);
  }
  const sizes = [...all.values()]
    .map((one) => ({ ...one, text: one.size?.map(lengthText).join(' x ') ?? null }))
    .sort((left, right) => right.images - left.images);
  const lengths = sizes.flatMap(({ size }) => size ?? []);
  if (lengths.length === 0) return undefined;
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  if (isTrusted || most < DIFFERENT * least) return { sizes };
  const unknown = all.get('')?.images ?? 0;
  const without = unknown === 0 ? '' : ` (${unknown} say none)`;
  return {
    sizes,
    differ: `files say that pixels are from ${lengthText(least)} to ${lengthText(most)} large${without}: where that is true, data.resolution: { pixelSize: ${lengthText(most)} } shows the network structures of all images at one scale`,
  };
}

/** @param pixels of all images */
export function intensityOf(
  images: Iterable<CountedImage>,
  channel: number,
  pixels: number,
): Inspection['intensity'][number] {
  const means: number[] = [];
  let [sum, squares] = [0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const image of images) {
    const { mean, meanSquare, minimum, maximum } = image.intensity[channel]!;
    const weight = areaOf(image);
    means.push(mean);
    sum += mean * weight;
    squares += meanSquare * weight;
    min = Math.min(min, minimum);
    max = Math.max(max, maximum);
  }
  const mean = sum / Math.max(pixels, 1);
  const meanSquare = squares / Math.max(pixels, 1);
  const sorted = Float64Array.from(means).sort();
  return {
    channel,
    min,
    mean,
    deviation: Math.sqrt(Math.max(meanSquare - mean * mean, 0)),
    max,
    imageMeans: {
      q05: quantileOf(sorted, 0.05),
      median: quantileOf(sorted, 0.5),
      q95: quantileOf(sorted, 0.95),
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
