import { resolve } from 'node:path';
import { defineDataset, folder, type Log, log } from '@raremask/core';
import type { Annotations } from './annotations/annotations.ts';
import { readCoco } from './annotations/coco.ts';
import { readOutlines } from './annotations/outlines/outlines.ts';
import { labelMap } from './masks/labels.ts';
import { openDataset, openReader } from './open.ts';
import { type Options, options } from './options/options.ts';
import { missingMasks } from './pairing/errors.ts';
import { groupsOf, knownGroups } from './pairing/group.ts';
import { withoutExtension } from './pairing/images.ts';
import { type Entry, listAnnotatedImages, listEntries, listImagesAt } from './pairing/listing.ts';
import { noticeOf } from './pairing/notice.ts';
import { propose } from './proposing/propose.ts';

/** Folders of images and masks. */
export default defineDataset({
  name: 'images',
  api: 1,
  summary: 'Folders of images and masks: PNG, JPEG, TIFF, BMP and GIF',
  options,
  needs: { folder, log },
  async create(given, services) {
    const root = resolve(services.folder, given.root);
    const isAnnotated = given.coco !== undefined || given.outlines !== undefined;
    const listed = isAnnotated
      ? await listAnnotatedImages(given, root)
      : await listEntries(given, root, services.log);
    const annotations = await annotationsOf(given, root, listed, services.log);
    const entries = annotations ? annotatedEntries(listed, annotations, given) : listed;
    const ids = entries.map(({ id }) => id);
    const remark = given.remark ?? (await noticeOf(root));
    const groups = await groupsOf(given.group, root, ids);
    const parts = { entries, map: labelMap(given), groups, annotations, log: services.log };
    return { ...(await openDataset({ ...given, remark }, parts)), root };
  },
  async openImages(path, given, services) {
    const entries = await listImagesAt(resolve(path), services.log);
    const ids = entries.map(({ id }) => id);
    const groups = await knownGroups(given.group, resolve(services.folder, given.root), ids);
    const parts = { entries, map: labelMap(given), groups, log: services.log };
    return openDataset(given, parts);
  },
  openReader: (facts, given) => openReader(given, facts, labelMap(given)),
  propose,
});

async function annotationsOf(
  given: Options,
  root: string,
  entries: readonly Entry[],
  log: Log,
): Promise<Annotations | undefined> {
  const { coco, outlines } = given;
  if (outlines !== undefined) return readOutlines({ ...given, outlines }, root, entries, log);
  if (coco === undefined) return undefined;
  const images = entries.map(({ image }) => image);
  return readCoco(resolve(root, coco.file), { ...given, coco }, images, log);
}

/**
 * The entries with what is wrong in their annotations. Images that the annotations do not list are a
 * mistake, or without structure; those that are listed and not there are entries with a problem. Throws
 * where the annotations list none.
 */
function annotatedEntries(
  entries: readonly Entry[],
  { byImage, fileOf, absent, spare }: Annotations,
  { missingMask, coco }: Options,
): readonly Entry[] {
  const missing = entries
    .filter(({ image }) => missingMask === 'error' && !byImage.has(image))
    .map(({ id, image }) => ({
      image,
      mask: coco === undefined ? fileOf(id) : `an entry in images of ${fileOf(id)}`,
    }));
  if (missing.length === entries.length) {
    const [first] = absent.values();
    throw first ?? missingMasks(missing, entries.length, spare);
  }
  const unlisted = new Map(missing.map((one) => [one.image, missingMasks([one], 1, spare)]));
  const known = new Set(entries.map(({ id }) => id));
  const notThere = [...absent].map(
    ([image, problem]): Entry => ({ id: withoutExtension(image), image, masks: [], problem }),
  );
  return [
    ...entries.map((entry) => {
      const { image } = entry;
      const problem = entry.problem ?? byImage.get(image)?.problem ?? unlisted.get(image);
      return problem === undefined ? entry : { ...entry, problem };
    }),
    ...notThere.filter(({ id }) => !known.has(id)),
  ];
}
