import type { Parameter } from '@raremask/core';
import { nearest } from '@raremask/core/loss';
import { everythingFrozen, freezeMatchesNothing } from '../errors.ts';
import { partsOf, patternOf } from './learningRates.ts';

/** Whether each weight stays as it is: those whose names contain a pattern, where * stands for anything. */
export function frozenWeights(freeze: readonly string[], weights: readonly Parameter[]): boolean[] {
  const names = weights.map(({ name }) => name);
  for (const [index, match] of freeze.entries()) {
    const pattern = patternOf(match);
    if (names.some((name) => pattern.test(name))) continue;
    throw freezeMatchesNothing(
      `model.freeze[${index}]`,
      match,
      names,
      nearest(match, partsOf(names)),
    );
  }
  const patterns = freeze.map(patternOf);
  const frozen = names.map((name) => patterns.some((pattern) => pattern.test(name)));
  if (freeze.length > 0 && !frozen.includes(false)) throw everythingFrozen(names.length);
  return frozen;
}
