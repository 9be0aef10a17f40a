import { at, type Differing, fault, type Place, reason } from '../errors.ts';

export function augmentationThrows(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_AUGMENTATION_THROWS',
      where: at(place),
      what: 'the augmentation throws',
      expected: 'a window, changed or not',
      got: reason(cause),
      remedy:
        'think of windows without foreground, without contrast, and over the edge of an image',
    },
    cause,
  );
}

export function changesNothing(where: string, windows: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_STILL',
    where,
    what: 'the augmentation changes nothing',
    expected: `another value or place in one of ${windows} windows`,
    got: 'all of them as they were',
    remedy:
      'write into the arrays of the window or give others back; where chance is small, hand the checks options of a larger one',
  });
}

export function augmentationMembers(where: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_MEMBERS',
    where,
    what: 'the augmentation has neither places nor window',
    expected: 'one of the two, or both, as functions',
    got,
    remedy: 'return { places(size, draw) { ... } } or { window(window, draw) { ... } } from create',
  });
}

export function threadServices(where: string, got: readonly string[]) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_NEEDS',
    where,
    what: 'the augmentation needs what the threads that read do not have',
    expected: 'facts, folder, log',
    got: got.join(', '),
    remedy: 'draw random numbers from the stream that places and window are given',
  });
}

export function placesCannotBe(place: Place, what: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_PLACES',
    where: at(place),
    what: `places gives what cannot be resampled: ${what}`,
    expected,
    got,
    remedy: 'see the docstrings of Places in @raremask/core; nothing means that the window stays',
  });
}

export function windowBroken(place: Place, what: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_WINDOW',
    where: at(place),
    what: `the augmentation breaks the window: ${what}`,
    expected,
    got,
    remedy: 'keep arrays, intensities, labels and weights as the docstrings of AugmentedWindow say',
  });
}

export function notRepeated(place: Place, when: string, what: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_NOT_REPEATED',
    where: at(place),
    what: `the same window and the same stream give another ${what} ${when}`,
    expected: 'the same bits, in every thread and after every other window',
    got: `another ${what}`,
    remedy: 'take random numbers from draw alone, and keep nothing from one window to the next',
  });
}

export function ignoresStream(where: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_AUGMENTATION_NO_CHANCE',
    where,
    what: 'every stream gives the same change',
    expected: 'changes that follow the stream',
    got: 'one change for 32 streams',
    remedy:
      'draw from the stream, or pass { varies: false } to the checks where chance plays no part on purpose',
  });
}
