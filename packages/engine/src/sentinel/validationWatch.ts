import type { Facts, Sample } from '@raremask/core';
import { foregroundMask } from '@raremask/metrics';
import type { Judged } from '../judging/judge.ts';
import type { ValidationSeen } from './observation.ts';

/** What is seen of one validation image; plain numbers. */
export interface Observation {
  /** Share of its pixels that were predicted as foreground. */
  readonly predicted: number;
  /** Mean probability of foreground where it has none. */
  readonly beside: number | null;
  /** Where other images have foreground and this one has none. */
  readonly onOther: number | null;
  /**
   * Of an image with foreground: its Dice, the mean probability there, and the mean Dice that its prediction
   * would have with the foreground of others; absent where none of its size was seen before.
   */
  readonly filled?: {
    readonly dice: number;
    readonly onTruth: number;
    readonly diceOther?: number;
  };
}

/** Foreground of an image that was seen. */
interface Truth {
  /** Its pixels, by their places. */
  readonly places: Uint32Array;
  readonly size: string;
  readonly group: string;
}

/** Images whose foreground is kept for those that come after, as long as they have no more than so many pixels of it. */
const KEPT = 8;
const KEPT_PIXELS = 2 ** 24;

/** Counts what the network says of each validation image; every image counts once. */
export class ValidationWatch {
  readonly #facts: Facts;
  readonly #groupOf: (id: string) => string;
  readonly #seen: Observation[] = [];
  /** The last ones with foreground, the oldest first. */
  #before: readonly Truth[] = [];

  /** @param groupOf what an image is drawn with, as a patient: neighbouring slices have nearly the same foreground */
  constructor(facts: Facts, groupOf: (id: string) => string) {
    this.#facts = facts;
    this.#groupOf = groupOf;
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
    const others = inTruth === 0 ? [] : this.#others(placesOf(truth, inTruth), sample);
    const shared = others.map(({ places }) => compare({ truth, predicted, foreground, places }));
    const dices = shared.map(({ hits, count }) => (2 * hits) / (count + inPrediction));
    this.#seen.push({
      predicted: inPrediction / truth.length,
      beside: outside > 0 ? off / outside : null,
      onOther: mean(shared.map(({ onOther }) => onOther)),
      ...(inTruth > 0 && {
        filled: {
          dice: (2 * hits) / (inTruth + inPrediction),
          onTruth: on / inTruth,
          ...(dices.length > 0 && { diceOther: mean(dices)! }),
        },
      }),
    });
  }

  /** Those before of the same size and other groups; keeps this one. */
  #others(places: Uint32Array, { id, size: extent }: Sample): readonly Truth[] {
    const [size, group] = [extent.join(), this.#groupOf(id)];
    const others = this.#before.filter((one) => one.size === size && one.group !== group);
    const most = Math.min(KEPT, Math.max(1, Math.floor(KEPT_PIXELS / places.length)));
    this.#before = [...this.#before, { places, size, group }].slice(-most);
    return others;
  }
}

function placesOf(truth: Uint8Array, count: number): Uint32Array {
  const places = new Uint32Array(count);
  let next = 0;
  for (let at = 0; at < truth.length; at++) if (truth[at] === 1) places[next++] = at;
  return places;
}

/** How a prediction is to the foreground of another image. */
function compare({
  truth,
  predicted,
  foreground,
  places,
}: {
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  readonly foreground: Float32Array;
  readonly places: Uint32Array;
}) {
  let [hits, sum, beside] = [0, 0, 0];
  for (const at of places) {
    hits += predicted[at]!;
    if (truth[at] === 1) continue;
    sum += foreground[at]!;
    beside++;
  }
  return { count: places.length, hits, onOther: beside > 0 ? sum / beside : null };
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
    compared: compared(filled),
  };
}

/** Those that were held against another image. */
function compared(filled: readonly Observation[]): ValidationSeen['compared'] {
  const pairs = filled.filter((one) => one.filled?.diceOther !== undefined);
  if (pairs.length === 0) return undefined;
  return {
    images: pairs.length,
    dice: mean(pairs.map((one) => one.filled!.dice))!,
    diceOther: mean(pairs.map((one) => one.filled!.diceOther!))!,
  };
}

/** Of what there is; null of nothing. */
function mean(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length;
}
