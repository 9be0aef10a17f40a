import { RaremaskError } from '../error.ts';

export function unknownClass(
  where: string,
  got: string,
  names: readonly string[],
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNKNOWN_CLASS',
    category: 'manifest',
    where,
    what: 'there is no such class, or it does not take part',
    expected: names.join(', '),
    got,
    remedy: similar === undefined ? 'name a class of the list' : `write "${similar}"`,
  });
}

export function listLength(where: string, names: readonly string[], got: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CLASS_LIST_LENGTH',
    category: 'manifest',
    where,
    what: 'the list does not have one number for each class that takes part',
    expected: `${names.length} numbers (${names.join(', ')})`,
    got: String(got),
    remedy: 'write a map from class name to number, which need not name all classes',
  });
}

export function allWeightsZero(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CLASS_WEIGHTS_ZERO',
    category: 'manifest',
    where,
    what: 'every class has the weight 0, so there is nothing to learn',
    expected: 'a weight above 0 for at least one class',
  });
}
