import type { ImageNumbers, ScoredSet } from '@raremask/core';
import { quantile } from './quantile.ts';
import { WeightedSet } from './scores/weightedSet.ts';

/** Ends of a 95 % interval. */
export type Interval = readonly [low: number, high: number];

/** How many times the groups are drawn. */
const RESAMPLES = 1000;
const LEVEL = 0.95;

/** One image: the group that it is drawn with, and whether the truth has foreground. */
export interface DrawnImage {
  readonly id: string;
  readonly group: string;
  readonly isFilled: boolean;
}

/** A score whose interval is asked for, with its numbers of each image. */
export interface DrawnScore {
  readonly key: string;
  readonly of: (set: ScoredSet) => number | null;
  readonly measured: readonly ImageNumbers[];
  /** Of a share of what can be counted: whether an image has any of that. */
  readonly counts?: ((numbers: ImageNumbers) => boolean) | undefined;
}

/**
 * 95 % intervals by the bootstrap (Efron 1979, Bootstrap methods: another look at the jackknife): whole groups
 * are drawn with replacement, as many as there are, 1000 times, since images of one patient are not
 * independent; the ends are the percentiles 2.5 and 97.5. Where a share is 0 or 1 in every draw, the draws say
 * nothing of how rare the other outcome may be: then the exact interval (Clopper and Pearson 1934) for that
 * many groups. Null of fewer than two groups, of another score that is the same in every draw, and of one that
 * more than a tenth of the draws has not.
 *
 * The same images give the same intervals in any order.
 */
export function bootstrapIntervals(
  images: readonly DrawnImage[],
  scores: readonly DrawnScore[],
): Readonly<Record<string, Interval | null>> {
  const order = [...images.keys()].sort((left, right) => compare(images[left]!, images[right]!));
  const members = membersOf(order.map((at) => images[at]!));
  const times = new Uint32Array(images.length);
  const isFilled = order.map((at) => images[at]!.isFilled);
  const sets = scores.map(
    ({ measured }) =>
      new WeightedSet(
        order.map((at) => measured[at]!),
        isFilled,
        times,
      ),
  );
  const drawn = scores.map((): number[] => []);
  if (members.length > 1) {
    const next = uniform(members.length);
    for (let draw = 0; draw < RESAMPLES; draw++) {
      times.fill(0);
      for (let one = 0; one < members.length; one++) {
        for (const at of members[Math.floor(next() * members.length)]!) times[at]!++;
      }
      for (const [index, { of }] of scores.entries()) {
        const value = of(sets[index]!);
        if (value !== null) drawn[index]!.push(value);
      }
    }
  }
  return Object.fromEntries(
    scores.map(({ key, counts, measured }, index) => {
      const counting =
        counts && members.filter((group) => group.some((at) => counts(measured[order[at]!]!)));
      return [key, intervalOf(drawn[index]!, counting?.length)];
    }),
  );
}

/** @param groups those that a share is counted over; undefined of other scores */
function intervalOf(drawn: number[], groups: number | undefined): Interval | null {
  if (drawn.length < 0.9 * RESAMPLES) return null;
  drawn.sort((left, right) => left - right);
  const [low, high] = [(1 - LEVEL) / 2, (1 + LEVEL) / 2].map((share) => quantile(drawn, share)) as [
    number,
    number,
  ];
  if (groups !== undefined && low === high && (low === 0 || low === 1)) {
    const rare = ((1 - LEVEL) / 2) ** (1 / Math.max(groups, 1));
    return low === 0 ? [0, 1 - rare] : [rare, 1];
  }
  return low === high ? null : [low, high];
}

function compare(left: DrawnImage, right: DrawnImage): number {
  if (left.group !== right.group) return left.group < right.group ? -1 : 1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** Places of the images of each group. */
function membersOf(images: readonly DrawnImage[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [at, { group }] of images.entries()) {
    groups.set(group, [...(groups.get(group) ?? []), at]);
  }
  return [...groups.values()];
}

/** Numbers from 0 to 1 (exclusive), the same for the same seed (splitmix32, after Steele et al. 2014). */
function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 4294967296;
  };
}
