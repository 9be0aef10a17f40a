import type { ImageNumbers } from '@raremask/core';
import { mixedClasses } from './errors.ts';
import { bootstrapIntervals } from './intervals.ts';
import type { ImageScore, RegionScore } from './score.ts';
import type { AddedScore, ShownScore } from './scores/definition.ts';
import { MeasuredSet } from './scores/scoredSet.ts';
import { definitionsFor } from './scores/standard.ts';
import type { Summary } from './summary.ts';

export interface SummaryOptions {
  /** Numbers of alarm pixels for `alarmShareAtLeast`; 10 and 50 by default. */
  readonly alarmPixels?: readonly number[];
  /** Scores that the images were measured by, beside the standard ones. */
  readonly added?: readonly Pick<AddedScore, 'name' | 'of'>[];
  /** The group of an image, as a patient; with it, intervals are made. */
  readonly groupOf?: ((id: string) => string) | undefined;
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
  const ids = scores.map(({ id }) => id);
  return {
    foreground: summarizeRegion(
      scores.map((score) => score.foreground),
      ids,
      options,
    ),
    classes: Array.from({ length: count }, (_, index) =>
      summarizeRegion(
        scores.map((score) => score.classes[index]!),
        ids,
        options,
      ),
    ),
  };
}

function summarizeRegion(
  all: readonly RegionScore[],
  ids: readonly string[],
  { alarmPixels = [10, 50], added = [], groupOf }: SummaryOptions,
): Summary {
  const scored = all.filter(({ pixels }) => pixels > 0);
  const total = (key: 'structures' | 'structuresFound') =>
    scored.reduce((sum, counts) => sum + counts[key], 0);
  const isFilled = ({ hits, misses }: RegionScore) => hits + misses > 0;
  const imagesWithForeground = scored.filter(isFilled).length;
  const scores: Record<string, unknown> = {};
  const conventions: Record<string, number | null> = {};
  const shares: { readonly pixels: number; readonly share: number | null }[] = [];
  const rows = [
    ...definitionsFor(alarmPixels).map(({ key, measure, of, outOf }) => ({
      ...{ key, of, counts: countsOf(outOf) },
      measured: scored.map((counts) => measure(counts)),
    })),
    ...added.map(({ name, of }) => ({
      ...{ key: `added.${name}`, of },
      measured: scored.map(({ measured }) => measured?.[name] ?? {}),
    })),
  ];
  const ownScores: Record<string, number | null> = {};
  for (const { key, of, measured } of rows) {
    const value = of(new MeasuredSet(measured, imagesWithForeground));
    const dot = key.indexOf('.');
    const [place, name] = dot < 0 ? [key] : [key.slice(0, dot), key.slice(dot + 1)];
    if (name === undefined) scores[key] = value;
    else if (place === 'conventions') conventions[name] = value;
    else if (place === 'added') ownScores[name] = value;
    else shares.push({ pixels: Number(name), share: value });
    if (key === 'alarmShare') scores['alarmShareAtLeast'] = shares;
  }
  const images = all.flatMap((region, at) =>
    region.pixels > 0 && groupOf
      ? [{ id: ids[at]!, group: groupOf(ids[at]!), isFilled: isFilled(region) }]
      : [],
  );
  // The definitions name every other member of a summary; a test holds the two together.
  return {
    images: scored.length,
    imagesWithForeground,
    emptyImages: scored.length - imagesWithForeground,
    structures: total('structures'),
    structuresFound: total('structuresFound'),
    ...scores,
    conventions,
    ...(added.length > 0 && { added: ownScores }),
    ...(groupOf && {
      groups: new Set(images.map(({ group }) => group)).size,
      intervals: bootstrapIntervals(images, rows),
    }),
  } as unknown as Summary;
}

/** Whether an image has any of what a share is counted over. */
function countsOf(outOf: ShownScore['outOf']): ((numbers: ImageNumbers) => boolean) | undefined {
  if (outOf === undefined) return undefined;
  if (outOf === 'structures') return ({ structures }) => Number(structures) > 0;
  return (numbers) => Object.values(numbers).some((value) => value !== null);
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
