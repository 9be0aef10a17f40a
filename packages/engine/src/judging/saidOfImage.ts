import type { Facts, ImageNumbers } from '@raremask/core';
import { countCalibration, countDetections } from '@raremask/metrics';
import { noTruth } from '../reading/errors.ts';
import type { Judged } from './judge.ts';

/** What is kept of an image's probabilities, once it is judged. */
export interface SaidOfImage {
  /** That there is any foreground: the largest one of its pixels, or that of an image head. */
  readonly probability: number;
  /** Its pixels by what is said of them. */
  readonly calibration: ImageNumbers;
  /** Its structures, and candidates by their peaks. */
  readonly detections: ImageNumbers;
}

export function saidOfImage(facts: Facts, { sample, foreground, presence }: Judged): SaidOfImage {
  const { id, labels, size } = sample;
  if (labels === undefined) throw noTruth(id);
  return {
    probability: presence ?? largest(foreground),
    calibration: countCalibration(foreground, labels, facts),
    detections: countDetections(foreground, labels, size, facts),
  };
}

function largest(values: Float32Array): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) if (values[at]! > most) most = values[at]!;
  return most;
}
