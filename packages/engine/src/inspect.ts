import {
  type Facts,
  firstForeground,
  isRaremaskError,
  type OnEvent,
  type RaremaskError,
  type RunEvent,
  type Sample,
} from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { ClassInspection, Inspection } from '@raremask/record';
import { forecast } from './inspection/forecast.ts';
import { keptForecast } from './inspection/forecastCache.ts';
import { resolutionsOf } from './inspection/resolutions.ts';
import { nothingReadable } from './opening/errors.ts';
import type { OpenedData } from './opening/openData.ts';
import { openWork, type Work } from './opening/openWork.ts';
import type { CountedImage } from './reading/plan.ts';
import { planWithin, recommend } from './recommendation/recommend.ts';
import type { Within } from './recommendation/within.ts';
import type { Coarseness } from './recommendation/withinBudget.ts';
import type { Compute } from './runner/compute.ts';
import { classFindings } from './survey/classFindings.ts';
import { logarithmicBins, quantileOf } from './survey/quantiles.ts';
import type { CountedSurvey } from './survey/survey.ts';

type SplitName = 'train' | 'validation' | 'test';

/** A sample to look at, with the reason that it was chosen. */
export interface Example {
  readonly sample: Sample;
  readonly split: string;
  /** `smallest`, `typical` and `largest` foreground, or `empty`. */
  readonly kind: 'smallest' | 'typical' | 'largest' | 'empty';
  readonly foreground: number;
  readonly classes: number;
  readonly overlapping: boolean;
}

export interface InspectOptions {
  readonly onEvent: OnEvent;
  /** Gets a few samples to look at; left out, none is read for it. */
  onExample?(example: Example): void | Promise<void>;
  /** A time, as 10m, that the recommendation is for: what networks cost here is then measured. */
  readonly budget?: string;
  /** What compiled steps run on where costs are measured; without it the tfjs backend in use computes. */
  readonly compute?: Compute | undefined;
}

/** Draws that a forecast counts in each of its epochs, about. */
const FORECAST_DRAWS = 3000;

/**
 * Counts a data set, what the manifest's sampler makes of it, and what training it recommends.
 * Samples that cannot be read are listed, and everything else is counted without them.
 */
export async function inspect(
  source: LoadedManifest | OpenedData,
  { onEvent, onExample, budget, compute }: InspectOptions,
): Promise<Inspection> {
  const warnings = new Set<string>();
  const warn = (event: RunEvent) => {
    if (event.type === 'note' && event.level === 'warn') warnings.add(event.text);
  };
  const work = await openWork(source, {
    onEvent: (event) => {
      warn(event);
      onEvent(event);
    },
    onData: onEvent,
    unreadable: 'list',
  });
  const unfollow = work.follow(warn);
  try {
    const { survey, unreadable } = await work.counted();
    const all = Object.values(work.splits).flat();
    if (all.length > 0 && !all.some((id) => survey.has(id))) throw nothingReadable(unreadable);
    const batches = await batchesOf(work, survey);
    if (onExample) for (const example of examplesOf(work, survey)) await onExample(await example());
    const within =
      budget === undefined
        ? undefined
        : await planWithin(work, survey, {
            time: budget,
            compute,
            resolutions: coarsenessOf(work, survey),
          });
    return inspectionOf(work, survey, batches, unreadable, warnings, within);
  } finally {
    unfollow();
    await work.close();
  }
}

/** Resolutions that a training may have, with what the class keeps there that loses the most. */
function coarsenessOf({ facts }: Work, survey: CountedSurvey): Coarseness[] {
  const images = survey.train.map((id) => survey.image(id));
  const coarser = resolutionsOf(images, facts) ?? [{ factor: 1, classes: [] }];
  return coarser.map(({ factor, classes }) => ({
    factor,
    kept: Math.min(1, ...classes.flatMap(({ kept }) => kept ?? [])),
  }));
}

async function batchesOf(work: Work, survey: CountedSurvey): Promise<Inspection['batches']> {
  const { manifest, plugins } = work.loaded;
  const { batch, epochs } = manifest.train;
  const facts = { sampler: plugins.sampler.use, batch };
  if (survey.train.length === 0) {
    return { ...facts, problem: 'the training split holds no image that can be read' };
  }
  try {
    const sampler = await work.scope.make(plugins.sampler);
    const looked = [...new Set([0, Math.floor((epochs - 1) / 2), epochs - 1])];
    const make = () => forecast({ ...work, sampler, survey, epochs: looked, most: FORECAST_DRAWS });
    const parts = [batch, manifest.seed, looked, FORECAST_DRAWS, survey.train];
    const counted = await keptForecast(work, parts, make);
    return { ...facts, window: sampler.window ?? null, ...counted };
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    return { ...facts, problem: error.message };
  }
}

function inspectionOf(
  work: Work,
  survey: CountedSurvey,
  batches: Inspection['batches'],
  unreadable: ReadonlyMap<string, RaremaskError>,
  warnings: ReadonlySet<string>,
  within: Within | undefined,
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
    recommendation: recommend(work, survey, within),
    unlikely: [...(unlikely === undefined ? [] : [unlikely.message]), ...absent],
    warnings: [...warnings],
  };
}

function splitCounts(work: Work, survey: CountedSurvey, name: SplitName) {
  const ids = work.splits[name];
  const filled = new Set<string>();
  const groups = new Set<string>();
  let empty = 0;
  for (const id of ids) {
    const group = work.dataset.group(id) ?? `image ${id}`;
    groups.add(group);
    if (!survey.has(id)) continue;
    if (survey.hasForeground(id)) filled.add(group);
    else empty++;
  }
  return {
    name,
    images: ids.length,
    empty,
    groups: groups.size,
    emptyGroups: groups.size - filled.size,
  };
}

function groupsOf(
  { dataset }: Work,
  survey: CountedSurvey,
  splitOfId: ReadonlyMap<string, SplitName>,
): Inspection['groups'] {
  const groups = new Map<string, { splits: Set<string>; images: number; empty: number }>();
  for (const [id, split] of splitOfId) {
    const name = dataset.group(id);
    if (name === undefined) continue;
    const group = groups.get(name) ?? { splits: new Set(), images: 0, empty: 0 };
    groups.set(name, group);
    group.splits.add(split);
    group.images++;
    if (survey.has(id) && !survey.hasForeground(id)) group.empty++;
  }
  return [...groups]
    .filter(([, { images }]) => images > 1)
    .map(([name, { splits, images, empty }]) => ({ name, splits: [...splits], images, empty }));
}

function classCounts(
  facts: Facts,
  index: number,
  images: readonly CountedImage[],
  judged: number,
): ClassInspection {
  const { name, value } = facts.classes[index]!;
  const own = images.reduce((sum, image) => sum + image.classPixels[index]!, 0);
  const sizes = images
    .flatMap((image) => image.structures.filter((structure) => structure.class === index))
    .map((structure) => structure.pixels)
    .sort((left, right) => left - right);
  const quantile = (share: number) => quantileOf(sizes, share);
  const absent = index < firstForeground(facts) || sizes.length === 0;
  return {
    name,
    value,
    pixels: own,
    share: own / judged,
    images: images.filter((image) => image.classPixels[index]! > 0).length,
    structures: sizes.length,
    structurePixels: absent
      ? null
      : {
          min: quantile(0),
          q05: quantile(0.05),
          q25: quantile(0.25),
          median: quantile(0.5),
          mean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
          q75: quantile(0.75),
          q95: quantile(0.95),
          max: quantile(1),
        },
    structureSizes: absent ? [] : logarithmicBins(sizes),
  };
}

function sizesOf(images: readonly CountedImage[]): Inspection['sizes'] {
  const sizes = new Map<string, { readonly size: readonly number[]; images: number }>();
  for (const { size } of images) {
    const key = size.join('x');
    const entry = sizes.get(key) ?? { size, images: 0 };
    entry.images++;
    sizes.set(key, entry);
  }
  return [...sizes.values()].sort((left, right) => right.images - left.images);
}

function intensityOf(
  images: readonly CountedImage[],
  channel: number,
  pixels: number,
): Inspection['intensity'][number] {
  const all = images.map((image) => image.intensity[channel]!);
  const weights = images.map(areaOf);
  const pooled = (values: readonly number[]) =>
    values.reduce((sum, value, index) => sum + value * weights[index]!, 0) / Math.max(pixels, 1);
  const mean = pooled(all.map((fact) => fact.mean));
  const meanSquare = pooled(all.map((fact) => fact.meanSquare));
  const means = all.map((fact) => fact.mean).sort((left, right) => left - right);
  return {
    channel,
    min: all.reduce((least, fact) => Math.min(least, fact.minimum), Number.POSITIVE_INFINITY),
    mean,
    deviation: Math.sqrt(Math.max(meanSquare - mean * mean, 0)),
    max: all.reduce((most, fact) => Math.max(most, fact.maximum), Number.NEGATIVE_INFINITY),
    imageMeans: {
      q05: quantileOf(means, 0.05),
      median: quantileOf(means, 0.5),
      q95: quantileOf(means, 0.95),
    },
  };
}

function duplicatesOf(
  images: readonly CountedImage[],
  splitOfId: ReadonlyMap<string, SplitName>,
): Inspection['duplicates'] {
  const byDigest = new Map<string, string[]>();
  for (const { id, digest } of images) {
    const same = byDigest.get(digest);
    if (same) same.push(id);
    else byDigest.set(digest, [id]);
  }
  return [...byDigest.values()]
    .filter((ids) => ids.length > 1)
    .map((ids) => ({ ids, splits: [...new Set(ids.map((id) => splitOfId.get(id)!))] }))
    .sort((left, right) => right.splits.length - left.splits.length);
}

/** Two images with little foreground, two with a typical amount, two with much, and two empty ones. */
function* examplesOf(work: Work, survey: CountedSurvey): Generator<() => Promise<Example>> {
  const { facts, dataset, splits } = work;
  const all = Object.entries(splits).flatMap(([split, ids]) =>
    ids.filter((id) => survey.has(id)).map((id) => ({ id, split })),
  );
  const filled = all
    .filter(({ id }) => survey.hasForeground(id))
    .map((entry) => ({ ...entry, foreground: foregroundOf(survey.image(entry.id), facts) }))
    .sort((left, right) => left.foreground - right.foreground);
  const middle = Math.max(Math.floor(filled.length / 2) - 1, 0);
  const empty = all.filter(({ id }) => !survey.hasForeground(id));
  const chosen = [
    ...filled.slice(0, 2).map((entry) => ({ ...entry, kind: 'smallest' as const })),
    ...filled.slice(middle, middle + 2).map((entry) => ({ ...entry, kind: 'typical' as const })),
    ...filled.slice(-2).map((entry) => ({ ...entry, kind: 'largest' as const })),
    ...empty.slice(0, 2).map((entry) => ({ ...entry, kind: 'empty' as const, foreground: 0 })),
  ];
  const seen = new Set<string>();
  for (const { id, ...rest } of chosen) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield async () => ({
      ...rest,
      sample: await dataset.read(id),
      classes: facts.classes.length,
      overlapping: facts.overlapping,
    });
  }
}

function isBlank({ intensity }: CountedImage): boolean {
  return intensity.every(({ minimum, maximum }) => minimum === maximum);
}

function areaOf({ size }: CountedImage): number {
  return size.reduce((product, extent) => product * extent, 1);
}

/** Pixels of all foreground classes; of overlapping classes, a pixel counts for each. */
function foregroundOf({ classPixels }: CountedImage, facts: Facts): number {
  return classPixels.slice(firstForeground(facts)).reduce((sum, own) => sum + own, 0);
}
