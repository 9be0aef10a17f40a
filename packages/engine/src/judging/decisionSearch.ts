import { type Facts, firstForeground, IGNORE } from '@raremask/core';
import { classMask, classPlane, components, dice } from '@raremask/metrics';
import type { ClassErrors, FoundClass } from '@raremask/record';
import type { DecisionRule, FoundRule } from './decisionRule.ts';
import type { Judged } from './judge.ts';

export type { FoundClass };

/** One predicted structure. */
interface Candidate {
  readonly pixels: number;
  /** Pixels that are judged, and those of them that are right. */
  readonly judged: number;
  readonly hits: number;
  readonly peak: number;
}

/** One class of one image. */
interface Seen {
  /** Probability that the image has any structure; 1 where no model says it. */
  readonly presence: number;
  readonly truth: number;
  readonly structures: readonly Candidate[];
}

const GATES = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99];
const PEAKS = [0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999];
/** Least share of the Dice that a rule has to leave: a weak network would best say nothing at all. */
const KEPT = 0.9;
/** Shares of the largest size that is tried. */
const SIZES = [0, 0.125, 0.25, 0.5, 1];

/**
 * Looks for the smallest size and the least peak of structures that count: for each class those with the
 * best mean of Dice where the class is and 1 - false alarms where it is not, as long as nine tenths of
 * the Dice stay (after the search for thresholds and sizes that won segmentation contests with many
 * empty images). Where a model judges whole images, the probability below which one has nothing is
 * searched with them, for all classes together. Of equals, what leaves out less.
 */
export class DecisionSearch {
  readonly #facts: Facts;
  readonly #fixed: DecisionRule;
  readonly #largest: readonly number[] | 'fixed';
  readonly #peaks: 'search' | 'fixed';
  readonly #gates: readonly number[];
  readonly #seen: Seen[][];

  /**
   * @param fixed numbers that are not searched
   * @param largest largest size to try, by class
   */
  constructor(
    facts: Facts,
    fixed: DecisionRule,
    {
      largest,
      peaks,
      gates = 'fixed',
    }: {
      readonly largest: readonly number[] | 'fixed';
      readonly peaks: 'search' | 'fixed';
      readonly gates?: 'search' | 'fixed';
    },
  ) {
    this.#gates = gates === 'search' ? GATES : [fixed.gate ?? 0];
    this.#facts = facts;
    this.#fixed = fixed;
    this.#largest = largest;
    this.#peaks = peaks;
    this.#seen = facts.classes.map(() => []);
  }

  /** @param image decided without leaving any structure out that may be kept */
  add({ sample, decision: { predicted, probabilities }, presence = 1 }: Judged): void {
    const labels = sample.labels!;
    const depth = this.#facts.classes.length;
    const pixels = probabilities.length / depth;
    for (let index = firstForeground(this.#facts); index < depth; index++) {
      const { first, stride, present } = classPlane(index, this.#facts);
      const found = components(classMask(predicted, index, this.#facts), sample.size);
      const judged = new Int32Array(found.count);
      const hits = new Int32Array(found.count);
      const peaks = new Float32Array(found.count);
      let truth = 0;
      for (let at = 0; at < pixels; at++) {
        const label = labels[first + at * stride]!;
        if (label === present) truth++;
        const component = found.labels[at]! - 1;
        if (component < 0) continue;
        if (label !== IGNORE) judged[component]!++;
        if (label === present) hits[component]!++;
        peaks[component] = Math.max(peaks[component]!, probabilities[at * depth + index]!);
      }
      this.#seen[index]!.push({
        presence,
        truth,
        structures: Array.from({ length: found.count }, (_, component) => ({
          pixels: found.pixels[component]!,
          judged: judged[component]!,
          hits: hits[component]!,
          peak: peaks[component]!,
        })),
      });
    }
  }

  /**
   * The best rule of each foreground class, by name, and the gate with which they are best together, if
   * it is searched.
   */
  best(): FoundRule & { readonly classes: Readonly<Record<string, FoundClass>> } {
    const first = firstForeground(this.#facts);
    const names = this.#facts.classes.slice(first).map(({ name }) => name);
    let best: { gate: number; rules: readonly FoundClass[] } | undefined;
    for (const gate of this.#gates) {
      const rules = names.map((_, index) => this.#bestOf(index + first, gate));
      if (!rules.every((rule) => rule !== undefined)) continue;
      const better = best === undefined || together(rules) > together(best.rules) + 1e-9;
      if (better) best = { gate, rules };
    }
    const { gate, rules } = best!;
    return {
      classes: Object.fromEntries(names.map((name, index) => [name, rules[index]!])),
      ...(this.#gates.length > 1 && { gate }),
    };
  }

  /** Undefined where a class loses more than it may. */
  #bestOf(index: number, gate: number): FoundClass | undefined {
    const all = this.#seen[index]!;
    const [least] = this.#gates as [number];
    const seen = through(all, gate);
    const own = { minimumSize: this.#fixed.minimumSizes[index]!, peak: this.#fixed.peaks[index]! };
    const before = errorsOf(through(all, least), own.minimumSize, own.peak);
    const after = errorsOf(seen, own.minimumSize, own.peak);
    const unchanged = { ...own, before, after };
    // Images without the class alone would ask for everything to be left out.
    if (before.dice === null) return unchanged;
    let best = after.dice! >= KEPT * before.dice ? unchanged : undefined;
    for (const minimumSize of this.#sizesOf(index)) {
      for (const peak of this.#peaks === 'fixed' ? [own.peak] : PEAKS) {
        const after = errorsOf(seen, minimumSize, peak);
        if (after.dice! < KEPT * before.dice) continue;
        if (best === undefined || score(after) > score(best.after) + 1e-9) {
          best = { minimumSize, peak, before, after };
        }
      }
    }
    return best;
  }

  #sizesOf(index: number): readonly number[] {
    if (this.#largest === 'fixed') return [this.#fixed.minimumSizes[index]!];
    const largest = this.#largest[index]!;
    const sizes = SIZES.map((share) => Math.floor(share * largest)).filter((size) => size !== 1);
    return [...new Set(sizes)];
  }
}

/** The images, of which those below the gate have nothing predicted. */
function through(seen: readonly Seen[], gate: number): readonly Seen[] {
  return seen.map((one) => (one.presence < gate ? { ...one, structures: [] } : one));
}

/** Of the classes that some image has; the others are quietest with everything shut out. */
function together(rules: readonly FoundClass[]): number {
  return rules.reduce((sum, { after }) => sum + (after.dice === null ? 0 : score(after)), 0);
}

function errorsOf(seen: readonly Seen[], minimumSize: number, peak: number): ClassErrors {
  let [sum, there, alarms, empty] = [0, 0, 0, 0];
  for (const { truth, structures } of seen) {
    let [judged, hits] = [0, 0];
    for (const one of structures) {
      if (one.pixels < minimumSize || one.peak < peak) continue;
      judged += one.judged;
      hits += one.hits;
    }
    if (truth > 0) {
      there++;
      sum += dice({ hits, misses: truth - hits, alarms: judged - hits }) ?? 0;
    } else {
      empty++;
      if (judged > 0) alarms++;
    }
  }
  return { dice: there === 0 ? null : sum / there, alarms: empty === 0 ? null : alarms / empty };
}

function score({ dice, alarms }: ClassErrors): number {
  return (dice ?? 0) - (alarms ?? 0);
}
