import { RaremaskError } from '@raremask/core';

export function unknownClass(
  where: string,
  written: string,
  names: readonly string[],
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_UNKNOWN_CLASS',
    category: 'manifest',
    where,
    what: 'there is no such class, or it does not take part',
    expected: names.join(', '),
    got: written,
    remedy: similar === undefined ? 'name a class of the list' : `write "${similar}"`,
  });
}

export function listLength(where: string, names: readonly string[], got: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_LIST_LENGTH',
    category: 'manifest',
    where,
    what: 'the list does not have one number for each class that takes part',
    expected: `${names.length} numbers (${names.join(', ')})`,
    got: String(got),
    remedy: 'write a map from class name to number, which need not name all classes',
  });
}

export function noEffect(where: string, reason: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_NO_EFFECT',
    category: 'manifest',
    where,
    what: `the option has no effect: ${reason}`,
    remedy: 'leave it out',
  });
}

export function allWeightsZero(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_ALL_WEIGHTS_ZERO',
    category: 'manifest',
    where,
    what: 'every class has the weight 0, so there is nothing to learn',
    expected: 'a weight above 0 for at least one class',
  });
}

export function noClass(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_NO_CLASS',
    category: 'manifest',
    where,
    what: 'the data set has no class but the background, which does not take part',
    expected: 'at least one foreground class',
    remedy: 'give the data set a class for the structure',
  });
}

export function noStructure(where: string, name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_NO_STRUCTURE',
    category: 'data',
    where,
    what: `the mean size of a structure is unknown: the training split has no structure of the class ${name}`,
    expected: 'at least one structure of each class that takes part',
    got: '0 structures',
    remedy: 'write a number of pixels instead of `structure`',
  });
}

export function needsOverlapping(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_NEEDS_OVERLAPPING',
    category: 'manifest',
    where,
    what: 'this is defined for classes that may overlap',
    got: 'classes that exclude each other',
    remedy: 'leave the option out, or declare the classes of the data set as overlapping',
  });
}

export function needsExclusive(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_NEEDS_EXCLUSIVE',
    category: 'manifest',
    where,
    what: 'this is defined for classes that exclude each other',
    got: 'classes that may overlap',
    remedy: 'use another loss, or declare the classes of the data set as exclusive',
  });
}
