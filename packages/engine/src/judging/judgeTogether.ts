import type { Facts } from '@raremask/core';
import { classMask, classPlane, components } from '@raremask/metrics';
import type { Feed } from '../reading/feed.ts';
import { type Decision, foregroundProbability, labelled } from './decide.ts';
import { type Judge, type Judged, judge } from './judge.ts';

/** One network of several, and what reads images as it sees them. */
export interface Member {
  readonly judge: Judge;
  readonly feed: Pick<Feed, 'whole'>;
}

/** What several networks say of one image. */
export interface JudgedTogether extends Omit<Judged, 'presence'> {
  /** Standard deviation of the foreground's probability over the networks, one a pixel, 0 to 0.5. */
  readonly doubt: Float32Array;
}

/**
 * Shows the same images to several networks, one network after the other, and puts together what they say: see
 * `Together`.
 *
 * @param members all of facts of one kind; the first one's feed says what can be read
 * @param groups of ids, each of which is seen by all before the next is: no more is in memory
 */
export async function* judgeTogether(
  members: readonly Member[],
  groups: AsyncIterable<readonly string[]>,
): AsyncGenerator<JudgedTogether> {
  const [{ judge: first }] = members as [Member];
  for await (const ids of groups) {
    const all = new Map<string, { readonly sample: Judged['sample']; readonly own: Together }>();
    for (const [at, member] of members.entries()) {
      const seen = at === 0 ? ids : [...all.keys()];
      for await (const { sample, decision, foreground } of judge(member.judge, member.feed, seen)) {
        if (at === 0) all.set(sample.id, { sample, own: new Together(first.facts) });
        all.get(sample.id)!.own.add(decision, foreground, member.judge.rule.threshold);
      }
    }
    for (const { sample, own } of all.values()) {
      const { decision, doubt } = own.result(sample.size);
      const foreground = foregroundProbability(first.facts, decision.probabilities);
      yield { sample, decision, foreground, doubt };
    }
  }
}

/**
 * What several networks say of one image, as one decision.
 *
 * Probabilities are averaged, and outlined at the mean of the networks' thresholds. Whether a structure of
 * that outline is there is voted on: it stays where half of the networks or more, each by its own rule, have a
 * pixel of its class in it. A rule's other parts (least size, peak, gate) were searched on what one network says,
 * and averages are flatter: a mean peak held against an averaged map would drop what every network finds.
 */
export class Together {
  readonly #facts: Facts;
  readonly #decisions: Uint8Array[] = [];
  #probabilities = new Float32Array(0);
  #mean = new Float32Array(0);
  /** Sums of squared differences from the mean (Welford 1962, Note on a method for calculating corrected sums of squares and products). */
  #squares = new Float32Array(0);
  #thresholds = 0;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /**
   * @param foreground probability of any, one a pixel
   * @param threshold of the network's rule
   */
  add({ predicted, probabilities }: Decision, foreground: Float32Array, threshold: number): void {
    const count = this.#decisions.push(predicted);
    this.#thresholds += threshold;
    if (count === 1) {
      this.#probabilities = Float32Array.from(probabilities);
      this.#mean = Float32Array.from(foreground);
      this.#squares = new Float32Array(foreground.length);
      return;
    }
    for (let at = 0; at < probabilities.length; at++) {
      this.#probabilities[at]! += (probabilities[at]! - this.#probabilities[at]!) / count;
    }
    for (let pixel = 0; pixel < foreground.length; pixel++) {
      const away = foreground[pixel]! - this.#mean[pixel]!;
      this.#mean[pixel]! += away / count;
      this.#squares[pixel]! += away * (foreground[pixel]! - this.#mean[pixel]!);
    }
  }

  result(size: readonly number[]): { readonly decision: Decision; readonly doubt: Float32Array } {
    const facts = this.#facts;
    const count = this.#decisions.length;
    const probabilities = this.#probabilities;
    const predicted = labelled(facts, probabilities, this.#thresholds / count);
    for (let index = facts.overlapping ? 0 : 1; index < facts.classes.length; index++) {
      this.#dropOutvoted(predicted, size, index);
    }
    // Of rounding alone, a sum of squares may come out below 0.
    const doubt = this.#squares.map((sum) => Math.sqrt(Math.max(sum, 0) / count));
    return { decision: { predicted, probabilities }, doubt };
  }

  /** Takes out the structures of one class that fewer than half of the networks have. */
  #dropOutvoted(predicted: Uint8Array, size: readonly number[], index: number): void {
    const mask = classMask(predicted, index, this.#facts);
    if (!mask.includes(1)) return;
    const { first, stride } = classPlane(index, this.#facts);
    const { labels, count } = components(mask, size);
    const votes = new Uint32Array(count);
    for (const own of this.#decisions) {
      const theirs = classMask(own, index, this.#facts);
      const has = new Uint8Array(count);
      for (const [at, label] of labels.entries()) if (label > 0 && theirs[at]) has[label - 1] = 1;
      for (const [structure, one] of has.entries()) votes[structure]! += one;
    }
    for (const [at, label] of labels.entries()) {
      if (label > 0 && votes[label - 1]! * 2 < this.#decisions.length) {
        predicted[first + at * stride] = 0;
      }
    }
  }
}
