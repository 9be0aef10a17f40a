import type { Parameter } from '@raremask/core';
import { nearest } from '@raremask/core/loss';
import { rateMatchesNothing } from '../errors.ts';

interface Rates {
  readonly learningRate: number;
  /** Learning rates of weights whose names contain `match`, where * stands for anything. */
  readonly groups: readonly { readonly match: string; readonly learningRate: number }[];
}

/** Factors of the learning rate, one a weight: that of the first group that matches, else 1. */
export function learningRateFactors(
  { learningRate, groups }: Rates,
  weights: readonly Parameter[],
): number[] {
  const names = weights.map(({ name }) => name);
  const patterns = groups.map(({ match }) => patternOf(match));
  const chosen = names.map((name) => patterns.findIndex((pattern) => pattern.test(name)));
  for (const [index, { match }] of groups.entries()) {
    if (chosen.includes(index)) continue;
    const place = `train.optimizer.groups[${index}].match`;
    throw rateMatchesNothing(place, match, names, nearest(match, partsOf(names)));
  }
  return chosen.map((index) => (index < 0 ? 1 : groups[index]!.learningRate / learningRate));
}

/** A part of a name, in which * stands for anything. */
export function patternOf(match: string): RegExp {
  return new RegExp(match.split('*').map(escaped).join('.*'));
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** Names, their beginnings up to a dot, and what stands between dots. */
export function partsOf(names: readonly string[]): string[] {
  const parts = names.flatMap((name) => {
    const words = name.split('.');
    return [...words, ...words.map((_, index) => words.slice(0, index + 1).join('.'))];
  });
  return [...new Set(parts)];
}
