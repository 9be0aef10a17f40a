import type { Facts } from '@raremask/core';
import { foregroundMask } from '@raremask/metrics';
import type { Judged } from '../judging/judge.ts';
import type { ValidationSeen } from './observation.ts';

/** What is seen of one validation image; plain numbers. */
export interface Observation {
  /** Share of its pixels that were predicted as foreground. */
  readonly predicted: number;
  /** Mean probability of foreground where it has none. */
  readonly beside: number | null;
  /** Where the image before has foreground and this one has none. */
  readonly onOther: number | null;
  /** Of an image with foreground: its Dice, and the mean probability there. */
  readonly filled?: { readonly dice: number; readonly onTruth: number };
}

/** Counts what the network says of each validation image; every image counts once. */
export class ValidationWatch {
  readonly #facts: Facts;
  readonly #seen: Observation[] = [];
  /** Foreground of the image before, and its size. */
  #before: { readonly truth: Uint8Array; readonly size: string } | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Of the images that this process has judged. */
  get observations(): readonly Observation[] {
    return this.#seen;
  }

  image({ sample, decision, foreground }: Judged): void {
    if (sample.labels === undefined) return;
    const truth = foregroundMask(sample.labels, this.#facts);
    const predicted = foregroundMask(decision.predicted, this.#facts);
    let [hits, inTruth, inPrediction, on, off] = [0, 0, 0, 0, 0];
    for (let at = 0; at < truth.length; at++) {
      const probability = foreground[at]!;
      inPrediction += predicted[at]!;
      if (truth[at] === 1) {
        inTruth++;
        hits += predicted[at]!;
        on += probability;
      } else off += probability;
    }
    const outside = truth.length - inTruth;
    this.#seen.push({
      predicted: inPrediction / truth.length,
      beside: outside > 0 ? off / outside : null,
      onOther: inTruth === 0 ? null : this.#compare(truth, foreground, sample.size.join()),
      ...(inTruth > 0 && {
        filled: { dice: (2 * hits) / (inTruth + inPrediction), onTruth: on / inTruth },
      }),
    });
  }

  /** Mean where the image before has foreground and this one has none. */
  #compare(truth: Uint8Array, foreground: Float32Array, size: string): number | null {
    const before = this.#before;
    this.#before = { truth, size };
    if (before?.size !== size) return null;
    let [sum, count] = [0, 0];
    for (let at = 0; at < truth.length; at++) {
      if (before.truth[at] === 0 || truth[at] === 1) continue;
      sum += foreground[at]!;
      count++;
    }
    return count > 0 ? sum / count : null;
  }
}

/** Means over images that one or several processes have judged. */
export function validationSeen(observations: readonly Observation[]): ValidationSeen {
  const filled = observations.filter((one) => one.filled !== undefined);
  const empty = observations.filter((one) => one.filled === undefined);
  const alarm = (one: Observation) => (one.predicted > 0 ? 1 : 0);
  return {
    withForeground: filled.length,
    empty: empty.length,
    missed: mean(filled.map((one) => 1 - alarm(one))),
    dice: mean(filled.map((one) => one.filled!.dice)),
    alarms: mean(empty.map(alarm)),
    predicted: mean(observations.map((one) => one.predicted)) ?? 0,
    onTruth: mean(filled.map((one) => one.filled!.onTruth)),
    beside: mean(filled.map((one) => one.beside)),
    onEmpty: mean(empty.map((one) => one.beside)),
    onOther: mean(observations.map((one) => one.onOther)),
  };
}

/** Of what there is; null of nothing. */
function mean(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length;
}
