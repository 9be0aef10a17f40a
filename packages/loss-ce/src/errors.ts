import { RaremaskError } from '@raremask/core';

export function unknownClass(
  where: string,
  written: string,
  names: readonly string[],
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CE_UNKNOWN_CLASS',
    category: 'manifest',
    where,
    what: 'the data set has no such class',
    expected: names.join(', '),
    got: written,
    remedy: similar === undefined ? 'name a class of the list' : `write "${similar}"`,
  });
}

export function listLength(where: string, names: readonly string[], got: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CE_LIST_LENGTH',
    category: 'manifest',
    where,
    what: 'the list does not have one number for each class',
    expected: `${names.length} numbers (${names.join(', ')})`,
    got: String(got),
    remedy: 'write a map from class name to number, which need not name all classes',
  });
}

export function allWeightsZero(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CE_ALL_WEIGHTS_ZERO',
    category: 'manifest',
    where,
    what: 'every class has the weight 0, so there is nothing to learn',
    expected: 'a weight above 0 for at least one class',
  });
}

export function nothingCounted(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CE_NOTHING_COUNTED',
    category: 'data',
    where,
    what: 'the training split has no pixel to weigh the classes by: every pixel is ignored',
    remedy: 'check the masks and the class map of the data set with `raremask inspect`',
  });
}
