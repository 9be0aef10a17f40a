import { readFile } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { isRaremaskError, type Log, type RaremaskError } from '@raremask/core';
import { z } from 'zod';
import { cannotRead } from '../decoding/errors.ts';
import { addTo } from '../lists.ts';
import type { Options } from '../options/options.ts';
import { missingMasks } from '../pairing/errors.ts';
import { looseName } from '../pairing/maskFiles.ts';
import type { Annotations } from './annotations.ts';
import { instancesOf, tellUnusable } from './collector.ts';
import {
  brokenAnnotation,
  notCoco,
  severalImageFiles,
  unknownAnnotatedImage,
  unknownCategory,
  unlistedImageFile,
  unmappedCategory,
  unusableOutlines,
} from './errors.ts';
import type { AnnotatedImage, Instance } from './instance.ts';
import { classesByLabel } from './labels.ts';
import { decodeRuns } from './runLength.ts';
import { problemOfRuns, type Unusable, usablePolygons } from './usable.ts';

const id = z.union([z.int(), z.string()]);
const extent = z.int().min(1);
const parts = {
  images: z.looseObject({ id, file_name: z.string().min(1), width: extent, height: extent }),
  categories: z.looseObject({ id, name: z.string() }),
  annotations: z.looseObject({
    image_id: id,
    category_id: id,
    iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
    bbox: z.array(z.number()).nullish(),
    segmentation: z
      .union([
        z.array(z.array(z.number())),
        z.strictObject({
          size: z.tuple([z.int(), z.int()]),
          counts: z.union([z.string(), z.array(z.int().min(0))]),
        }),
      ])
      .nullish(),
  }),
} as const;

type Part = keyof typeof parts;

/** Reads and checks a COCO file against the images that are there. */
export async function readCoco(
  file: string,
  options: Options & { coco: NonNullable<Options['coco']> },
  images: readonly string[],
  log: Log,
): Promise<Annotations> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw notCoco(file, (error as Error).message, error);
  }
  const list = (part: Part): unknown[] => {
    const found = (whole as Record<string, unknown> | null)?.[part];
    if (!Array.isArray(found)) throw notCoco(file, `there is no list ${part}`);
    return found;
  };
  const checked = <P extends Part>(part: P, value: unknown, place: string) => {
    const result = parts[part].safeParse(value);
    if (result.success) return result.data as z.output<(typeof parts)[P]>;
    const [issue] = result.error.issues;
    const where = [place, ...issue!.path.map(String)].join('.');
    const got = issue!.path.reduce<unknown>(
      (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
      value,
    );
    throw brokenAnnotation(file, where, expectations[part], got);
  };

  const names = new Map<unknown, string>();
  for (const [at, raw] of list('categories').entries()) {
    const { id: key, name } = checked('categories', raw, `categories[${at}]`);
    names.set(key, name);
  }
  const classOf = classesByLabel(Object.keys(options.classes), options.coco.categories);
  /** By the image's path. */
  const unusable = new Map<string, readonly Unusable[]>();
  const pathsOf = pathFinder(images);
  const found = new Map<unknown, Listed>();
  const byImage = new Map<string, AnnotatedImage>();
  const absent = new Map<string, RaremaskError>();
  const refuse = (paths: Iterable<string>, problem: RaremaskError) => {
    for (const path of paths) {
      byImage.set(path, { place: file, size: undefined, instances: [], problem });
    }
  };
  /** What the work gives; a mistake is that of the image, where it is known which. */
  const ofImage = <T>(path: string | undefined, work: () => T): T | undefined => {
    try {
      return work();
    } catch (problem) {
      if (path === undefined || !isRaremaskError(problem)) throw problem;
      const image = byImage.get(path) ?? { place: file, size: undefined, instances: [] };
      byImage.set(path, { problem, ...image });
      return undefined;
    }
  };
  for (const [at, raw] of list('images').entries()) {
    const place = `images[${at}]`;
    const { id: stated, file_name: called } = (raw ?? {}) as Record<string, unknown>;
    const paths = typeof called === 'string' ? pathsOf(called) : [];
    const [known] = paths;
    if (paths.length > 1) {
      refuse(paths, severalImageFiles(file, `${place}.file_name`, called as string, paths));
      found.set(stated, { path: known!, width: 0, height: 0, own: [] });
      continue;
    }
    const entry = ofImage(known, () => checked('images', raw, place));
    if (entry === undefined) {
      found.set(stated, { path: known!, width: 0, height: 0, own: [] });
      continue;
    }
    const { id: key, file_name: name, width, height } = entry;
    const path = known ?? name;
    if (known === undefined) absent.set(name, unlistedImageFile(file, `${place}.file_name`, name));
    if (found.has(key) || byImage.has(path)) {
      // Nobody can tell which of them the annotations are of.
      const problem = brokenAnnotation(file, `${place}.id`, 'one entry for each image', key);
      refuse(new Set([path, found.get(key)?.path ?? path]), problem);
      continue;
    }
    const own: Instance[] = [];
    found.set(key, { path, width, height, own });
    byImage.set(path, {
      place: `${file}: ${place}`,
      size: { width, height },
      instances: own,
    });
  }
  for (const [at, raw] of list('annotations').entries()) {
    const place = `annotations[${at}]`;
    const owner = found.get((raw as { readonly image_id?: unknown } | null)?.image_id)?.path;
    const annotation = ofImage(owner, () => checked('annotations', raw, place));
    if (annotation === undefined) continue;
    const target = found.get(annotation.image_id);
    if (target === undefined) {
      // It is listed as an image would be that is not there: what it shows is lost on whoever leaves it out.
      const { image_id: stray } = annotation;
      absent.set(`image_id ${stray}`, unknownAnnotatedImage(file, place, stray));
      continue;
    }
    const name = ofImage(target.path, () => {
      const called = names.get(annotation.category_id);
      if (called !== undefined) return called;
      throw unknownCategory(file, place, annotation.category_id, [...names]);
    });
    if (name === undefined) continue;
    const index = classOf.get(name);
    if (index === undefined) {
      if (options.coco.others === 'background') continue;
      throw unmappedCategory(file, place, name, Object.keys(options.classes));
    }
    const common = { place, class: index, crowd: Boolean(annotation.iscrowd) };
    const outline = ofImage(target.path, () =>
      outlineOf(file, `${place}.segmentation`, annotation.segmentation, target),
    );
    if (outline === undefined) continue;
    if (outline.unusable.length > 0)
      unusable.set(target.path, [...(unusable.get(target.path) ?? []), ...outline.unusable]);
    const box = annotation.bbox?.length === 4 ? annotation.bbox : undefined;
    target.own.push(...instancesOf({ ...common, ...outline, box }, options.coco.unusable));
  }
  if (options.coco.unusable === 'error') {
    for (const [path, own] of unusable) {
      ofImage(path, () => {
        throw unusableOutlines(file, own, 'coco');
      });
    }
  } else tellUnusable(file, [...unusable.values()].flat(), options.coco.unusable, log);
  return {
    byImage,
    fileOf: () => file,
    absent,
    missing(unlisted, among) {
      const mask = `an entry in images of ${file}`;
      return missingMasks(
        unlisted.map(({ image }) => ({ image, mask })),
        among,
      );
    },
  };
}

/** An image of the file, while its annotations are collected. */
interface Listed {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly own: Instance[];
}

const expectations: Record<Part, string> = {
  images: 'an id, a file_name, and a width and a height in whole pixels',
  categories: 'an id and a name',
  annotations:
    'an image_id, a category_id, and a segmentation: a list of polygons, or { size: [height, width], counts }',
};

function outlineOf(
  file: string,
  place: string,
  segmentation: z.output<(typeof parts)['annotations']>['segmentation'],
  { width, height }: Listed,
): {
  readonly polygons: readonly (readonly number[])[];
  readonly runs?: readonly number[];
  readonly unusable: readonly Unusable[];
} {
  if (segmentation === null || segmentation === undefined) {
    return { polygons: [], unusable: [{ place, reason: 'no outline' }] };
  }
  if (Array.isArray(segmentation)) {
    const { usable, unusable } = usablePolygons(segmentation, place, [height, width]);
    return { polygons: usable, unusable };
  }
  const { size, counts } = segmentation;
  if (size[0] !== height || size[1] !== width) {
    const expected = `[${height}, ${width}], the height and the width of the image`;
    throw brokenAnnotation(file, `${place}.size`, expected, size);
  }
  const runs = typeof counts === 'string' ? decodeRuns(counts) : counts;
  const total = runs?.every((run) => run >= 0)
    ? runs.reduce((sum, run) => sum + run, 0)
    : undefined;
  if (runs === undefined || total !== height * width) {
    const got = total === undefined ? 'no list of runs' : `runs of ${total} pixels`;
    throw brokenAnnotation(file, `${place}.counts`, `runs of ${height * width} pixels`, got);
  }
  const reason = problemOfRuns(runs);
  if (reason !== undefined) return { polygons: [], unusable: [{ place, reason }] };
  return { polygons: [], runs, unusable: [] };
}

/**
 * Finds the images whose path ends with a file name as COCO writes it: the one with this path below the folder
 * that all of them lie in, else all whose path ends so. The case of letters and the Unicode form do not count
 * where nothing fits to the letter.
 */
function pathFinder(images: readonly string[]): (name: string) => readonly string[] {
  const folder = commonFolder(images.map(slashed));
  const byName = new Map<string, string[]>();
  for (const path of images) addTo(byName, looseName(basename(path)), path);
  return (name) => {
    const ending = `/${name.replaceAll('\\', '/').replace(/^\.?\//, '')}`;
    const candidates = byName.get(looseName(ending.slice(ending.lastIndexOf('/') + 1))) ?? [];
    const fits: readonly ((path: string) => boolean)[] = [
      (path) => path === `${folder}${ending}`,
      (path) => path.endsWith(ending),
      (path) => looseName(path).endsWith(looseName(ending)),
    ];
    for (const fit of fits) {
      const found = candidates.filter((path) => fit(slashed(path)));
      if (found.length > 0) return found;
    }
    return [];
  };
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** The deepest folder that all of the paths lie in, without a slash at its end. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1));
  const depth = others.reduce((common, folders) => {
    const differs = folders.findIndex((name, at) => name !== first[at]);
    return Math.min(common, differs < 0 ? folders.length : differs);
  }, first.length);
  return first.slice(0, depth).join('/');
}
