import { type Facts, firstForeground, type RaremaskError } from '@raremask/core';
import { foregroundNowhere, mostlyForeground } from './errors.ts';
import type { CountedSurvey } from './survey.ts';

/** What the classes of training and validation images look like. */
export interface ClassFindings {
  /** Classes that a split does not show, a sentence each. */
  readonly absent: readonly string[];
  /** What is so unlikely of rare structures that it is taken for a mistake. */
  readonly unlikely: RaremaskError | undefined;
}

/** Rare structures cover less of the judged pixels. */
const MOST_FOREGROUND = 0.5;

/** Looks at both splits; samples that could not be counted are left out. */
export function classFindings(
  survey: CountedSurvey,
  splits: { readonly train: readonly string[]; readonly validation: readonly string[] },
  facts: Facts,
): ClassFindings {
  const train = countsOf(survey, splits.train, facts);
  const validation = countsOf(survey, splits.validation, facts);
  return {
    absent: [...absentClasses(train, validation, facts)],
    unlikely: unlikelyOf(train, facts),
  };
}

/** Of one split. */
interface Counts {
  readonly images: number;
  /** Judged pixels. */
  readonly judged: number;
  /** Pixels of each class, and images that show it. */
  readonly pixels: readonly number[];
  readonly shown: readonly number[];
}

function countsOf(survey: CountedSurvey, ids: readonly string[], facts: Facts): Counts {
  const pixels = facts.classes.map(() => 0);
  const shown = facts.classes.map(() => 0);
  let [images, judged] = [0, 0];
  for (const id of ids) {
    if (!survey.has(id)) continue;
    const image = survey.image(id);
    images++;
    judged += image.size.reduce((all, extent) => all * extent, 1) - image.ignoredPixels;
    for (const [index, own] of image.classPixels.entries()) {
      pixels[index]! += own;
      if (own > 0) shown[index]!++;
    }
  }
  return { images, judged, pixels, shown };
}

function* absentClasses(train: Counts, validation: Counts, facts: Facts): Generator<string> {
  const first = firstForeground(facts);
  const names = facts.classes.map(({ name }) => name);
  const nothing = validation.images > 0 && validation.shown.slice(first).every((own) => own === 0);
  for (const [index, name] of names.entries()) {
    if (index < first) continue;
    const [trained, validated] = [train.shown[index]!, validation.shown[index]!];
    if (trained === 0 && train.images > 0) {
      yield `${name} is in none of the ${train.images} training images (and in ${validated} of the ${validation.images} validation images): it cannot be learnt`;
    }
    if (validated === 0 && validation.images > 0 && !nothing) {
      yield `${name} is in none of the ${validation.images} validation images (and in ${trained} of the ${train.images} training images): no score says how well it is found`;
    }
  }
  if (nothing) {
    yield `none of the ${validation.images} validation images has foreground: only false alarms are scored, and no score says whether anything is found`;
  }
}

function unlikelyOf(train: Counts, facts: Facts): RaremaskError | undefined {
  if (train.images === 0 || train.judged === 0) return undefined;
  const first = firstForeground(facts);
  const own = train.pixels.slice(first);
  const classes = facts.classes.slice(first);
  if (own.every((pixels) => pixels === 0)) return foregroundNowhere(train.images, facts.classes);
  // Overlapping classes may each have their half.
  const covered = facts.overlapping
    ? Math.max(...own)
    : own.reduce((sum, pixels) => sum + pixels, 0);
  const share = covered / train.judged;
  if (share <= MOST_FOREGROUND) return undefined;
  const shares = classes.map(({ name }, index) => ({ name, share: own[index]! / train.judged }));
  return mostlyForeground(share, shares, facts.classes, facts.overlapping);
}
