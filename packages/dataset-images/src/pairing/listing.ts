import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Log } from '@raremask/core';
import { glob } from 'tinyglobby';
import { some } from '../names.ts';
import type { Options } from '../options/options.ts';
import {
  maskAmongImages,
  maskIsImage,
  missingMasks,
  noFolder,
  noImages,
  noSuchPath,
} from './errors.ts';
import {
  anyFiles,
  collect,
  GLOB,
  isFolder,
  type Listed,
  listImages,
  READABLE,
  withoutDuplicates,
  withoutExtension,
} from './images.ts';
import { type FoundMasks, findMasks, looseName, tellNames } from './maskFiles.ts';
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
  const slots = maskSlots(options);
  const pattern = { pattern: options.masks, slots, deep: options.images.includes('**') };
  const all = [...images.keys()];
  const among = await findMasks(pattern, root, all);
  // Masks that lie among the images are no images.
  const masks = new Set(all.flatMap((id) => among.of(id).flat()));
  for (const [id, files] of images) {
    const self = files.find((file) => among.of(id).flat().includes(file));
    if (self !== undefined && !options.masks.includes('*')) throw maskIsImage(self);
    const others = files.filter((file) => !masks.has(file) || file === self);
    if (others.length === 0) images.delete(id);
    else images.set(id, others);
  }
  if (images.size === 0) throw noImages(root, options.images, await anyFiles(root));
  const unique = withoutDuplicates(images);
  const found = await findMasks(
    pattern,
    root,
    unique.map(({ id }) => id),
  );
  const files = new Set(unique.map(({ image }) => image));
  const entries = unique.map((listed): Entry => {
    const { id, image } = listed;
    const own = found.of(id);
    if (own.flat().includes(image)) throw maskIsImage(image);
    const problem = listed.problem ?? found.problemOf(id, image);
    return { id, image, masks: own, ...(problem && { problem }) };
  });
  refuseMasksAmongImages(entries, found, options.masks);
  const spare = found.spare.filter((file) => !files.has(file));
  tellNames(found.loose, spare, 'masks', log);
  return options.missingMask === 'error' ? withMissing(entries, found, spare) : entries;
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
  if (pattern.includes('*')) return;
  const stem = (file: string) => looseName(withoutExtension(file));
  const names = new Map(
    entries.flatMap(({ id, image, masks }) =>
      masks.flatMap((_, slot) => found.expected(id, slot).map((mask) => [stem(mask), image])),
    ),
  );
  const second = entries.flatMap(({ image, masks }) => {
    if (masks.some((files) => files.length > 0)) return [];
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
const OTHERS = /\.(bmp|gif|webp|jp2|j2k|heic|heif|avif|svg|psd|dng|jfif|ppm|pgm)$/i;

/** Images without truth: all readable files below a folder, or one file. */
export async function listImagesAt(path: string, log: Log): Promise<readonly Entry[]> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) throw noSuchPath(path);
  if (kind.isFile()) return [{ id: withoutExtension(basename(path)), image: path, masks: [] }];
  const all = await glob('**/*', { ...GLOB, cwd: path });
  const endings = new Set(READABLE.split(',').map((ending) => `.${ending}`));
  const files = all.filter((file) => endings.has(extname(file).toLowerCase()));
  if (files.length === 0) throw noImages(path, `**/*.{${READABLE}}`, await anyFiles(path));
  const others = all.filter((file) => OTHERS.test(file)).sort();
  if (others.length > 0) {
    log.warn(`${others.length} files of other formats are left out: ${some(others)}`);
  }
  const byId = collect(files.map((file) => [withoutExtension(file), resolve(path, file)]));
  return withoutDuplicates(byId).map((listed) => ({ ...listed, masks: [] }));
}
