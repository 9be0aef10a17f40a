import type { ImageNumbers } from '@raremask/core';
import { mixedClasses } from './errors.ts';
import type { ImageScore, RegionScore } from './score.ts';
import type { AddedScore } from './scores/definition.ts';
import { MeasuredSet } from './scores/scoredSet.ts';
import { definitionsFor } from './scores/standard.ts';
import type { Summary } from './summary.ts';

export interface SummaryOptions {
  /** Numbers of alarm pixels for `alarmShareAtLeast`; 10 and 50 by default. */
  readonly alarmPixels?: readonly number[];
  /** Scores that the images were measured by, beside the standard ones. */
  readonly added?: readonly Pick<AddedScore, 'name' | 'of'>[];
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
  return {
    foreground: summarizeRegion(
      scores.map((score) => score.foreground),
      options,
    ),
    classes: Array.from({ length: count }, (_, index) =>
      summarizeRegion(
        scores.map((score) => score.classes[index]!),
        options,
      ),
    ),
  };
}

function summarizeRegion(
  all: readonly RegionScore[],
  { alarmPixels = [10, 50], added = [] }: SummaryOptions,
): Summary {
  const scored = all.filter(({ pixels }) => pixels > 0);
  const total = (key: 'structures' | 'structuresFound') =>
    scored.reduce((sum, counts) => sum + counts[key], 0);
  const imagesWithForeground = scored.filter(({ hits, misses }) => hits + misses > 0).length;
  const setOf = (measured: readonly ImageNumbers[]) =>
    new MeasuredSet(measured, imagesWithForeground);
  const scores: Record<string, unknown> = {};
  const conventions: Record<string, number | null> = {};
  const shares: { readonly pixels: number; readonly share: number | null }[] = [];
  for (const { key, measure, of } of definitionsFor(alarmPixels)) {
    const value = of(setOf(scored.map((counts) => measure(counts))));
    const [place, name] = key.split('.');
    if (name === undefined) scores[key] = value;
    else if (place === 'conventions') conventions[name] = value;
    else shares.push({ pixels: Number(name), share: value });
    if (key === 'alarmShare') scores['alarmShareAtLeast'] = shares;
  }
  const ownScores = added.map(({ name, of }) => [
    name,
    of(setOf(scored.map(({ measured }) => measured?.[name] ?? {}))),
  ]);
  // The definitions name every other member of a summary; a test holds the two together.
  return {
    images: scored.length,
    imagesWithForeground,
    emptyImages: scored.length - imagesWithForeground,
    structures: total('structures'),
    structuresFound: total('structuresFound'),
    ...scores,
    conventions,
    ...(added.length > 0 && { added: Object.fromEntries(ownScores) }),
  } as unknown as Summary;
}

/** What a score is of one image alone; null where the image has none, or no scored pixel. */
export function imageScoreOf(
  region: RegionScore,
  { name, of }: Pick<AddedScore, 'name' | 'of'>,
): number | null {
  const numbers = region.measured?.[name];
  if (numbers === undefined) return null;
  return of(new MeasuredSet([numbers], Number(region.hits + region.misses > 0)));
}
