import { readFile } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { isRaremaskError, type RaremaskError } from '@raremask/core';
import { z } from 'zod';
import {
  brokenAnnotation,
  cannotRead,
  notCoco,
  unknownAnnotatedImage,
  unknownCategory,
  unlistedImageFile,
  unmappedCategory,
} from '../errors.ts';
import type { Options } from '../options.ts';
import { decodeRuns } from './runLength.ts';

/** The outline of one structure. */
type Outline =
  | { readonly kind: 'polygons'; readonly polygons: readonly (readonly number[])[] }
  | { readonly kind: 'runs'; readonly runs: readonly number[] };

export interface Instance {
  /** Where it stands in the file, for messages: `annotations[17]`. */
  readonly place: string;
  /** Index of the class. */
  readonly class: number;
  /** Marks a region of many structures that nobody has told apart. */
  readonly crowd: boolean;
  readonly outline: Outline;
}

/** What the file says of one image. */
export interface AnnotatedImage {
  readonly place: string;
  readonly width: number;
  readonly height: number;
  readonly instances: readonly Instance[];
}

/** The annotations of a data set. */
export interface Annotations {
  readonly file: string;
  /** By the image's path. */
  readonly byImage: ReadonlyMap<string, AnnotatedImage>;
  /** What is wrong with the annotations of an image, by its path; of several mistakes, the first. */
  readonly problems: ReadonlyMap<string, RaremaskError>;
  /** Images that are listed and not there, by the name that the file gives them. */
  readonly absent: ReadonlyMap<string, RaremaskError>;
}

const id = z.union([z.int(), z.string()]);
const extent = z.int().min(1);
const parts = {
  images: z.looseObject({ id, file_name: z.string().min(1), width: extent, height: extent }),
  categories: z.looseObject({ id, name: z.string() }),
  annotations: z.looseObject({
    image_id: id,
    category_id: id,
    iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
    segmentation: z.union([
      z.array(z.array(z.number())),
      z.strictObject({
        size: z.tuple([z.int(), z.int()]),
        counts: z.union([z.string(), z.array(z.int().min(0))]),
      }),
    ]),
  }),
} as const;

type Part = keyof typeof parts;

/** Reads and checks a COCO file against the images that are there. */
export async function readAnnotations(
  file: string,
  options: Options & { coco: NonNullable<Options['coco']> },
  images: readonly string[],
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
  const classOf = classesByCategory(options);
  const pathOf = pathFinder(images);
  const found = new Map<unknown, { path: string; image: AnnotatedImage; own: Instance[] }>();
  const byImage = new Map<string, AnnotatedImage>();
  const problems = new Map<string, RaremaskError>();
  const absent = new Map<string, RaremaskError>();
  /** What the work gives; a mistake is that of the image, where it is known which. */
  const ofImage = <T>(path: string | undefined, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (path === undefined || !isRaremaskError(error)) throw error;
      if (!problems.has(path)) problems.set(path, error);
      return undefined;
    }
  };
  for (const [at, raw] of list('images').entries()) {
    const place = `images[${at}]`;
    const { id: stated, file_name: called } = (raw ?? {}) as Record<string, unknown>;
    const known = typeof called === 'string' ? pathOf(called) : undefined;
    const entry = ofImage(known, () => checked('images', raw, place));
    if (entry === undefined) {
      found.set(stated, { path: known!, image: NO_IMAGE, own: [] });
      continue;
    }
    const { id: key, file_name: name, width, height } = entry;
    const path = known ?? name;
    if (known === undefined) absent.set(name, unlistedImageFile(file, `${place}.file_name`, name));
    if (found.has(key) || byImage.has(path)) {
      throw brokenAnnotation(file, `${place}.id`, 'one entry for each image', key);
    }
    const own: Instance[] = [];
    const image = { place, width, height, instances: own };
    found.set(key, { path, image, own });
    byImage.set(path, image);
  }
  for (const [at, raw] of list('annotations').entries()) {
    const place = `annotations[${at}]`;
    const owner = found.get((raw as { readonly image_id?: unknown } | null)?.image_id)?.path;
    const annotation = ofImage(owner, () => checked('annotations', raw, place));
    if (annotation === undefined) continue;
    const target = found.get(annotation.image_id);
    if (target === undefined) throw unknownAnnotatedImage(file, place, annotation.image_id);
    const name = names.get(annotation.category_id);
    if (name === undefined) throw unknownCategory(file, place, annotation.category_id, [...names]);
    const index = classOf.get(name);
    if (index === undefined) {
      if (options.coco.others === 'background') continue;
      throw unmappedCategory(file, place, name, Object.keys(options.classes));
    }
    const outline = ofImage(target.path, () =>
      outlineOf(file, `${place}.segmentation`, annotation.segmentation, target.image),
    );
    if (outline === undefined) continue;
    target.own.push({ place, class: index, crowd: Boolean(annotation.iscrowd), outline });
  }
  return { file, byImage, problems, absent };
}

/** Stands for an image whose entry is broken: its annotations are not looked at. */
const NO_IMAGE: AnnotatedImage = { place: '', width: 0, height: 0, instances: [] };

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
  { width, height }: AnnotatedImage,
): Outline {
  if (Array.isArray(segmentation)) {
    for (const [at, corners] of segmentation.entries()) {
      if (corners.length >= 6 && corners.length % 2 === 0) continue;
      const expected = 'x and y of at least 3 corners: an even number of values, from 6';
      throw brokenAnnotation(file, `${place}[${at}]`, expected, `${corners.length} values`);
    }
    const most = FAR * Math.max(width, height);
    const far = segmentation.flat().find((value) => Math.abs(value) > most);
    if (far !== undefined) {
      const near = `corners in the image or near it, at most ${most} pixels away`;
      throw brokenAnnotation(file, place, near, far);
    }
    return { kind: 'polygons', polygons: segmentation };
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
  return { kind: 'runs', runs };
}

/** Corners may lie beside the image, but no farther than so many times its longer side. */
const FAR = 10;

/** The class of each category, by name: those that the manifest lists, or the one of the same name. */
function classesByCategory({
  classes,
  coco,
}: Options & { coco: NonNullable<Options['coco']> }): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, name] of Object.keys(classes).entries()) {
    for (const category of [coco.categories?.[name] ?? name].flat()) found.set(category, index);
  }
  return found;
}

/** The image whose path ends with a file name as COCO writes it. */
function pathFinder(images: readonly string[]): (name: string) => string | undefined {
  const byName = new Map<string, string[]>();
  for (const path of images) {
    const own = byName.get(basename(path));
    if (own === undefined) byName.set(basename(path), [path]);
    else own.push(path);
  }
  return (name) => {
    const ending = `/${name.replace(/^\.?\//, '')}`;
    const candidates = byName.get(basename(name)) ?? [];
    return candidates.find((path) => path.split(sep).join('/').endsWith(ending));
  };
}
