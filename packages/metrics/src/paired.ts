import type { RegionCounts, ScoredSet } from '@raremask/core';
import { bootstrapIntervals, type Interval } from './intervals.ts';
import type { ScoreKey } from './scores/definition.ts';
import { MeasuredSet } from './scores/scoredSet.ts';
import { scoreDefinitions } from './scores/standard.ts';

/** One image as two networks have predicted it; the truth is the same. */
export interface PairedImage {
  readonly id: string;
  readonly group: string;
  readonly isFilled: boolean;
  readonly left: RegionCounts;
  readonly right: RegionCounts;
}

/** How a score of the right one differs from that of the left one. */
export interface PairedDifference {
  readonly key: ScoreKey;
  readonly left: number | null;
  readonly right: number | null;
  /** Right minus left; null where either does not exist. */
  readonly difference: number | null;
  /** Of 95 %, of the difference: where it leaves out 0, chance in the choice of images is no explanation. */
  readonly interval: Interval | null;
}

/**
 * Every standard score of two networks on the same images. Both are drawn together, so that an image that is
 * hard for both does not widen the interval of the difference: it is narrower than those of the two scores
 * say (paired bootstrap by groups; Efron and Tibshirani 1993, An introduction to the bootstrap).
 */
export function pairedDifferences(images: readonly PairedImage[]): PairedDifference[] {
  const filled = images.filter(({ isFilled }) => isFilled).length;
  const rows = scoreDefinitions.map(({ key, measure, of }) => {
    const measured = images.map(({ left, right }) => ({
      ...prefixed('left', measure(left)),
      ...prefixed('right', measure(right)),
    }));
    const difference = (set: ScoredSet) => {
      const [left, right] = [of(new Side(set, 'left')), of(new Side(set, 'right'))];
      return left === null || right === null ? null : right - left;
    };
    return { key, measured, of, difference };
  });
  const intervals = bootstrapIntervals(
    images,
    rows.map(({ key, measured, difference }) => ({ key, measured, of: difference })),
  );
  return rows.map(({ key, measured, of, difference }) => {
    const set = new MeasuredSet(measured, filled);
    return {
      key,
      left: of(new Side(set, 'left')),
      right: of(new Side(set, 'right')),
      difference: difference(set),
      interval: intervals[key] ?? null,
    };
  });
}

function prefixed(side: string, numbers: Readonly<Record<string, number | null>>) {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [`${side}.${name}`, value]),
  );
}

/** The numbers of one of the two. */
class Side implements ScoredSet {
  readonly #set: ScoredSet;
  readonly #side: string;

  constructor(set: ScoredSet, side: 'left' | 'right') {
    this.#set = set;
    this.#side = side;
  }

  get images(): number {
    return this.#set.images;
  }

  get imagesWithForeground(): number {
    return this.#set.imagesWithForeground;
  }

  get emptyImages(): number {
    return this.#set.emptyImages;
  }

  sum(name: string): number {
    return this.#set.sum(`${this.#side}.${name}`);
  }

  count(name: string): number {
    return this.#set.count(`${this.#side}.${name}`);
  }

  mean(name: string): number | null {
    return this.#set.mean(`${this.#side}.${name}`);
  }

  values(name: string): readonly number[] {
    return this.#set.values(`${this.#side}.${name}`);
  }
}
