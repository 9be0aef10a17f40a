import { type Facts, firstForeground } from '@raremask/core';
import {
  type FoundClass,
  type FoundDecision,
  NEVER_PREDICTED,
  type OperatingChoice,
  type StatedCost,
} from '@raremask/record';
import { type ClassSeen, classesSeen } from './candidates.ts';
import type { Choice } from './choice.ts';
import type { DecisionRule } from './decisionRule.ts';
import { foldsOf } from './folds.ts';
import type { Judged } from './judge.ts';
import { costOf, leastCost, QUIET_AND_DICE } from './objective.ts';
import { RuleGrid } from './ruleGrid.ts';
import { combined, errorsOf, NOTHING, type Tally } from './tally.ts';

const GATES = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99];
const PEAKS = [0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999];
/** Shares of the largest size that is tried. */
const SIZES = [0, 0.125, 0.25, 0.5, 1];
/** Of equals the first: the usual one, then those that are nearer to it. */
const THRESHOLDS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0.05, 0.95, 0.02];
/** Those that the curve shows beside a fixed one. */
const FEW_THRESHOLDS = [0.3, 0.7, 0.1, 0.9, 0.03];
/** What a miss may cost, in false alarms: the curve has the best rule for each. */
const MISS_COSTS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** What is searched, and what it is searched for. */
export interface SearchFor {
  /** Largest size to try, by class. */
  readonly largest: readonly number[] | 'fixed';
  readonly peaks: 'search' | 'fixed';
  readonly gates?: 'search' | 'fixed';
  readonly thresholds?: 'search' | 'fixed';
  readonly cost?: StatedCost | undefined;
}

/** What was found, beside the checkpoint that it is of. */
export type SearchedRule = Omit<FoundDecision, 'epoch' | 'seen'>;

/**
 * Looks for the threshold, the smallest size and the least peak of structures that count: with a stated cost,
 * those with the least of it; without one, those with the most Dice where a class is, less the false alarms where it is not,
 * of all classes together and both as they are to be expected of other images, as long as nine tenths of the mean Dice
 * over the classes stay (after the search for thresholds and sizes that won segmentation contests with many empty images). Of
 * several classes one may then be given up that is hardly found and alarms everywhere. Where a model judges whole
 * images, the probability below which one has nothing is searched with them, for all classes together, as the
 * threshold is. Of equals, what leaves out less.
 *
 * What was chosen by images says too much of itself on them. So the same search is made without each fifth of
 * the groups, and scored on that fifth (cross-fitting; Stone 1974, Cross-validatory choice and assessment of
 * statistical predictions).
 */
export class DecisionSearch {
  readonly #facts: Facts;
  readonly #fixed: DecisionRule;
  readonly #for: SearchFor;
  readonly #thresholds: readonly number[];
  readonly #seen: ClassSeen[][];

  /** @param fixed numbers that are not searched */
  constructor(facts: Facts, fixed: DecisionRule, searched: SearchFor) {
    this.#facts = facts;
    this.#fixed = fixed;
    this.#for = searched;
    const { threshold } = fixed;
    this.#thresholds =
      searched.thresholds === 'search'
        ? THRESHOLDS
        : [threshold, ...FEW_THRESHOLDS.filter((one) => one !== threshold)];
    this.#seen = this.#names.map(() => []);
  }

  /**
   * @param image decided without leaving any structure out that may be kept
   * @param group what is drawn with it
   */
  add(image: Judged, group: string = image.sample.id): void {
    const first = firstForeground(this.#facts);
    const seen = classesSeen(this.#facts, image, this.#thresholds, { first, group });
    for (const [index, one] of seen.entries()) this.#seen[index]!.push(one);
  }

  /** The best rule, with both kinds of error before and after, and the curve of what else there is. */
  best(): SearchedRule {
    const { gates = 'fixed', thresholds = 'fixed', cost } = this.#for;
    const grid = this.#grid();
    const open = thresholds === 'search' ? grid.everyThreshold : [0];
    const objective = cost === undefined ? QUIET_AND_DICE : leastCost(cost);
    const chosen = grid.choose(objective, open);
    const before = grid.talliesOf(grid.unchanged);
    const after = grid.talliesOf(chosen);
    const fitted = grid.crossFitted(objective, open);
    const classes = this.#names.map((name, index): [string, FoundClass] => [
      name,
      {
        ...grid.rule(index, chosen.rules[index]!),
        before: errorsOf(before[index]!),
        after: errorsOf(after[index]!),
        crossFitted: fitted ? errorsOf(fitted[index]!) : null,
      },
    ]);
    const costs = cost && {
      ...cost,
      before: costOf(cost, sumOf(before)),
      after: costOf(cost, sumOf(after)),
      crossFitted: fitted ? costOf(cost, sumOf(fitted)) : null,
    };
    return {
      classes: Object.fromEntries(classes),
      ...(gates === 'search' && { gate: grid.gates[chosen.gate]! }),
      ...(thresholds === 'search' && { threshold: grid.thresholds[chosen.threshold]! }),
      ...(costs && { cost: costs }),
      per: cost?.per ?? 'image',
      curve: this.#curve(grid, chosen, fitted),
    };
  }

  get #names(): readonly string[] {
    return this.#facts.classes.slice(firstForeground(this.#facts)).map(({ name }) => name);
  }

  /** Whether there are several classes, and anything of them is found: else giving up all would be best. */
  get #hasOthersFound(): boolean {
    const isFound = ({ candidates }: ClassSeen) => candidates[0]!.some(({ hits }) => hits > 0);
    return this.#names.length > 1 && this.#seen.some((images) => images.some(isFound));
  }

  #grid(): RuleGrid {
    const { peaks, gates = 'fixed', largest, cost } = this.#for;
    const first = firstForeground(this.#facts);
    const rules = this.#names.map((_, at) => {
      const own = {
        size: this.#fixed.minimumSizes[first + at]!,
        peak: this.#fixed.peaks[first + at]!,
      };
      const sizes = largest === 'fixed' ? [own.size] : sizesUpTo(largest[first + at]!);
      const tried = peaks === 'fixed' ? [own.peak] : PEAKS;
      const kept = sizes.flatMap((minimumSize) =>
        tried.map((peak) => {
          const strictness = Math.max(shareOf(minimumSize, sizes), peakStrictness(peak, tried));
          return { minimumSize, peak, strictness };
        }),
      );
      const mayBeGivenUp = largest !== 'fixed' && cost === undefined && this.#hasOthersFound;
      return mayBeGivenUp
        ? [...kept, { minimumSize: NEVER_PREDICTED, peak: tried[0]!, strictness: 1 }]
        : kept;
    });
    const images = this.#seen[0]!.map(({ group }, at) => ({
      group,
      filled: this.#seen.some((seen) => seen[at]!.truth > 0),
    }));
    return new RuleGrid(this.#seen, foldsOf(images), {
      thresholds: this.#thresholds,
      gates: gates === 'search' ? GATES : [this.#fixed.gate ?? 0],
      rules,
    });
  }

  /**
   * The best rule for each cost of a miss, the chosen one, and the best of each threshold where no other has
   * fewer alarms and misses.
   */
  #curve(
    grid: RuleGrid,
    chosen: Choice,
    fittedChoice: readonly Tally[] | undefined,
  ): OperatingChoice[] {
    const { cost = { alarm: 1, miss: 1, per: 'image' as const } } = this.#for;
    const { per } = cost;
    const usual = leastCost(cost);
    type Point = {
      choice: Choice;
      from: number | null;
      to: number | null;
      fitted: readonly Tally[] | undefined;
    };
    const found: Point[] = [];
    for (const miss of MISS_COSTS) {
      const least = leastCost({ alarm: 1, miss, per });
      const choice = grid.choose(least);
      const last = found.at(-1);
      if (last !== undefined && same(last.choice, choice)) last.to = miss;
      else found.push({ choice, from: miss, to: miss, fitted: grid.crossFitted(least) });
    }
    const errors = ({ choice }: Point): readonly [alarms: number, misses: number] => {
      const sum = sumOf(grid.talliesOf(choice));
      return per === 'image'
        ? [sum.alarms, sum.missed]
        : [sum.falseStructures, sum.structuresMissed];
    };
    const isNew = ({ choice }: Point) => !found.some((one) => same(one.choice, choice));
    const used = { choice: chosen, from: null, to: null, fitted: fittedChoice };
    if (isNew(used)) found.push(used);
    for (const threshold of grid.everyThreshold) {
      const choice = grid.choose(usual, [threshold]);
      const fitted = grid.crossFitted(usual, [threshold]);
      const point = { choice, from: null, to: null, fitted };
      const [alarms, misses] = errors(point);
      const others = found.map(errors);
      if (!others.some((other) => other[0] <= alarms && other[1] <= misses)) found.push(point);
    }
    return found.map(({ choice, from, to, fitted: own }) => {
      const isChosen = same(choice, chosen);
      // As it was searched: for a neighbouring cost other rules may be best without a part.
      const fitted = isChosen ? fittedChoice : own;
      return {
        threshold: grid.thresholds[choice.threshold]!,
        ...(grid.gates.length > 1 && { gate: grid.gates[choice.gate]! }),
        classes: Object.fromEntries(
          this.#names.map((name, index) => [name, grid.rule(index, choice.rules[index]!)]),
        ),
        missCosts: from === null ? null : [from, to!],
        chosen: isChosen,
        errors: errorsOf(sumOf(grid.talliesOf(choice))),
        crossFitted: fitted ? errorsOf(sumOf(fitted)) : null,
      };
    });
  }
}

function sizesUpTo(largest: number): number[] {
  const sizes = SIZES.map((share) => Math.floor(share * largest)).filter((size) => size !== 1);
  return [...new Set(sizes)];
}

/** Of sizes that are tried, from 0 for the least to 1 for the largest. */
function shareOf(size: number, tried: readonly number[]): number {
  const [least, most] = [Math.min(...tried), Math.max(...tried)];
  return most > least ? (size - least) / (most - least) : 0;
}

/** The same of peaks, by their logits above that of a half. */
function peakStrictness(peak: number, tried: readonly number[]): number {
  const height = (probability: number) =>
    Math.log(Math.max(probability, 0.5) / (1 - Math.max(probability, 0.5)));
  return shareOf(height(peak), tried.map(height));
}

/** All classes together. */
function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, tally) => combined(sum, tally), NOTHING);
}

function same(left: Choice, right: Choice): boolean {
  return (
    left.threshold === right.threshold &&
    left.gate === right.gate &&
    left.rules.join() === right.rules.join()
  );
}
