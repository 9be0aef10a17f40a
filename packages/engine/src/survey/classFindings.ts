import { type Facts, firstForeground, type RaremaskError } from '@raremask/core';
import { foregroundNowhere, mostlyForeground } from './errors.ts';
import type { CountedSurvey } from './survey.ts';

/** What the classes of training and validation images look like. */
export interface ClassFindings {
  /** Classes that a split does not show, or that are of few groups, a sentence each. */
  readonly scarce: readonly string[];
  /** What is so unlikely of rare structures that it is taken for a mistake. */
  readonly unlikely: RaremaskError | undefined;
}

/** Rare structures cover less of the judged pixels. */
const MOST_FOREGROUND = 0.5;
/** Groups of the training split of which a class has to be, or what is learnt of it may hold for these alone. */
const ENOUGH_GROUPS = 5;
/** Images of a group on average, from which on there are fewer examples than images. */
const REPEATED = 2;

/**
 * Looks at both splits; samples that could not be counted are left out.
 *
 * @param groupOf what a sample is of, as a patient, where the data say so
 */
export function classFindings(
  survey: CountedSurvey,
  splits: { readonly train: readonly string[]; readonly validation: readonly string[] },
  facts: Facts,
  groupOf: (id: string) => string | undefined,
): ClassFindings {
  const train = countsOf(survey, splits.train, facts, groupOf);
  const validation = countsOf(survey, splits.validation, facts, groupOf);
  return {
    scarce: [
      ...absentClasses(train, validation, facts),
      ...classesOfFewGroups(train, validation, facts),
    ],
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
  /** Groups of the images that show it; a sample without a name of a group is one of its own. */
  readonly groups: readonly ReadonlySet<string>[];
}

function countsOf(
  survey: CountedSurvey,
  ids: readonly string[],
  facts: Facts,
  groupOf: (id: string) => string | undefined,
): Counts {
  const pixels = facts.classes.map(() => 0);
  const shown = facts.classes.map(() => 0);
  const groups = facts.classes.map(() => new Set<string>());
  let [images, judged] = [0, 0];
  for (const id of ids) {
    if (!survey.has(id)) continue;
    const image = survey.image(id);
    images++;
    judged += image.size.reduce((all, extent) => all * extent, 1) - image.ignoredPixels;
    for (const [index, own] of image.classPixels.entries()) {
      pixels[index]! += own;
      if (own === 0) continue;
      shown[index]!++;
      groups[index]!.add(groupOf(id) ?? `image ${id}`);
    }
  }
  return { images, judged, pixels, shown, groups };
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

/** Images of one group are one example seen several times. */
function* classesOfFewGroups(train: Counts, validation: Counts, facts: Facts): Generator<string> {
  const few: string[] = [];
  for (const [index, { name }] of facts.classes.entries()) {
    const [images, groups] = [train.shown[index]!, train.groups[index]!.size];
    if (index < firstForeground(facts) || images === 0) continue;
    if (groups >= ENOUGH_GROUPS || images < REPEATED * groups) continue;
    const validated = validation.shown[index]!;
    const beside =
      validated === 0
        ? ''
        : ` (${validated} validation ${validated === 1 ? 'image' : 'images'} of ${validation.groups[index]!.size})`;
    few.push(
      `${name} in ${images} training images of ${groups} ${groups === 1 ? 'group' : 'groups'}${beside}`,
    );
  }
  if (few.length === 0) return;
  yield `few groups show ${few.join(', ')}: what is learnt of it may hold for these groups alone, however long the training, and what is scored as well; images of other groups help, and published weights may (docs/weights.md)`;
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
