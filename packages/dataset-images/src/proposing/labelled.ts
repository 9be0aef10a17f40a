import { staysInside } from '@raremask/core';
import { decodeMask } from '../masks/maskFile.ts';
import { some } from '../names.ts';
import type { Classes } from './classes.ts';

/** Images of which it is looked whether the masks of their classes overlap, at most. */
const LOOKED = 200;

/**
 * Classes that have files of their own, each named by the folder of its masks.
 *
 * @param found what these masks hold, taken together
 * @param labels the mask of each image, by class
 * @returns undefined where the masks part more than two values, or a folder's name is none of a class
 */
export async function labelled(
  found: Classes,
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<Classes | undefined> {
  const { classes, ...others } = found.options;
  const [background, foreground, ...more] = Object.entries(classes);
  const names = [...labels.keys()];
  const isName = (name: string) => /\D/.test(name) && staysInside(name) && name !== 'background';
  if (foreground === undefined || more.length > 0 || !names.every(isName)) return undefined;
  const threshold = typeof others.threshold === 'number' ? others.threshold : 1;
  const { overlapping, looked } = await overlap([...labels.values()], threshold);
  const own = Object.fromEntries(names.map((name) => [name, foreground[1]]));
  return {
    options: {
      ...others,
      ...(overlapping && { overlapping: true }),
      classes: overlapping ? own : { [background![0]]: background![1], ...own },
    },
    remark: `masks of ${some(names)} are files of their own; ${
      overlapping
        ? 'some pixels belong to several'
        : `no pixel of the ${looked} images that were looked at belongs to two`
    }`,
  };
}

async function overlap(
  labels: readonly ReadonlyMap<string, string>[],
  threshold: number,
): Promise<{ readonly overlapping: boolean; readonly looked: number }> {
  const ids = [...new Set(labels.flatMap((files) => [...files.keys()]))];
  const step = Math.max(1, ids.length / LOOKED);
  let looked = 0;
  for (let at = 0; at < ids.length; at += step) {
    const files = labels.flatMap((one) => one.get(ids[Math.floor(at)]!) ?? []);
    looked++;
    if (files.length > 1 && (await areOverlapping(files, threshold))) {
      return { overlapping: true, looked };
    }
  }
  return { overlapping: false, looked };
}

/** A damaged mask is the inspection's to report. */
async function areOverlapping(files: readonly string[], threshold: number): Promise<boolean> {
  const reading = { lossy: true, whiteIsZero: 'stored', upright: false } as const;
  const masks = await Promise.all(files.map((file) => decodeMask(file, reading))).catch(() => []);
  const [first, ...others] = masks;
  return (first?.data ?? []).some(
    (_, at) => [first!, ...others].filter(({ data }) => data[at]! >= threshold).length > 1,
  );
}
