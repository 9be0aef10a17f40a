import { RaremaskError } from '@raremask/core';
import { FORMATS } from './formats.ts';

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
      expected: `a complete ${FORMATS} file`,
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
    expected: `${FORMATS}, one picture a file`,
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

export function mixedChannels(
  file: string,
  found: number,
  first: string,
  expected: number,
): RaremaskError {
  const named = (channels: number) =>
    channels === 1 ? 'grey' : channels === 3 ? 'colour' : `${channels} channels`;
  const settled = [1, 3].includes(found) && [1, 3].includes(expected);
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MIXED_CHANNELS',
    category: 'data',
    where: file,
    what: settled
      ? 'the set mixes grey and colour images'
      : 'the set mixes images of different channels',
    expected: `${named(expected)}, as ${first} is`,
    got: named(found),
    remedy: settled
      ? 'set data.with.channels to grey or to rgb'
      : 'name the channels that all images have in data.with.channels, as in [0, 1, 2]',
  });
}

export function channelsLost(file: string, found: number, wanted: 'grey' | 'rgb'): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_CHANNELS_LOST',
    category: 'data',
    where: file,
    what: `as ${wanted} the image would lose channels`,
    expected: wanted === 'grey' ? '1 channel, or red, green and blue' : '1 or 3 channels',
    got: `${found} channels, alpha left out`,
    remedy:
      'leave data.with.channels out to train on all of them, or name those to be read, as in [0, 1, 2]',
  });
}

export function notGrey(file: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NOT_COLOURS',
    category: 'data',
    where: file,
    what: 'its three channels are no colours, so they have no brightness',
    expected: 'a grey image, or one whose file says that it is RGB',
    got: '3 channels of another kind',
    remedy:
      'leave data.with.channels out to train on all of them, or name the one to be read, as in [0]',
  });
}

export function noSuchChannel(file: string, index: number, channels: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_CHANNEL',
    category: 'data',
    where: file,
    what: `there is no channel ${index}`,
    expected: `channels from 0 to ${channels - 1}, alpha among them`,
    remedy: 'mend data.with.channels',
  });
}

export function inexactValue(file: string, value: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_INEXACT',
    category: 'data',
    where: file,
    what: 'the file has whole numbers that would be rounded',
    expected: 'at most 16777216 (2^24), which a 32-bit float holds exactly',
    got: value,
    remedy: 'scale the values down, or save them as 32-bit float',
  });
}

export function whiteIsZeroValues(file: string, kind: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNSUPPORTED_WHITE',
    category: 'data',
    where: file,
    what: 'the file says that 0 is white, but not which value is black',
    expected: 'whole numbers without a sign, up to 16 bits',
    got: kind,
    remedy: 'save it with 0 as black (photometric interpretation 1)',
  });
}
