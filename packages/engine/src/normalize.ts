import type { Facts, Sample, Survey } from '@raremask/core';
import { unitUnknown } from './dataErrors.ts';

/**
 * How raw intensities become what the network sees; JSON, kept in checkpoints.
 *
 * `affine`: (value - mean) / deviation, by channel. `image`: the same with each image's own mean and
 * deviation. `none`: as they are.
 */
export type Normalization =
  | {
      readonly kind: 'affine';
      readonly mean: readonly number[];
      readonly deviation: readonly number[];
    }
  | { readonly kind: 'image' }
  | { readonly kind: 'none' };

/** Largest values of the number types that images are stored in; 1 for floats from 0 to 1. */
const LARGEST = [1, 255, 65535];

/**
 * Fits `data.normalize` to the training split.
 *
 * `set`: mean and deviation of all its pixels, by channel; a deviation of 0 counts as 1. `unit`:
 * divided by the largest value of the number type, the smallest of 1, 255 and 65535 that holds all
 * its intensities.
 */
export function fitNormalization(
  rule: 'set' | 'image' | 'unit' | 'none',
  survey: Pick<Survey, 'train' | 'image'>,
  { channels }: Pick<Facts, 'channels'>,
): Normalization {
  if (rule === 'none' || rule === 'image') return { kind: rule };
  const indices = Array.from({ length: channels }, (_, channel) => channel);
  if (rule === 'unit') {
    const largest = largestOfType(survey);
    return { kind: 'affine', mean: indices.map(() => 0), deviation: indices.map(() => largest) };
  }
  const sums = indices.map(() => ({ value: 0, square: 0 }));
  let pixels = 0;
  for (const id of survey.train) {
    const { size, intensity } = survey.image(id);
    const own = product(size);
    pixels += own;
    for (const channel of indices) {
      sums[channel]!.value += intensity[channel]!.mean * own;
      sums[channel]!.square += intensity[channel]!.meanSquare * own;
    }
  }
  const mean = sums.map(({ value }) => value / Math.max(pixels, 1));
  const deviation = sums.map(({ square }, channel) =>
    deviationOf(mean[channel]!, square / Math.max(pixels, 1)),
  );
  return { kind: 'affine', mean, deviation };
}

/** Mean and deviation of each channel that one image is normalised with. */
export interface Scale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The numbers that a normalization means for one image. */
export function scaleOf(
  normalization: Normalization,
  image: Sample['image'],
  channels: number,
): Scale {
  if (normalization.kind === 'affine') return normalization;
  if (normalization.kind === 'none') {
    return { mean: Array(channels).fill(0), deviation: Array(channels).fill(1) };
  }
  const facts = Array.from({ length: channels }, (_, channel) =>
    momentsOf(image, channel, channels),
  );
  return {
    mean: facts.map(({ mean }) => mean),
    deviation: facts.map(({ mean, meanSquare }) => deviationOf(mean, meanSquare)),
  };
}

/** Mean and mean of squares of one channel. */
export function momentsOf(
  image: Sample['image'],
  channel: number,
  channels: number,
): { mean: number; meanSquare: number } {
  let sum = 0;
  let squares = 0;
  for (let index = channel; index < image.length; index += channels) {
    const value = image[index]!;
    sum += value;
    squares += value * value;
  }
  const pixels = image.length / channels;
  return { mean: sum / pixels, meanSquare: squares / pixels };
}

/** 1 for a constant channel, also where rounding leaves a trace of a deviation. */
function deviationOf(mean: number, meanSquare: number): number {
  const variance = meanSquare - mean * mean;
  return variance <= meanSquare * 1e-12 ? 1 : Math.sqrt(variance);
}

function largestOfType(survey: Pick<Survey, 'train' | 'image'>): number {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const id of survey.train) {
    for (const fact of survey.image(id).intensity) {
      minimum = Math.min(minimum, fact.minimum);
      maximum = Math.max(maximum, fact.maximum);
    }
  }
  const largest = LARGEST.find((value) => maximum <= value);
  if (largest === undefined || minimum < 0) throw unitUnknown(minimum, maximum);
  return largest;
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
