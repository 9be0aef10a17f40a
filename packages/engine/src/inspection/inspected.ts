import type { RaremaskError } from '@raremask/core';
import type { Inspection } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import { classFindings } from '../survey/classFindings.ts';
import { logarithmicBins } from '../survey/quantiles.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { areaOf, classCounts, foregroundOf, intensityOf, isBlank, sizesOf } from './contents.ts';
import { duplicatesOf, groupsOf, type SplitName, splitCounts } from './division.ts';
import { resolutionsOf } from './resolutions.ts';

/** What was counted, as it stands in inspection.json. */
export function inspectionOf(
  work: Work,
  survey: CountedSurvey,
  batches: Inspection['batches'],
  unreadable: ReadonlyMap<string, RaremaskError>,
  warnings: ReadonlySet<string>,
  recommendation: Inspection['recommendation'],
): Inspection {
  const { facts, loaded } = work;
  const { absent, unlikely } = classFindings(survey, work.splits, facts);
  const names = (['train', 'validation', 'test'] as const).filter(
    (name) => name !== 'test' || work.splits.test.length > 0,
  );
  const splitOfId = new Map<string, SplitName>();
  for (const name of names) for (const id of work.splits[name]) splitOfId.set(id, name);
  const ids = [...splitOfId.keys()].filter((id) => survey.has(id));
  const images = ids.map((id) => survey.image(id));
  const pixels = images.reduce((sum, image) => sum + areaOf(image), 0);
  const ignored = images.reduce((sum, image) => sum + image.ignoredPixels, 0);
  const shares = images
    .filter(({ id }) => survey.hasForeground(id))
    .map((image) => foregroundOf(image, facts) / Math.max(areaOf(image) - image.ignoredPixels, 1));
  return {
    name: loaded.manifest.name,
    ...(facts.remark !== undefined && { remark: facts.remark }),
    splits: names.map((name) => splitCounts(work, survey, name)),
    groups: groupsOf(work, survey, splitOfId),
    classes: facts.classes.map((_, index) =>
      classCounts(facts, index, images, Math.max(pixels - ignored, 1)),
    ),
    sizes: sizesOf(images),
    resolutions: resolutionsOf(images, facts),
    channels: facts.channels,
    intensity: Array.from({ length: facts.channels }, (_, channel) =>
      intensityOf(images, channel, pixels),
    ),
    ignoredShare: ignored / Math.max(pixels, 1),
    foregroundShares: logarithmicBins(shares),
    blank: images.filter(isBlank).map((image) => ({
      id: image.id,
      split: splitOfId.get(image.id)!,
      foreground: foregroundOf(image, facts),
    })),
    emptied: images
      .filter(({ emptied }) => emptied)
      .map(({ id }) => ({ id, split: splitOfId.get(id)! })),
    duplicates: duplicatesOf(
      images.filter((image) => !isBlank(image)),
      splitOfId,
    ),
    unreadable: [...unreadable]
      .filter(([id]) => splitOfId.has(id))
      .map(([id, { code, message }]) => ({ id, split: splitOfId.get(id)!, code, message })),
    batches,
    recommendation,
    unlikely: [...(unlikely === undefined ? [] : [unlikely.message]), ...absent],
    warnings: [...warnings],
  };
}
