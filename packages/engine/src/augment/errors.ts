import { RaremaskError } from '@raremask/core';
import { reasonOf } from '../guard/reason.ts';

export function augmentNeedsPlane(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NEEDS_PLANE',
    category: 'manifest',
    where,
    what: 'this change is for images of two dimensions',
    expected:
      'a change for volumes, such as flip, rotate, brightness, contrast, gamma, noise, blur or cutout',
    got: 'this one, and a data set of volumes',
    remedy: 'take the line out, or read the volumes as slices',
  });
}

export function augmentNeedsVolumes(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NEEDS_VOLUMES',
    category: 'manifest',
    where,
    what: 'this change is for volumes',
    expected: 'a change for images of two dimensions',
    got: 'this one, and a data set of images',
    remedy: 'take the line out, or read whole volumes',
  });
}

export function nothingToPaste(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NOTHING_TO_PASTE',
    category: 'data',
    where,
    what: 'there is no structure to copy from another image',
    expected: 'a training image with foreground',
    got: 'none',
    remedy: 'take the line out, or add images with foreground to the training split',
  });
}

export function augmentMembers(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_MEMBERS',
    category: 'plugin',
    where,
    what: 'the augmentation changes nothing: create returns neither places nor window',
    expected: 'an object with places, window or both, which are functions',
    remedy: 'mend the plugin, or tell its author',
  });
}

export function augmentNeeds(where: string, unknown: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NEEDS',
    category: 'plugin',
    where,
    what: 'the augmentation needs what the threads that read do not have',
    expected:
      'facts, folder, log; random numbers come from the stream that places and window are given',
    got: unknown.join(', '),
    remedy: 'mend the plugin, or tell its author',
  });
}

export function augmentFailed(
  where: string,
  id: string,
  cause: unknown,
  url: string | undefined,
): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_AUGMENT_FAILED',
      category: 'plugin',
      where,
      what: `the augmentation throws at a window of ${id}`,
      got: `${cause instanceof Error ? `${cause.name}: ` : ''}${reasonOf(cause, url)}`,
      remedy: 'mend the plugin, or tell its author',
    },
    { cause },
  );
}

export function brokenPlaces(
  where: string,
  id: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_BROKEN_PLACES',
    category: 'plugin',
    where,
    what: `the augmentation moves a window of ${id} to where it cannot be: ${what}`,
    expected,
    got,
    remedy: 'mend the plugin, or tell its author',
  });
}

export function brokenWindow(
  where: string,
  id: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_BROKEN_WINDOW',
    category: 'plugin',
    where,
    what: `the augmentation breaks a window of ${id}: ${what}`,
    expected,
    got,
    remedy: 'mend the plugin, or tell its author',
  });
}
