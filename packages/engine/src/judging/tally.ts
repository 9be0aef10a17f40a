import { dice } from '@raremask/metrics';
import type { ClassErrors } from '@raremask/record';
import type { ClassSeen } from './candidates.ts';

/** Sums over the images of a class; those of several sets of images add up. */
export interface Tally {
  images: number;
  /** Images with no class at all. */
  empty: number;
  /** Images with the class, the sum of their Dice, and those of which no pixel is hit. */
  there: number;
  dice: number;
  missed: number;
  /** Images without the class in which any is predicted. */
  alarms: number;
  /** Structures of the truth, those that no prediction touches, and predicted ones that touch none. */
  structures: number;
  structuresMissed: number;
  falseStructures: number;
  /** Sum over the images of how strict the rule is (`ClassRule`). */
  strictness: number;
}

const NAMES = [
  'images',
  'empty',
  'there',
  'dice',
  'missed',
  'alarms',
  'structures',
  'structuresMissed',
  'falseStructures',
  'strictness',
] as const satisfies readonly (keyof Tally)[];

export const NOTHING: Tally = Object.freeze({
  images: 0,
  empty: 0,
  there: 0,
  dice: 0,
  missed: 0,
  alarms: 0,
  structures: 0,
  structuresMissed: 0,
  falseStructures: 0,
  strictness: 0,
});

/** @param sign -1 takes the second away */
export function combined(left: Tally, right: Tally, sign: 1 | -1 = 1): Tally {
  const sum = { ...left };
  for (const name of NAMES) sum[name] += sign * right[name];
  return sum;
}

/** How predicted structures of a class are chosen. */
export interface ClassRule {
  readonly minimumSize: number;
  readonly peak: number;
  /** 0 where nothing is left out that the threshold predicts, 1 for the strictest rule that is tried. */
  readonly strictness: number;
}

/**
 * What a rule makes of one class of one image.
 *
 * @param threshold place among those that candidates were made with
 */
export function tallied(
  { presence, isEmpty, truth, structures, candidates }: ClassSeen,
  threshold: number,
  gate: number,
  { minimumSize, peak, strictness }: ClassRule,
): Tally {
  let [judged, hits, falseStructures] = [0, 0, 0];
  const touched = new Set<number>();
  for (const one of presence < gate ? [] : candidates[threshold]!) {
    if (one.pixels < minimumSize || one.peak < peak) continue;
    judged += one.judged;
    hits += one.hits;
    // One that reaches what nobody has judged may be a structure there.
    if (one.hits === 0 && one.judged === one.pixels) falseStructures++;
    for (const structure of one.touched) touched.add(structure);
  }
  const there = truth > 0;
  return {
    images: 1,
    empty: Number(isEmpty),
    there: Number(there),
    dice: there ? (dice({ hits, misses: truth - hits, alarms: judged - hits }) ?? 0) : 0,
    missed: Number(there && hits === 0),
    alarms: Number(!there && judged > 0),
    ...{ structures, structuresMissed: structures - touched.size, falseStructures },
    strictness: 1 - (1 - strictness) * (1 - gate),
  };
}

export function errorsOf(tally: Tally): ClassErrors {
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    dice: share(tally.dice, tally.there),
    alarms: share(tally.alarms, tally.images - tally.there),
    missed: share(tally.missed, tally.there),
    structuresMissed: share(tally.structuresMissed, tally.structures),
    falseStructures: share(tally.falseStructures, tally.images),
  };
}
