import { type Facts, firstForeground } from '@raremask/core';
import { type WrittenNumbers, weightsByClass } from '@raremask/core/loss';
import { noClass, noEffect } from '../errors.ts';

/**
 * Which classes take part, and how much each counts in the mean over classes: one number for each
 * class of the class axis, 0 for one that does not take part.
 */
export function classWeights(
  facts: Facts,
  background: 'include' | 'exclude' | undefined,
  written: WrittenNumbers | undefined,
  where: string,
): readonly number[] {
  if (background !== undefined && facts.overlapping) {
    throw noEffect(`${where} background`, 'overlapping classes have no background class');
  }
  const first = background === 'include' ? 0 : firstForeground(facts);
  const names = facts.classes.slice(first).map(({ name }) => name);
  if (names.length === 0) throw noClass(where);
  if (written !== undefined && names.length === 1) {
    throw noEffect(`${where} classWeights`, `only ${names[0]} takes part in the mean`);
  }
  const weights = weightsByClass(written ?? {}, names, `${where} classWeights`);
  return [...facts.classes.slice(0, first).map(() => 0), ...weights];
}
