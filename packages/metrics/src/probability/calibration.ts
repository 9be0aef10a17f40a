import type { ImageNumbers, ScoredSet } from '@raremask/core';
import { bootstrapIntervals, type DrawnImage, type Interval } from '../intervals.ts';
import { foregroundMask, isIgnored, type LabelShape, labelDepth } from '../labels.ts';
import { MeasuredSet } from '../scores/scoredSet.ts';

/** Bins of equal width (Guo et al. 2017, On calibration of modern neural networks). */
const BINS = 15;

/** One image's pixels by what the network says of them. */
export interface CalibratedImage extends DrawnImage {
  /** Of `countCalibration`. */
  readonly counts: ImageNumbers;
}

/** Pixels whose probability of foreground lies in one range. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly pixels: number;
  /** Mean probability; null where there is no pixel. */
  readonly said: number | null;
  /** Share of the pixels that are foreground; null where there is no pixel. */
  readonly true: number | null;
}

/** Whether a probability is as often right as it says. */
export interface Calibration {
  /**
   * Expected calibration error: the mean distance of what is said and what is true in a bin, each bin by its pixels
   * (Naeini et al. 2015). Nearly all pixels of images with rare structures are background that is said to be so,
   * so that it is small for any network.
   */
  readonly error: number | null;
  readonly interval: Interval | null;
  /** The same without the lowest bin: of the pixels that may be foreground. Null where no pixel is there. */
  readonly errorAbove: number | null;
  readonly intervalAbove: Interval | null;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Counts an image's judged pixels by their probability of any foreground. The images are pooled: a large one says more.
 *
 * @param probability of any foreground, one a pixel
 * @param labels of the truth
 */
export function countCalibration(
  probability: Float32Array,
  labels: Uint8Array,
  shape: LabelShape,
): ImageNumbers {
  const truth = foregroundMask(labels, shape);
  const depth = labelDepth(shape);
  const [pixels, said, real] = [0, 1, 2].map(() => new Float64Array(BINS)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let pixel = 0; pixel < truth.length; pixel++) {
    if (isIgnored(labels, pixel * depth, depth)) continue;
    const bin = Math.min(Math.floor(probability[pixel]! * BINS), BINS - 1);
    pixels[bin]!++;
    said[bin]! += probability[pixel]!;
    real[bin]! += truth[pixel]!;
  }
  const counts: Record<string, number> = {};
  for (let bin = 0; bin < BINS; bin++) {
    counts[`pixels.${bin}`] = pixels[bin]!;
    counts[`said.${bin}`] = said[bin]!;
    counts[`true.${bin}`] = real[bin]!;
  }
  return counts;
}

export function calibration(images: readonly CalibratedImage[]): Calibration {
  const measured = images.map(({ counts }) => counts);
  const set = new MeasuredSet(measured, images.filter(({ isFilled }) => isFilled).length);
  const above = (of: ScoredSet) => errorOf(of, 1);
  const { all, upper } = bootstrapIntervals(images, [
    { key: 'all', of: errorOf, measured },
    { key: 'upper', of: above, measured },
  ]);
  return {
    error: errorOf(set),
    interval: all ?? null,
    errorAbove: above(set),
    intervalAbove: upper ?? null,
    bins: Array.from({ length: BINS }, (_, bin) => {
      const pixels = set.sum(`pixels.${bin}`);
      return {
        ...{ from: bin / BINS, to: (bin + 1) / BINS, pixels },
        said: pixels === 0 ? null : set.sum(`said.${bin}`) / pixels,
        true: pixels === 0 ? null : set.sum(`true.${bin}`) / pixels,
      };
    }),
  };
}

function errorOf(set: ScoredSet, first = 0): number | null {
  let [distance, pixels] = [0, 0];
  for (let bin = first; bin < BINS; bin++) {
    distance += Math.abs(set.sum(`said.${bin}`) - set.sum(`true.${bin}`));
    pixels += set.sum(`pixels.${bin}`);
  }
  return pixels === 0 ? null : distance / pixels;
}
