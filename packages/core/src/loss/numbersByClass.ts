import { nearest } from '../nearest.ts';
import { allWeightsZero, listLength, unknownClass } from './errors.ts';

/** Numbers by class as a manifest writes them: by name, or as a list in the order of the classes. */
export type WrittenNumbers = Readonly<Record<string, number>> | readonly number[];

/**
 * One number for each class, in the order of their names; those that are not written get `otherwise`.
 *
 * @param where place of the setting in the manifest
 * @throws RaremaskError for a name that is not among them, or a list of another length
 */
export function numbersByClass(
  written: WrittenNumbers,
  names: readonly string[],
  otherwise: number,
  where: string,
): number[] {
  if (isList(written)) {
    if (written.length !== names.length) throw listLength(where, names, written.length);
    return [...written];
  }
  for (const name of Object.keys(written)) {
    if (!names.includes(name)) throw unknownClass(where, name, names, nearest(name, names));
  }
  return names.map((name) => written[name] ?? otherwise);
}

/** Weights of classes: numbers by class of which one at least is above 0; others count once. */
export function weightsByClass(
  written: WrittenNumbers,
  names: readonly string[],
  where: string,
): number[] {
  const weights = numbersByClass(written, names, 1, where);
  if (weights.every((weight) => weight === 0)) throw allWeightsZero(where);
  return weights;
}

function isList(written: WrittenNumbers): written is readonly number[] {
  return Array.isArray(written);
}
