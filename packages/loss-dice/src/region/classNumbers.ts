import { type Facts, firstForeground } from '@raremask/core';
import { allWeightsZero, listLength, noClass, noEffect, unknownClass } from '../errors.ts';

/** Numbers by class as a manifest writes them: by name, or as a list in the order of the classes. */
export type WrittenNumbers = Readonly<Record<string, number>> | readonly number[];

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
  const weights = names.map(() => 1);
  if (written !== undefined) {
    if (names.length === 1) {
      throw noEffect(`${where} classWeights`, `only ${names[0]} takes part in the mean`);
    }
    weights.splice(0, names.length, ...numbersByClass(written, names, 1, `${where} classWeights`));
    if (weights.every((weight) => weight === 0)) throw allWeightsZero(`${where} classWeights`);
  }
  return [...facts.classes.slice(0, first).map(() => 0), ...weights];
}

/** One number for each of the names; classes that are not written get `otherwise`. */
export function numbersByClass(
  written: WrittenNumbers,
  names: readonly string[],
  otherwise: number,
  where: string,
): readonly number[] {
  if (isList(written)) {
    if (written.length !== names.length) throw listLength(where, names, written.length);
    return written;
  }
  for (const name of Object.keys(written)) {
    if (!names.includes(name)) throw unknownClass(where, name, names, similar(name, names));
  }
  return names.map((name) => written[name] ?? otherwise);
}

function isList(written: WrittenNumbers): written is readonly number[] {
  return Array.isArray(written);
}

/** The name that differs least, where it differs in less than half of its letters. */
function similar(written: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, edits: edits(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits * 2 < name.length)
    .sort((left, right) => left.edits - right.edits);
  return best?.name;
}

/** Letters to put in, leave out or exchange (Levenshtein 1966). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const exchanged = row[column]! + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
