import type { StatedCost } from '@raremask/record';
import type { Tally } from './tally.ts';

/** What a search looks for, of each class. */
export interface Objective {
  /** The more the better. */
  score(tally: Tally): number;
  /**
   * What a rule takes away that must not all go, beside what every structure kept gives; undefined where anything
   * may. Of all classes together no more than `most` may be lost.
   */
  readonly loss?: {
    of(tally: Tally, before: Tally): number;
    most(before: readonly Tally[]): number;
  };
  /** What decides between rules that are nearly the best ones; undefined where nothing does. */
  readonly nearly?: {
    /** How much worse a rule's score may be, on average over the classes. */
    readonly margin: number;
    /** The less the better. */
    of(tally: Tally): number;
  };
}

/** Share of the Dice that may be lost: without a bound, a weak network would best say nothing at all. */
const LOST = 0.1;

/** Scores that are so near say the same of a few dozen images; a seed makes more of a difference. */
const MARGIN = 0.01;

/**
 * Dice that a rule may cost on images that were not looked at: of n images in which the class is found, none of
 * which the rule loses, the next one may still be lost with a probability of 1 / (n + 1) (rule of succession; Laplace
 * 1774), the more so the stricter the rule is.
 */
function unseenLoss(tally: Tally): number {
  const { images, there, missed, strictness } = tally;
  if (images === 0) return 0;
  return ((strictness / images) * (diceOf(tally) ?? 0)) / (there - missed + 1);
}

/**
 * The mean of Dice where a class is, and of quiet where it is not, as long as nine tenths of the mean Dice over the
 * classes stay: one whose alarms are everywhere and that is hardly ever found may be given up where others carry it.
 * Of rules that differ by less than a hundredth, the one with the fewest false structures: a speck in an image with
 * foreground, which costs next to no Dice, is what an alarm will be in one without.
 */
export const QUIET_AND_DICE: Objective = {
  score: (tally) => (diceOf(tally) ?? 0) - (alarmsOf(tally) ?? 0) - unseenLoss(tally),
  loss: {
    of: (tally, before) => Math.max(0, (diceOf(before) ?? 0) - (diceOf(tally) ?? 0)),
    most: (before) => LOST * before.reduce((sum, tally) => sum + (diceOf(tally) ?? 0), 0),
  },
  nearly: { margin: MARGIN, of: ({ falseStructures }) => falseStructures },
};

/** Far less than any step of a cost: it decides between equal ones alone. */
const TIE = 1e-9;

/** The least cost an image; of equals, the better Dice. Who states a cost may pay for it with Dice. */
export function leastCost(cost: StatedCost): Objective {
  return {
    score: (tally) => -costOf(cost, tally) / (cost.alarm + cost.miss) + TIE * (diceOf(tally) ?? 0),
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
