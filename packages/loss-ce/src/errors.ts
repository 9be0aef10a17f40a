import { RaremaskError } from '@raremask/core';

export function nothingCounted(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CE_NOTHING_COUNTED',
    category: 'data',
    where,
    what: 'the training split has no pixel to weigh the classes by: every pixel is ignored',
    remedy: 'check the masks and the class map of the data set with `raremask inspect`',
  });
}
