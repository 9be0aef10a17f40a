import { RaremaskError } from '@raremask/core';

export function noEffect(where: string, reason: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_NO_EFFECT',
    category: 'manifest',
    where,
    what: `the option has no effect: ${reason}`,
    remedy: 'leave it out',
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

export function cannotJoin(where: string, what: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DICE_JOIN',
    category: 'manifest',
    where,
    what: `the classes cannot be joined so: ${what}`,
    expected: '`foreground`, or a map from a new name to two or more classes of the foreground',
    remedy,
  });
}
