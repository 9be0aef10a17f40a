import type { RaremaskError } from '@raremask/core';
import type { Inspection } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import { wantedPixelSize } from '../resolution/seenSize.ts';
import { classFindings } from '../survey/classFindings.ts';
import { logarithmicBins } from '../survey/quantiles.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import {
  areaOf,
  classCounts,
  foregroundOf,
  intensityOf,
  isBlank,
  pixelSizesOf,
  sizesOf,
} from './contents.ts';
import { duplicatesOf, groupsOf, type SplitName, splitCounts } from './division.ts';
import type { GridLosses } from './gridLosses.ts';
import { resolutionsOf } from './resolutions.ts';

type Found<T extends readonly unknown[]> = T[number];

/** What was found out apart from the counts. */
interface Known {
  readonly batches: Inspection['batches'];
  readonly unreadable: ReadonlyMap<string, RaremaskError>;
  readonly warnings: ReadonlySet<string>;
  readonly recommendation: Inspection['recommendation'];
  readonly losses: GridLosses | undefined;
}

/** What was counted, as it stands in inspection.json. */
export function inspectionOf(
  work: Work,
  survey: CountedSurvey,
  { batches, unreadable, warnings, recommendation, losses }: Known,
): Inspection {
  const { facts, loaded } = work;
  const wanted = wantedPixelSize(loaded.manifest.data.resolution);
  const { scarce, unlikely } = classFindings(survey, work.splits, facts, work.dataset.group);
  const names = (['train', 'validation', 'test'] as const).filter(
    (name) => name !== 'test' || work.splits.test.length > 0,
  );
  const splitOfId = new Map<string, SplitName>();
  for (const name of names) for (const id of work.splits[name]) splitOfId.set(id, name);
  const ids = [...splitOfId.keys()].filter((id) => survey.has(id));
  const images = survey.images(ids);
  const sums = { pixels: 0, ignored: 0 };
  const shares: number[] = [];
  const blank: Found<Inspection['blank']>[] = [];
  const emptied: Found<Inspection['emptied']>[] = [];
  for (const image of images) {
    const { id } = image;
    const [area, split] = [areaOf(image), splitOfId.get(id)!];
    const foreground = foregroundOf(image, facts);
    sums.pixels += area;
    sums.ignored += image.ignoredPixels;
    if (survey.hasForeground(id)) {
      shares.push(foreground / Math.max(area - image.ignoredPixels, 1));
    }
    if (isBlank(image)) blank.push({ id, split, foreground });
    if (image.emptied) emptied.push({ id, split });
  }
  const judged = Math.max(sums.pixels - sums.ignored, 1);
  const isGrouped = ids.some((id) => work.dataset.group(id) !== undefined);
  return {
    name: loaded.manifest.name,
    ...(facts.remark !== undefined && { remark: facts.remark }),
    splits: names.map((name) => splitCounts(work, survey, name)),
    groups: groupsOf(work, survey, splitOfId),
    classes: facts.classes.map((_, index) =>
      classCounts(facts, index, images, judged, isGrouped ? work.dataset.group : undefined),
    ),
    sizes: sizesOf(images),
    // Where the data set vouches for it, its own options bring samples to one size.
    pixelSizes:
      facts.space === 2
        ? pixelSizesOf(images, wanted !== undefined || facts.spacing !== undefined)
        : undefined,
    resolutions: resolutionsOf(images, facts, { wanted, losses }),
    ...(losses && { resolutionsTried: losses.images }),
    channels: facts.channels,
    intensity: Array.from({ length: facts.channels }, (_, channel) =>
      intensityOf(images, channel, sums.pixels),
    ),
    ignoredShare: sums.ignored / Math.max(sums.pixels, 1),
    foregroundShares: logarithmicBins(shares),
    blank,
    emptied,
    duplicates: duplicatesOf(images, splitOfId),
    unreadable: [...unreadable]
      .filter(([id]) => splitOfId.has(id))
      .map(([id, { code, message }]) => ({ id, split: splitOfId.get(id)!, code, message })),
    batches,
    recommendation,
    unlikely: [...(unlikely === undefined ? [] : [unlikely.message]), ...scarce],
    warnings: [...warnings],
  };
}
