import type { Facts } from '@raremask/core';
import { foregroundMask } from '@raremask/metrics';
import type { Judged } from '../judging/judge.ts';
import type { ValidationSeen } from './observation.ts';

/** A mean that says null of nothing. */
class Mean {
  #sum = 0;
  #count = 0;
  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }
  get value(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }
}

/** Counts what the network says of each validation image; every image counts once. */
export class ValidationWatch {
  readonly #facts: Facts;
  readonly #dice = new Mean();
  readonly #missed = new Mean();
  readonly #alarms = new Mean();
  readonly #predicted = new Mean();
  readonly #onTruth = new Mean();
  readonly #beside = new Mean();
  readonly #onEmpty = new Mean();
  readonly #onOther = new Mean();
  #withForeground = 0;
  #empty = 0;
  /** Foreground of the image with foreground before, and its size. */
  #before: { readonly truth: Uint8Array; readonly size: string } | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
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
    this.#predicted.add(inPrediction / truth.length);
    if (inTruth === 0) {
      this.#empty++;
      this.#alarms.add(inPrediction > 0 ? 1 : 0);
      this.#onEmpty.add(off / truth.length);
      return;
    }
    this.#withForeground++;
    this.#dice.add((2 * hits) / (inTruth + inPrediction));
    this.#missed.add(inPrediction === 0 ? 1 : 0);
    this.#onTruth.add(on / inTruth);
    if (inTruth < truth.length) this.#beside.add(off / (truth.length - inTruth));
    this.#compare(truth, foreground, sample.size.join());
  }

  /** Where the image before has foreground and this one has none. */
  #compare(truth: Uint8Array, foreground: Float32Array, size: string): void {
    const before = this.#before;
    this.#before = { truth, size };
    if (before?.size !== size) return;
    let [sum, count] = [0, 0];
    for (let at = 0; at < truth.length; at++) {
      if (before.truth[at] === 0 || truth[at] === 1) continue;
      sum += foreground[at]!;
      count++;
    }
    if (count > 0) this.#onOther.add(sum / count);
  }

  get seen(): ValidationSeen {
    return {
      withForeground: this.#withForeground,
      empty: this.#empty,
      missed: this.#missed.value,
      dice: this.#dice.value,
      alarms: this.#alarms.value,
      predicted: this.#predicted.value ?? 0,
      onTruth: this.#onTruth.value,
      beside: this.#beside.value,
      onEmpty: this.#onEmpty.value,
      onOther: this.#onOther.value,
    };
  }
}
