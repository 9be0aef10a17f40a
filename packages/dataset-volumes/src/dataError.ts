import { RaremaskError } from '@raremask/core';

/** An error of data, as all of this package are. */
export function dataError(
  code: `RAREMASK_${string}`,
  where: string,
  what: string,
  expected: string,
  got: string | undefined,
  remedy: string,
): RaremaskError {
  return new RaremaskError({
    code,
    category: 'data',
    where,
    what,
    expected,
    ...(got !== undefined && { got }),
    remedy,
  });
}
