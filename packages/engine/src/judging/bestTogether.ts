import type { Objective } from './objective.ts';
import type { Tally } from './tally.ts';

/** What may be lost is divided into so many parts; what a rule loses counts in whole ones, upwards. */
const PARTS = 200;

/** A rule of each class, and what all of them score. */
export interface Together {
  readonly score: number;
  readonly rules: readonly number[];
}

/**
 * The rule of each class with which all of them together score best, and lose no more than they may (a knapsack with
 * one item of each class; Sinha and Zoltners 1979); undefined where every choice loses more. Of equals what loses less,
 * then the first.
 */
export function bestTogether(
  tallies: readonly (readonly Tally[])[],
  before: readonly Tally[],
  { score, loss }: Objective,
): Together | undefined {
  const part = loss === undefined ? 0 : loss.most(before) / PARTS;
  const thereInAll = before.reduce((sum, tally) => sum + tally.there, 0);
  // By the parts that are spent so far.
  let best: (Together | undefined)[] = [{ score: 0, rules: [] }];
  for (const [index, own] of before.entries()) {
    const items = tallies[index]!.map((tally) => {
      // Images without the class alone would ask for everything to be left out: it keeps what it has, and does not count.
      if (own.there === 0) return { spent: 0, score: 0 };
      const lost = loss?.of(tally, own) ?? 0;
      return {
        spent: lost <= 1e-12 ? 0 : Math.ceil(lost / part - 1e-9),
        score: score(tally, own.there / thereInAll),
      };
    });
    const worth = items.map(({ spent, score: own }) =>
      items.every((other) => !(other.spent < spent && other.score >= own)),
    );
    const next: (Together | undefined)[] = [];
    for (const [spent, sofar] of best.entries()) {
      if (sofar === undefined) continue;
      for (const [rule, item] of items.entries()) {
        const sum = spent + item.spent;
        if (!worth[rule] || !(sum <= PARTS)) continue;
        const total = sofar.score + item.score;
        const there = next[sum];
        if (there !== undefined && total <= there.score + 1e-12) continue;
        next[sum] = { score: total, rules: [...sofar.rules, rule] };
      }
    }
    best = next;
  }
  let found: Together | undefined;
  for (const one of best) {
    if (one !== undefined && (found === undefined || one.score > found.score + 1e-12)) found = one;
  }
  return found;
}
