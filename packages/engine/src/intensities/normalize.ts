import type { Facts, Sample, Survey } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { isForeground } from '@raremask/metrics';
import { noForegroundIntensities, unitUnknown, windowChannels } from './errors.ts';
import { IntensityCounts } from './intensityCounts.ts';

/**
 * How raw intensities become what the network sees; JSON, kept in checkpoints.
 *
 * `affine`: (value - mean) / deviation, by channel, where `low` and `high` are given of the value
 * brought between them. `image`: the same with each image's own mean and deviation. `none`: as they
 * are.
 */
export type Normalization =
  | {
      readonly kind: 'affine';
      readonly mean: readonly number[];
      readonly deviation: readonly number[];
      readonly low?: readonly number[];
      readonly high?: readonly number[];
    }
  | { readonly kind: 'image' }
  | { readonly kind: 'none' };

/** Largest values of the number types that images are stored in; 1 for floats from 0 to 1. */
const LARGEST = [1, 255, 65535];

type Rule = Manifest['data']['normalize'];

/**
 * What `data.normalize` comes to for the training split.
 *
 * @param samples of the training split, read where percentiles are asked for
 */
export async function normalizationOf(
  rule: Rule,
  survey: Pick<Survey, 'train' | 'image'>,
  facts: Facts,
  samples: () => AsyncIterable<Sample>,
): Promise<Normalization> {
  if (typeof rule === 'string') return fitNormalization(rule, survey, facts);
  return rule.use === 'window'
    ? windowed(rule, facts)
    : await betweenPercentiles(rule, facts, samples());
}

/** The window's lower end becomes 0 and its upper end 1. */
function windowed(
  { level, width }: Extract<Rule, { use: 'window' }>,
  { channels }: Pick<Facts, 'channels'>,
): Normalization {
  const each = (name: string, given: number | readonly number[]): readonly number[] => {
    if (typeof given === 'number') return Array<number>(channels).fill(given);
    if (given.length !== channels) throw windowChannels(name, given.length, channels);
    return given;
  };
  const [levels, widths] = [each('level', level), each('width', width)];
  const low = levels.map((middle, channel) => middle - widths[channel]! / 2);
  const high = levels.map((middle, channel) => middle + widths[channel]! / 2);
  return { kind: 'affine', mean: low, deviation: widths, low, high };
}

/** Mean and deviation are those of the intensities that are cut off (after Isensee et al. 2021). */
async function betweenPercentiles(
  rule: Extract<Rule, { use: 'percentile' }>,
  facts: Facts,
  samples: AsyncIterable<Sample>,
): Promise<Normalization> {
  const { channels } = facts;
  const counts = Array.from({ length: channels }, () => new IntensityCounts());
  for await (const { image, labels } of samples) {
    const pixels = image.length / channels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const judged = labels !== undefined && isForeground(labels, pixel, facts);
      if (rule.of === 'foreground' && !judged) continue;
      for (let channel = 0; channel < channels; channel++) {
        counts[channel]!.add(image[pixel * channels + channel]!);
      }
    }
  }
  if (counts[0]!.total === 0) throw noForegroundIntensities();
  const low = counts.map((own) => own.percentile(rule.low));
  const high = counts.map((own) => own.percentile(rule.high));
  const moments = counts.map((own, channel) => own.momentsBetween(low[channel]!, high[channel]!));
  return {
    kind: 'affine',
    mean: moments.map(({ mean }) => mean),
    deviation: moments.map(({ variance }) => (variance > 0 ? Math.sqrt(variance) : 1)),
    low,
    high,
  };
}

/**
 * Fits a rule that needs no more than what was counted of the training split.
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

/** Numbers that each channel of one image is normalised with. */
export interface Scale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Intensities are brought between the two first. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

/** One intensity, normalised. */
export function scaled(
  { mean, deviation, low, high }: Scale,
  value: number,
  channel: number,
): number {
  const least = low?.[channel] ?? Number.NEGATIVE_INFINITY;
  const most = high?.[channel] ?? Number.POSITIVE_INFINITY;
  return (Math.min(Math.max(value, least), most) - mean[channel]!) / deviation[channel]!;
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
