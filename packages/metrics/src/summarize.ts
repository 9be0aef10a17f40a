import { scoreDefinitions } from './definitions.ts';
import { mixedClasses } from './errors.ts';
import type { ImageScore, RegionScore } from './score.ts';
import type { Summary } from './summary.ts';
import { totalsOf } from './totals.ts';

export interface SummaryOptions {
  /** Numbers of alarm pixels for `alarmShareAtLeast`; 10 and 50 by default. */
  readonly alarmPixels?: readonly number[];
}

/**
 * Summarizes scores of images: any foreground, and each foreground class by itself. A class that
 * is absent from an image makes it an empty image for that class.
 *
 * Scores of several workers are merged by putting their lists together: the order of the scores
 * does not change a single bit of the result.
 */
export function summarize(
  scores: readonly ImageScore[],
  options: SummaryOptions = {},
): { readonly foreground: Summary; readonly classes: readonly Summary[] } {
  const count = scores[0]?.classes.length ?? 0;
  for (const score of scores) {
    if (score.classes.length !== count) throw mixedClasses(score.id, count, score.classes.length);
  }
  const alarmPixels = options.alarmPixels ?? [10, 50];
  return {
    foreground: summarizeRegion(
      scores.map((score) => score.foreground),
      alarmPixels,
    ),
    classes: Array.from({ length: count }, (_, index) =>
      summarizeRegion(
        scores.map((score) => score.classes[index]!),
        alarmPixels,
      ),
    ),
  };
}

function summarizeRegion(all: readonly RegionScore[], alarmPixels: readonly number[]): Summary {
  const totals = totalsOf(all, alarmPixels);
  const scores: Record<string, unknown> = {};
  const conventions: Record<string, unknown> = {};
  for (const { key, of } of scoreDefinitions) {
    const convention = key.match(/^conventions\.(.*)$/)?.[1];
    if (convention === undefined) scores[key] = of(totals);
    else conventions[convention] = of(totals);
  }
  const { images, imagesWithForeground, emptyImages, structures, structuresFound } = totals;
  // The definitions name every other member of a summary; a test holds the two together.
  return {
    ...{ images, imagesWithForeground, emptyImages, structures, structuresFound },
    ...scores,
    conventions,
  } as unknown as Summary;
}
