import type { EpochPosition } from '@raremask/core';
import type { SamplerOptions } from './options.ts';
import { keptShare } from './options.ts';
import { shareAt } from './share.ts';

/** What the epochs hold, by kind, in numbers. */
export interface EpochPlan {
  /** Batches of an epoch. */
  batches(epoch: number): number;
  /** Empty images that take part in an epoch in which every image comes once. */
  kept(epoch: number): number;
  /** Images with foreground in a batch of an epoch, on average. */
  mean(epoch: number): number;
  /** Images with foreground in all batches before one of an epoch. */
  foregroundBefore(epoch: number, batch: number): number;
  /** Empty images in all epochs before one. */
  emptyBefore(epoch: number): number;
  /** Of those, the ones that were drawn for being hard. */
  hardBefore(epoch: number): number;
}

/**
 * Counts come from shares by rounding down their sums since the first batch of the first epoch, so
 * that they are exact in the long run.
 *
 * @param lap draws of one lap over the images with foreground
 * @param empty number of images without
 * @param positionOf where in their ramps the shares of an epoch are
 */
export function planEpochs(
  options: SamplerOptions,
  batchSize: number,
  lap: number,
  empty: number,
  positionOf: EpochPosition = (epoch) => epoch,
): EpochPlan {
  const { foreground, atLeast, length, emptyImages, hardNegatives } = options;
  const kept = (epoch: number) =>
    Math.ceil(shareAt(keptShare(emptyImages), positionOf(epoch)) * empty - ROUNDING);
  const batches = (epoch: number) =>
    length === 'natural' ? Math.ceil((lap + kept(epoch)) / batchSize) : length;
  const mean = (epoch: number) =>
    foreground === 'natural'
      ? Math.max((batchSize * lap) / (lap + kept(epoch)), atLeast)
      : batchSize * shareAt(foreground, positionOf(epoch));
  const draws = sums((epoch) => batches(epoch) * batchSize);
  const withForeground = sums((epoch) => batches(epoch) * mean(epoch));
  const foregroundBefore = (epoch: number, batch: number) =>
    Math.floor(withForeground(epoch) + batch * mean(epoch) + ROUNDING);
  const emptyBefore = (epoch: number) => draws(epoch) - foregroundBefore(epoch, 0);
  const hard = sums(
    (epoch) =>
      (hardNegatives ? shareAt(hardNegatives.share, positionOf(epoch)) : 0) *
      (emptyBefore(epoch + 1) - emptyBefore(epoch)),
  );
  return {
    batches,
    kept,
    mean,
    foregroundBefore,
    emptyBefore,
    hardBefore: (epoch) => Math.floor(hard(epoch) + ROUNDING),
  };
}

/** The sum over the epochs before one; each is computed once. */
function sums(of: (epoch: number) => number): (epoch: number) => number {
  const known = [0];
  return (epoch) => {
    while (known.length <= epoch) known.push(known.at(-1)! + of(known.length - 1));
    return known[epoch]!;
  };
}

/** Keeps 5 x 0.6 from being less than 3. */
const ROUNDING = 1e-9;
