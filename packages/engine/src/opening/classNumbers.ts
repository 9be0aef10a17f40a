import type { Facts } from '@raremask/core';
import { unknownClass } from './errors.ts';

/**
 * A number for each class, in the order of the class axis, from a setting that names some of them.
 *
 * @param where place of the setting in the manifest
 * @param given numbers by the names of classes
 * @param otherwise the number of a class that is not named
 */
export function classNumbers(
  where: string,
  given: Readonly<Record<string, number>>,
  { classes }: Pick<Facts, 'classes'>,
  otherwise: number,
): number[] {
  const names = classes.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownClass(where, unknown, names);
  return names.map((name) => given[name] ?? otherwise);
}
