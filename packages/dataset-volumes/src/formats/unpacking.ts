import { cannotRead, damagedArchive, truncatedArchive } from './errors.ts';

/** Why compressed bytes could not be unpacked. */
export function unpackingFailed(file: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return truncatedArchive(file);
  return code === 'Z_DATA_ERROR' ? damagedArchive(file, error) : cannotRead(file, error);
}
