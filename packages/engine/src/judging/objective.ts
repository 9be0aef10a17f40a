import type { StatedCost } from '@raremask/record';
import type { Tally } from './tally.ts';

/** What a search looks for, of one class. */
export interface Objective {
  /** The more the better. */
  score(tally: Tally): number;
  /** Whether a rule may be taken, beside what every structure kept gives. */
  allows(tally: Tally, before: Tally): boolean;
}

/** Least share of the Dice that a rule has to leave: a weak network would best say nothing at all. */
const KEPT = 0.9;

/** The mean of Dice where the class is, and of quiet where it is not. */
export const QUIET_AND_DICE: Objective = {
  score: (tally) => (diceOf(tally) ?? 0) - (alarmsOf(tally) ?? 0),
  allows: (tally, before) => diceOf(tally)! >= KEPT * diceOf(before)!,
};

/** Far less than any step of a cost: it decides between equal ones alone. */
const TIE = 1e-9;

/** The least cost an image; of equals, the better Dice. Who states a cost may pay for it with Dice. */
export function leastCost(cost: StatedCost): Objective {
  return {
    score: (tally) => -costOf(cost, tally) / (cost.alarm + cost.miss) + TIE * (diceOf(tally) ?? 0),
    allows: () => true,
  };
}

/** Mean cost of an image. */
export function costOf({ alarm, miss, per }: StatedCost, tally: Tally): number {
  const total =
    per === 'image'
      ? alarm * tally.alarms + miss * tally.missed
      : alarm * tally.falseStructures + miss * tally.structuresMissed;
  return tally.images === 0 ? 0 : total / tally.images;
}

function diceOf({ dice, there }: Tally): number | null {
  return there === 0 ? null : dice / there;
}

function alarmsOf({ alarms, images, there }: Tally): number | null {
  return images === there ? null : alarms / (images - there);
}
