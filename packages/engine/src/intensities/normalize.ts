import type { Facts, Sample, Survey } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { isForeground } from '@raremask/metrics';
import { noForegroundIntensities, unitUnknown, windowChannels } from './errors.ts';
import { IntensityCounts } from './intensityCounts.ts';
import { deviationOf } from './moments.ts';

/**
 * How raw intensities become what the network sees; JSON, kept in checkpoints.
 *
 * `affine`: (value - mean) / deviation, by channel, where `low` and `high` are given of the value
 * brought between them. `image`: the same with each image's own mean and deviation. `volume`: with those
 * of all images of its group, as of the slices of one volume. `none`: as they are. Where `zeros` says
 * `leave`, intensities of exactly 0 have no part in mean and deviation, and stay 0.
 */
export type Normalization =
  | {
      readonly kind: 'affine';
      readonly mean: readonly number[];
      readonly deviation: readonly number[];
      readonly low?: readonly number[];
      readonly high?: readonly number[];
    }
  | { readonly kind: 'image' | 'volume'; readonly zeros?: 'leave' }
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
  if (rule.use === 'zscore') {
    return { kind: rule.of, ...(rule.zeros === 'leave' && { zeros: rule.zeros }) };
  }
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
    deviationOf({ mean: mean[channel]!, meanSquare: square / Math.max(pixels, 1) }),
  );
  return { kind: 'affine', mean, deviation };
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
