import type { ImageNumbers, ScoredSet } from '@raremask/core';
import { components } from '../components.ts';
import { bootstrapIntervals, type DrawnImage, type Interval } from '../intervals.ts';
import { foregroundMask, isIgnored, type LabelShape, labelDepth } from '../labels.ts';
import { MeasuredSet } from '../scores/scoredSet.ts';

/** From here upwards pixels make a candidate. */
const CANDIDATE = 0.1;
/** Rates of false structures an image at which the score looks (Setio et al. 2017, LUNA16). */
const RATES = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8];
/** Peaks from which a candidate counts: 46, in even steps of the logit. */
const PEAKS = evenLogits(CANDIDATE, 0.9999, 46);

/** One image's structures and candidates. */
export interface DetectedImage extends DrawnImage {
  /** Of `countDetections`. */
  readonly counts: ImageNumbers;
}

export interface FrocPoint {
  /** Candidates count whose most probable pixel is at least as probable. */
  readonly peak: number;
  /** Candidates that touch no structure, for each image. */
  readonly falseStructures: number;
  /** Share of the structures that a candidate touches. */
  readonly sensitivity: number;
}

/** Structures found against false ones, whatever the peak (free-response ROC: Bunch et al. 1978). */
export interface Froc {
  /**
   * Mean of the sensitivities that are reached with at most 1/8, 1/4, 1/2, 1, 2, 4 and 8 false structures an image (Setio
   * et al. 2017); null where there is no structure.
   */
  readonly score: number | null;
  readonly interval: Interval | null;
  /** The highest peak first. */
  readonly curve: readonly FrocPoint[];
}

/**
 * Counts an image's structures, and candidates by their peaks. A candidate is a connected component (corners included) of
 * the pixels that are foreground with a probability of 0.1 or more. It finds each structure that it touches; it is false
 * where it touches none, and no pixel that nobody judged.
 *
 * @param probability of any foreground, one a pixel
 * @param labels of the truth
 */
export function countDetections(
  probability: Float32Array,
  labels: Uint8Array,
  size: readonly number[],
  shape: LabelShape,
): ImageNumbers {
  const structures = components(foregroundMask(labels, shape), size);
  const depth = labelDepth(shape);
  const mask = new Uint8Array(probability.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (probability[pixel]! >= CANDIDATE) mask[pixel] = 1;
  }
  const candidates = components(mask, size);
  const peaks = new Float64Array(candidates.count);
  const isFalse = new Uint8Array(candidates.count).fill(1);
  const touching = Array.from({ length: structures.count }, () => new Set<number>());
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const candidate = candidates.labels[pixel]! - 1;
    if (candidate < 0) continue;
    peaks[candidate] = Math.max(peaks[candidate]!, probability[pixel]!);
    const structure = structures.labels[pixel]! - 1;
    if (structure >= 0) touching[structure]!.add(candidate);
    if (structure >= 0 || isIgnored(labels, pixel * depth, depth)) isFalse[candidate] = 0;
  }
  const best = touching.map((own) =>
    Math.max(0, ...[...own].map((candidate) => peaks[candidate]!)),
  );
  const counts: Record<string, number> = { structures: structures.count };
  for (const [at, peak] of PEAKS.entries()) {
    counts[`found.${at}`] = best.filter((own) => own >= peak).length;
    counts[`false.${at}`] = peaks.filter(
      (own, index) => isFalse[index] === 1 && own >= peak,
    ).length;
  }
  return counts;
}

export function froc(images: readonly DetectedImage[]): Froc {
  const measured = images.map(({ counts }) => counts);
  const set = new MeasuredSet(measured, images.filter(({ isFilled }) => isFilled).length);
  const { score } = bootstrapIntervals(images, [{ key: 'score', of: scoreOf, measured }]);
  return { score: scoreOf(set), interval: score ?? null, curve: curveOf(set).toReversed() };
}

function scoreOf(set: ScoredSet): number | null {
  const curve = curveOf(set);
  if (curve.length === 0) return null;
  const reached = RATES.map((rate) =>
    Math.max(
      0,
      ...curve
        .filter(({ falseStructures }) => falseStructures <= rate)
        .map(({ sensitivity }) => sensitivity),
    ),
  );
  return reached.reduce((sum, one) => sum + one, 0) / reached.length;
}

/** The lowest peak first; empty where there is no structure. */
function curveOf(set: ScoredSet): FrocPoint[] {
  const structures = set.sum('structures');
  if (structures === 0) return [];
  return PEAKS.map((peak, at) => ({
    peak,
    falseStructures: set.sum(`false.${at}`) / set.images,
    sensitivity: set.sum(`found.${at}`) / structures,
  }));
}

/** So many probabilities from one to another. */
function evenLogits(from: number, to: number, count: number): number[] {
  const logit = (probability: number) => Math.log(probability / (1 - probability));
  const step = (logit(to) - logit(from)) / (count - 1);
  return Array.from({ length: count }, (_, at) => 1 / (1 + Math.exp(-logit(from) - at * step)));
}
