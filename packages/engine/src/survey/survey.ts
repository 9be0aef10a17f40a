import {
  type Census,
  type Dataset,
  type Facts,
  firstForeground,
  type Survey,
  type SurveyedImage,
} from '@raremask/core';
import type { CountedImage } from '../reading/plan.ts';
import { unknownInSurvey } from './errors.ts';
import {
  type CachedImages,
  fingerprintsOf,
  type PackedImage,
  type PackedShape,
  packedClassPixels,
  packImage,
  SurveyCache,
  unpackImage,
} from './surveyCache.ts';

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
  /** Called after each image that was read; `total` leaves out what was kept. */
  onProgress?(done: number, total: number): void;
  warn?(line: string): void;
}

/** A survey with what inspection needs besides. */
export interface CountedSurvey extends Survey {
  image(id: string): CountedImage;
  /** False for an image that could not be read. */
  has(id: string): boolean;
}

/** Counts every image once, or takes over what was counted when its files were the same. */
export async function takeSurvey(options: SurveyOptions): Promise<CountedSurvey> {
  const { dataset, ids, train, identity, cacheFolder } = options;
  const { facts } = dataset;
  const shape = {
    space: facts.space,
    classes: facts.classes.length,
    channels: facts.channels,
  };
  const warn = (line: string) => options.warn?.(line);
  const fingerprints = cacheFolder && (await fingerprintsOf(dataset, ids));
  const cache = fingerprints && new SurveyCache(cacheFolder, identity, shape, warn);
  const kept: CachedImages = cache ? await cache.read() : new Map();
  const counted = new Map<string, PackedImage>();
  for (const id of ids) {
    const known = kept.get(id);
    if (known && fingerprints && known.fingerprint === fingerprints.get(id)) {
      counted.set(id, known.packed);
    }
  }
  const missing = ids.filter((id) => !counted.has(id));
  if (missing.length > 0) {
    let done = 0;
    try {
      for await (const image of await options.read(missing)) {
        counted.set(image.id, packImage(image));
        done++;
        options.onProgress?.(done, missing.length);
      }
    } finally {
      if (cache && done > 0) {
        await cache.write(merged(kept, counted, fingerprints!, new Set(dataset.ids)));
      }
    }
  }
  const trained = new Set(train);
  return survey(
    counted,
    shape,
    firstForeground(facts),
    dataset.ids.filter((id) => trained.has(id) && (options.partial !== true || counted.has(id))),
  );
}

/** Old counts stay, so that surveys of one split and of another one share the file. */
function merged(
  kept: CachedImages,
  counted: ReadonlyMap<string, PackedImage>,
  fingerprints: ReadonlyMap<string, string>,
  existing: ReadonlySet<string>,
): CachedImages {
  const all: CachedImages = new Map([...kept].filter(([id]) => existing.has(id)));
  for (const [id, packed] of counted) {
    const fingerprint = fingerprints.get(id);
    if (fingerprint !== undefined) all.set(id, { fingerprint, packed });
  }
  return all;
}

function survey(
  counted: ReadonlyMap<string, PackedImage>,
  shape: PackedShape,
  first: number,
  train: readonly string[],
): CountedSurvey {
  const packedOf = (id: string): PackedImage => {
    const packed = counted.get(id);
    if (packed === undefined) throw unknownInSurvey(id);
    return packed;
  };
  return {
    train,
    has: (id) => counted.has(id),
    image: (id) => unpackImage(id, packedOf(id), shape),
    hasForeground: (id) => packedClassPixels(packedOf(id), shape).subarray(first).some(Boolean),
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
