import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Log, RaremaskError } from '@raremask/core';
import { namesOfFormats, READABLE } from '../decoding/formats.ts';
import { addTo } from '../lists.ts';
import { some } from '../names.ts';
import type { Options } from '../options/options.ts';
import {
  maskAmongImages,
  maskIsImage,
  missingMasks,
  noFolder,
  noImages,
  noSuchPath,
  sharedMask,
} from './errors.ts';
import {
  anyFiles,
  collect,
  filesFitting,
  isFolder,
  type Listed,
  listImages,
  withoutDuplicates,
  withoutExtension,
} from './images.ts';
import {
  type FoundMasks,
  findMasks,
  looseName,
  type MaskPattern,
  maskFiles,
  maskPattern,
  tellNames,
} from './maskFiles.ts';
import { placeholdersIn } from './placeholders.ts';
import { maskSlots } from './slots.ts';

/** One image and the masks that belong to it. */
export interface Entry extends Listed {
  /** Absolute paths of the masks: one slot for all classes, or one a class; none where there is no such file. */
  readonly masks: readonly (readonly string[])[];
}

/** All images of a data set with their masks, in the order of their ids. */
export async function listEntries(
  options: Options,
  root: string,
  log: Log,
): Promise<readonly Entry[]> {
  if (!(await isFolder(root))) throw noFolder(root);
  const images = await listImages(options.images, root);
  const pattern = maskPattern(options.masks, options.images, maskSlots(options));
  const existing = await maskFiles(pattern, root);
  if (anyAmong(images, existing))
    takeMasksOut(images, findMasks(pattern, root, existing, [...images.keys()]), options);
  if (images.size === 0) throw noImages(root, options.images, await anyFiles(root));
  const unique = withoutDuplicates(images);
  images.clear();
  const found = findMasks(
    pattern,
    root,
    existing,
    unique.map(({ id }) => id),
  );
  const shared = sharedMasks(unique, found, pattern);
  const entries = unique.map((listed): Entry => {
    const { id, image } = listed;
    const own = found.of(id);
    if (own.some((masks) => masks.includes(image))) throw maskIsImage(image);
    const problem = listed.problem ?? found.problemOf(id, image) ?? shared(own);
    return { id, image, masks: own, ...(problem && { problem }) };
  });
  refuseMasksAmongImages(entries, found, options.masks);
  const files = new Set(found.spare.length === 0 ? [] : unique.map(({ image }) => image));
  const spare = found.spare.filter((file) => !files.has(file));
  tellNames(found.loose, spare, 'masks', log);
  return options.missingMask === 'error' ? withMissing(entries, found, spare) : entries;
}

/** Says why masks cannot be used that several images have, which only a pattern without all names of the images allows. */
function sharedMasks(
  listed: readonly Listed[],
  found: FoundMasks,
  { pattern, names }: MaskPattern,
): (masks: Entry['masks']) => RaremaskError | undefined {
  const held = new Set(placeholdersIn(pattern).map(({ name }) => name));
  if (names.every((name) => held.has(name))) return () => undefined;
  const idsOf = new Map<string, string[]>();
  for (const { id } of listed) {
    for (const mask of found.of(id).flat()) addTo(idsOf, mask, id);
  }
  return (masks) => {
    const file = masks.flat().find((one) => idsOf.get(one)!.length > 1);
    return file === undefined ? undefined : sharedMask(file, idsOf.get(file)!);
  };
}

/** Whether any image is a file that may be a mask. */
function anyAmong(
  images: ReadonlyMap<string, readonly string[]>,
  existing: ReadonlySet<string>,
): boolean {
  for (const files of images.values()) if (files.some((file) => existing.has(file))) return true;
  return false;
}

/** Masks that lie among the images are no images. */
function takeMasksOut(
  images: Map<string, readonly string[]>,
  among: FoundMasks,
  options: Options,
): void {
  const masks = new Set([...images.keys()].flatMap((id) => among.of(id).flat()));
  for (const [id, files] of images) {
    const self = files.find((file) => among.of(id).flat().includes(file));
    if (self !== undefined && !options.masks.includes('*')) throw maskIsImage(self);
    const others = files.filter((file) => !masks.has(file) || file === self);
    if (others.length === 0) images.delete(id);
    else images.set(id, others);
  }
}

/** Images without a mask have that problem. Throws where all are without one. */
function withMissing(
  entries: readonly Entry[],
  found: FoundMasks,
  spare: readonly string[],
): readonly Entry[] {
  const missing = new Map(
    entries.flatMap(({ id, image, masks }) => {
      const at = masks.findIndex((files) => files.length === 0);
      return at < 0 ? [] : [[id, { image, mask: found.expected(id, at).join(' or ') }]];
    }),
  );
  if (missing.size === entries.length) {
    throw missingMasks([...missing.values()], entries.length, spare);
  }
  return entries.map((entry) => {
    const own = missing.get(entry.id);
    if (own === undefined || entry.problem !== undefined) return entry;
    return { ...entry, problem: missingMasks([own], 1, spare) };
  });
}

/** `x_mask_1.png` beside `x_mask.png` is a second mask of x, and no image without structure. */
function refuseMasksAmongImages(
  entries: readonly Entry[],
  found: FoundMasks,
  pattern: string,
): void {
  const without = entries.filter(({ masks }) => masks.every((files) => files.length === 0));
  if (pattern.includes('*') || without.length === 0) return;
  const stem = (file: string) => looseName(withoutExtension(file));
  const names = new Map(
    entries.flatMap(({ id, image, masks }) =>
      masks.flatMap((_, slot) => found.expected(id, slot).map((mask) => [stem(mask), image])),
    ),
  );
  const second = without.flatMap(({ image }) => {
    const first = names.get(stem(image).replace(/[_\-. ]?\(?\d{1,4}\)?$/, ''));
    return first === undefined || first === image ? [] : [{ mask: image, image: first }];
  });
  if (second.length > 0) throw maskAmongImages(second, pattern);
}

/** All images of a data set whose truth stands in files of annotations, in the order of their ids. */
export async function listAnnotatedImages(
  options: Options,
  root: string,
): Promise<readonly Entry[]> {
  if (!(await isFolder(root))) throw noFolder(root);
  const images = await listImages(options.images, root);
  if (images.size === 0) throw noImages(root, options.images, await anyFiles(root));
  return withoutDuplicates(images).map((listed) => ({ ...listed, masks: [] }));
}

/** Pictures of other formats: left out, and said. */
const OTHERS = /\.(webp|jp2|j2k|heic|heif|avif|svg|psd|dng|jfif|ppm|pgm)$/i;

/** Images without truth: all readable files below a folder, or one file. */
export async function listImagesAt(path: string, log: Log): Promise<readonly Entry[]> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) throw noSuchPath(path);
  if (kind.isFile()) return [{ id: withoutExtension(basename(path)), image: path, masks: [] }];
  const all = await filesFitting('**/*', path);
  const readable = namesOfFormats();
  const files = all.filter((file) => readable.test(file));
  if (files.length === 0) throw noImages(path, `**/*.{${READABLE}}`, await anyFiles(path));
  const others = all.filter((file) => OTHERS.test(file)).sort();
  if (others.length > 0) {
    log.warn(`${others.length} files of other formats are left out: ${some(others)}`);
  }
  const byId = collect(files.map((file) => [withoutExtension(file), resolve(path, file)]));
  return withoutDuplicates(byId).map((listed) => ({ ...listed, masks: [] }));
}
