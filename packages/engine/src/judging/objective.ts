import type { StatedCost } from '@raremask/record';
import type { Tally } from './tally.ts';

/** What a search looks for, of each class. */
export interface Objective {
  /**
   * The more the better; of several classes the sum counts.
   *
   * @param share of the images of which any class is found, those of this class; an image counts for each class that it has
   */
  score(tally: Tally, share: number): number;
  /**
   * What a rule takes away that must not all go, beside what every structure kept gives; undefined where anything
   * may. Of all classes together no more than `most` may be lost.
   */
  readonly loss?: {
    of(tally: Tally, before: Tally): number;
    most(before: readonly Tally[]): number;
  };
}

/** Share of the Dice that may be lost: without a bound, a weak network would best say nothing at all. */
const LOST = 0.1;

/** Empty images by which false structures of all images count, beside the empty ones that there are. */
const SPECKED = 10;

/**
 * Of n images in which something never happened, the share of others in which it still does: up to 3 / (n + 1), with a confidence
 * of 95 % (rule of three; Hanley and Lippman-Hand 1983, If nothing goes wrong, is everything all right?).
 */
function unseenShare(images: number): number {
  return Math.min(1, 3 / (images + 1));
}

/** Dice that a rule may cost on images that were not looked at, the more the stricter it is. */
function unseenLoss(tally: Tally): number {
  const { images, there, missed, strictness } = tally;
  if (images === 0) return 0;
  return (strictness / images) * unseenShare(there - missed) * (diceOf(tally) ?? 0);
}

/**
 * Share of empty images with an alarm, of which a few that are all quiet say little: a speck in an image with foreground, which
 * costs next to no Dice, is what an alarm will be in one without. So ten more count, in which false structures are as frequent
 * as in all images. Nothing where no image is empty, since none is asked to be quiet.
 */
function expectedAlarms({ images, there, alarms, falseStructures }: Tally): number {
  const empty = images - there;
  if (empty === 0) return 0;
  const specked = 1 - Math.exp(-falseStructures / images);
  return (alarms + SPECKED * specked) / (empty + SPECKED);
}

/**
 * Share of empty images with an alarm that were not looked at, the more the less strict a rule is; the ten count as looked at,
 * or of few empty images nothing but the strictest rule would be certain enough.
 */
function unseenAlarms({ images, there, alarms, strictness }: Tally): number {
  const empty = images - there;
  return empty === 0 ? 0 : (1 - strictness / images) * unseenShare(empty + SPECKED - alarms);
}

/**
 * What a class's alarms weigh. In an empty image an alarm of any class is one of the image; where other classes are, it is an
 * error among theirs, and weighs as the class's Dice does.
 */
function weightOfAlarms({ images, there, empty }: Tally, share: number): number {
  const without = images - there;
  return without === 0 ? 0 : (empty + share * (without - empty)) / without;
}

/**
 * Dice where a class is, less the alarms where it is not, both as they are to be expected of other images, as long as
 * nine tenths of the mean Dice over the classes stay: one whose alarms are everywhere and that is hardly ever found may be given
 * up where others carry it. Its Dice weighs as much as the class has of the images with foreground.
 */
export const QUIET_AND_DICE: Objective = {
  score: (tally, share) =>
    share * ((diceOf(tally) ?? 0) - unseenLoss(tally)) -
    weightOfAlarms(tally, share) * (expectedAlarms(tally) + unseenAlarms(tally)),
  loss: {
    of: (tally, before) => Math.max(0, (diceOf(before) ?? 0) - (diceOf(tally) ?? 0)),
    most: (before) => LOST * before.reduce((sum, tally) => sum + (diceOf(tally) ?? 0), 0),
  },
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
