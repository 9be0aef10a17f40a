import { RaremaskError } from '@raremask/core';

export function fewSides(sides: readonly number[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LAB_SIDES',
    category: 'manifest',
    where: '--size',
    what: 'a loss is tried at several image sizes, to see whether it depends on them',
    expected: 'at least two different sizes',
    got: sides.length === 0 ? 'none' : sides.join(', '),
    remedy: 'name two, for example --size 64 --size 128',
  });
}

export function smallSide(side: number, least: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LAB_SIDE',
    category: 'manifest',
    where: '--size',
    what: 'the image is too small for the situations',
    expected: `a whole number from ${least}`,
    got: String(side),
    remedy: `name a size from ${least}`,
  });
}

export function structureTooLarge(structure: number, most: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LAB_STRUCTURE',
    category: 'manifest',
    where: '--structure',
    what: 'the structure does not fit into a quarter of the smallest image',
    expected: `a whole number of pixels from 1 to ${most}`,
    got: String(structure),
    remedy: 'name a smaller structure, or larger sizes with --size',
  });
}
