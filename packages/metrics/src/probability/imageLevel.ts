import type { ImageNumbers, ScoredSet } from '@raremask/core';
import { bootstrapIntervals, type DrawnImage, type Interval } from '../intervals.ts';
import { MeasuredSet } from '../scores/scoredSet.ts';

/** One image, and how probable it is that it has any foreground: its largest probability, say. */
export interface RankedImage extends DrawnImage {
  readonly probability: number;
}

/** A threshold of that probability, with the two shares that it gives. */
export interface OperatingPoint {
  /** Images are called filled from here upwards. */
  readonly threshold: number;
  /** Share of the images with foreground that are called so. */
  readonly sensitivity: number;
  /** Share of the images without that are not. */
  readonly specificity: number;
}

/** How well images with foreground are told from images without, whatever the threshold. */
export interface ImageLevel {
  /**
   * Area under the ROC curve: the share of pairs of an image with foreground and one without in which the
   * first is more probable, an equal one counting half (Hanley and McNeil 1982). Null where a kind is missing.
   */
  readonly auc: number | null;
  /** Of 95 %, by drawing groups anew. */
  readonly interval: Interval | null;
  /** Each threshold at which something changes, the highest first. */
  readonly curve: readonly OperatingPoint[];
}

export function imageLevel(images: readonly RankedImage[]): ImageLevel {
  const measured = images.map(
    ({ isFilled, probability }): ImageNumbers => ({
      filled: isFilled ? probability : null,
      empty: isFilled ? null : probability,
    }),
  );
  const filled = images.filter(({ isFilled }) => isFilled).length;
  const set = new MeasuredSet(measured, filled);
  const { auc: interval } = bootstrapIntervals(images, [{ key: 'auc', of: areaOf, measured }]);
  return { auc: areaOf(set), interval: interval ?? null, curve: curveOf(set) };
}

function areaOf(set: ScoredSet): number | null {
  const [filled, empty] = [set.values('filled'), set.values('empty')];
  if (filled.length === 0 || empty.length === 0) return null;
  let [below, notAbove, pairs] = [0, 0, 0];
  for (const value of filled) {
    while (below < empty.length && empty[below]! < value) below++;
    while (notAbove < empty.length && empty[notAbove]! <= value) notAbove++;
    pairs += (below + notAbove) / 2;
  }
  return pairs / (filled.length * empty.length);
}

function curveOf(set: ScoredSet): OperatingPoint[] {
  const [filled, empty] = [set.values('filled'), set.values('empty')];
  if (filled.length === 0 || empty.length === 0) return [];
  const thresholds = [...new Set([...filled, ...empty])].sort((left, right) => right - left);
  const share = (values: readonly number[], holds: (value: number) => boolean) =>
    values.filter(holds).length / values.length;
  return thresholds.map((threshold) => ({
    threshold,
    sensitivity: share(filled, (value) => value >= threshold),
    specificity: share(empty, (value) => value < threshold),
  }));
}
