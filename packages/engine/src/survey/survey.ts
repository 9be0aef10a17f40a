import {
  type Census,
  type Dataset,
  type Facts,
  firstForeground,
  type Survey,
  type SurveyedImage,
} from '@raremask/core';
import type { Part } from '../reading/part.ts';
import type { CountedImage } from '../reading/plan.ts';
import { CountedImages } from './countedImages.ts';
import { unknownInSurvey } from './errors.ts';
import { stampsOf } from './stamps.ts';
import { SurveyCache } from './surveyCache.ts';

export interface SurveyOptions {
  readonly dataset: Pick<Dataset, 'ids' | 'facts' | 'fingerprint'>;
  /** What is counted. */
  readonly ids: readonly string[];
  /** Ids of the training split, all of them among `ids`. */
  readonly train: readonly string[];
  /** Reads and counts images, in any order; called once, or not at all. */
  read(ids: readonly string[]): AsyncIterable<CountedImage> | Promise<AsyncIterable<CountedImage>>;
  /** Whether images that `read` leaves out are left out of the survey as well. */
  readonly partial?: boolean;
  /** Plugin and options: counts of one identity are never used for another. */
  readonly identity: string;
  /** Counts are kept here, where the data set has fingerprints. */
  readonly cacheFolder?: string;
  /** Which part of the set `ids` are, where other processes count the rest: their counts are kept apart. */
  readonly part?: Part;
  /** Called after each image that was read; `total` leaves out what was kept. */
  onProgress?(done: number, total: number): void;
  warn?(line: string): void;
}

/** A survey with what inspection needs besides. */
export interface CountedSurvey extends Survey {
  image(id: string): CountedImage;
  /** False for an image that could not be read. */
  has(id: string): boolean;
  /** Foreground classes that an image shows; none of one that could not be read. */
  classesIn(id: string): readonly number[];
  /** The images of some ids, one after the other, each time they are gone through. */
  images(ids: Iterable<string>): Iterable<CountedImage>;
  /** A number that changes with the files of an image; 0 where the data set cannot tell. */
  stamp(id: string): number;
}

/** Counts every image once, or takes over what was counted when its files were the same. */
export async function takeSurvey(options: SurveyOptions): Promise<CountedSurvey> {
  const { dataset, ids, train, identity, cacheFolder, part } = options;
  const { facts } = dataset;
  const shape = { space: facts.space, classes: facts.classes.length, channels: facts.channels };
  const counted = new CountedImages(shape);
  const stamps = cacheFolder === undefined ? undefined : await stampsOf(dataset, ids);
  const cache =
    stamps && new SurveyCache(cacheFolder!, identity, shape, (line) => options.warn?.(line));
  await cache?.read(counted, new Set(dataset.ids));
  const stampOf = new Map<string, number>();
  for (const [at, id] of ids.entries()) {
    const stamp = stamps?.[at] ?? 0;
    if (stamp !== 0 && counted.row(id)?.[0] === stamp) continue;
    counted.remove(id);
    stampOf.set(id, stamp);
  }
  let done = 0;
  try {
    if (stampOf.size > 0) {
      for await (const image of await options.read([...stampOf.keys()])) {
        const stamp = stampOf.get(image.id)!;
        counted.add(stamp, image);
        if (stamp !== 0) cache?.count(image.id, counted.row(image.id)!);
        done++;
        options.onProgress?.(done, stampOf.size);
      }
    }
  } finally {
    if (cache && part !== undefined) await cache.writePart(counted, ids, part);
    else if (cache && (done > 0 || cache.scattered)) await cache.write(counted);
  }
  const trained = new Set(train);
  // Of samples that are not asked for, counts of other files may lie in the cache.
  const asked = ids.length === dataset.ids.length ? undefined : new Set(ids);
  return survey(
    counted,
    (id) => counted.has(id) && (asked === undefined || asked.has(id)),
    firstForeground(facts),
    dataset.ids.filter((id) => trained.has(id) && (options.partial !== true || counted.has(id))),
  );
}

function survey(
  counted: CountedImages,
  has: (id: string) => boolean,
  first: number,
  train: readonly string[],
): CountedSurvey {
  const known = (id: string): string => {
    if (!has(id)) throw unknownInSurvey(id);
    return id;
  };
  return {
    train,
    has,
    classesIn: (id) => {
      const pixels = has(id) ? counted.view(id)!.classPixels : [];
      return pixels.flatMap((count, index) => (index >= first && count > 0 ? [index] : []));
    },
    image: (id) => counted.image(known(id))!,
    images: (ids) => ({
      *[Symbol.iterator]() {
        for (const id of ids) yield counted.view(known(id))!;
      },
    }),
    stamp: (id) => counted.row(id)?.[0] ?? 0,
    hasForeground: (id) => counted.anyPixels(known(id), first),
  };
}

/** Frequencies over the training split of a survey. */
export function censusOf(survey: Survey, facts: Facts): Census {
  const first = firstForeground(facts);
  const classes = facts.classes.map(() => ({ pixels: 0, images: 0, structures: 0, sizes: 0 }));
  let emptyImages = 0;
  let pixels = 0;
  for (const id of survey.train) {
    const image = survey.image(id);
    pixels += image.size.reduce((all, extent) => all * extent, 1) - image.ignoredPixels;
    if (!survey.hasForeground(id)) emptyImages++;
    for (const [index, own] of image.classPixels.entries()) {
      classes[index]!.pixels += own;
      if (own > 0) classes[index]!.images++;
    }
    const found = structuresOf(image, first);
    for (const [index, own] of found.entries()) classes[index]!.structures += own;
  }
  return {
    images: survey.train.length,
    emptyImages,
    pixels,
    classes: facts.classes.map(({ name }, index) => {
      const own = classes[index]!;
      const structures = Math.round(own.structures);
      return {
        name,
        pixels: own.pixels,
        share: pixels === 0 ? 0 : own.pixels / pixels,
        images: own.images,
        structures,
        meanStructure: structures === 0 ? 0 : own.pixels / structures,
      };
    }),
  };
}

/**
 * Structures of each class in one image. Where a survey has not kept them all, those that are missing
 * are shared out as those that are kept.
 */
export function structuresOf(image: SurveyedImage, first: number): number[] {
  const counts = image.classPixels.map(() => 0);
  for (const structure of image.structures) counts[structure.class]!++;
  const kept = image.structures.length;
  return counts.map((own, index) =>
    index < first || kept === 0 ? 0 : (own * image.structureCount) / kept,
  );
}
