import { RaremaskError } from '@raremask/core';

export function cannotRead(file: string, cause: unknown): RaremaskError {
  const reason = (cause as NodeJS.ErrnoException).code;
  const what: Record<string, string> = {
    ENOENT: 'the file is gone',
    EACCES: 'no permission to read the file',
    EISDIR: 'this is a folder, not a file',
  };
  return new RaremaskError(
    {
      code: 'RAREMASK_IMAGES_CANNOT_READ',
      category: 'data',
      where: file,
      what: what[reason ?? ''] ?? `reading failed (${reason ?? String(cause)})`,
      remedy: 'put the file back, or let this user read it',
    },
    { cause },
  );
}

export function damagedFile(file: string, reason: string, cause?: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_IMAGES_DAMAGED',
      category: 'data',
      where: file,
      what: `the file is cut off or damaged: ${reason}`,
      expected: 'a complete PNG, JPEG or TIFF file',
      remedy: 'get the file again, or take it out of the data set',
    },
    { cause },
  );
}

export function unsupportedFile(file: string, got: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNSUPPORTED',
    category: 'data',
    where: file,
    what: 'this kind of file cannot be read',
    expected: 'PNG (1 to 16 bit), JPEG, or TIFF (8 or 16 bit, or 32-bit float), one picture a file',
    got,
    remedy,
  });
}

export function notFiniteImage(file: string, x: number, y: number, value: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NOT_FINITE',
    category: 'data',
    where: file,
    what: `the image has no finite number at pixel (x ${x}, y ${y})`,
    expected: 'finite intensities',
    got: `${value}`,
    remedy: 'replace such pixels in the file',
  });
}

export function mixedChannels(file: string, first: string, expected: 1 | 3): RaremaskError {
  const [wanted, found] = expected === 1 ? ['grey', 'colour'] : ['colour', 'grey'];
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MIXED_CHANNELS',
    category: 'data',
    where: file,
    what: 'the set mixes grey and colour images',
    expected: `${wanted}, as ${first} is`,
    got: found,
    remedy: 'set data.with.channels to grey or to rgb',
  });
}
