import type { Census, DatasetFacts, Facts } from '@raremask/core';

/** A task of exclusive classes `background, a, b, ...`, or of overlapping classes `a, b, ...`. */
export function task(
  kind: 'exclusive' | 'overlapping',
  classes: number,
  space: 2 | 3,
  channels = 1,
): Facts {
  const letters = [...'abcdefgh'];
  const names =
    kind === 'exclusive'
      ? ['background', ...letters.slice(0, classes - 1)]
      : letters.slice(0, classes);
  return {
    space,
    channels,
    classes: names.map((name, value) => ({ name, value })),
    overlapping: kind === 'overlapping',
  };
}

/** The tasks that a loss is tried on. */
export const TASKS: readonly Facts[] = [
  task('exclusive', 2, 2),
  task('exclusive', 4, 2),
  task('overlapping', 1, 2),
  task('overlapping', 3, 2),
  task('exclusive', 3, 3),
];

/** For example `4 exclusive classes, 3-D`; with more than one channel, `, 3 channels` behind it. */
export function describeTask({ classes, overlapping, space, channels }: DatasetFacts): string {
  const kind = overlapping ? 'overlapping' : 'exclusive';
  const task = `${classes.length} ${kind} ${classes.length === 1 ? 'class' : 'classes'}, ${space}-D`;
  return channels === 1 ? task : `${task}, ${channels} channels`;
}

/**
 * A count of 10 images of 64 pixels, 4 of them with structures of 8 pixels of each class. It follows
 * the value of a class, so that it moves with the class when classes change places.
 */
export function censusOf({ classes, overlapping }: Facts): Census {
  const pixels = 640;
  return {
    images: 10,
    emptyImages: 6,
    pixels,
    classes: classes.map(({ name, value }, index) => {
      const background = !overlapping && index === 0;
      const counted = background ? pixels - 32 * (classes.length - 1) : 32;
      return {
        name,
        pixels: counted,
        share: counted / pixels,
        images: background ? 10 : 4,
        structures: background ? 0 : 4,
        meanStructure: background ? 0 : 6 + (value % 5),
      };
    }),
  };
}
