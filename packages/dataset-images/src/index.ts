import { resolve } from 'node:path';
import { defineDataset, folder, type Log, log } from '@raremask/core';
import type { Annotations } from './annotations/annotations.ts';
import { readCoco } from './annotations/coco.ts';
import { readOutlines } from './annotations/outlines/outlines.ts';
import { labelMap } from './masks/labels.ts';
import { openDataset } from './open.ts';
import { type Options, options } from './options/options.ts';
import { missingMasks } from './pairing/errors.ts';
import { groupsOf } from './pairing/group.ts';
import { type Entry, listAnnotatedImages, listEntries, listImagesAt } from './pairing/listing.ts';
import { noticeOf } from './pairing/notice.ts';
import { propose } from './proposing/propose.ts';

/** Folders of images and masks. */
export default defineDataset({
  name: 'images',
  api: 1,
  summary: 'Folders of images and masks: PNG, JPEG and TIFF',
  options,
  needs: { folder, log },
  async create(given, services) {
    const root = resolve(services.folder, given.root);
    const isAnnotated = given.coco !== undefined || given.outlines !== undefined;
    const entries = isAnnotated
      ? await listAnnotatedImages(given, root)
      : await listEntries(given, root, services.log);
    const annotations = await annotationsOf(given, root, entries, services.log);
    if (annotations !== undefined) refuseUnannotated(entries, annotations, given);
    const ids = entries.map(({ id }) => id);
    const remark = given.remark ?? (await noticeOf(root));
    const groups = await groupsOf(given.group, root, ids);
    const parts = { entries, map: labelMap(given), groups, annotations, log: services.log };
    return { ...(await openDataset({ ...given, remark }, parts)), root };
  },
  async openImages(path, given, services) {
    const entries = await listImagesAt(resolve(path), services.log);
    const parts = { entries, map: labelMap(given), groups: new Map(), log: services.log };
    return openDataset(given, parts);
  },
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

/** Images that the annotations do not list: a mistake, or images without structure. */
function refuseUnannotated(
  entries: readonly Entry[],
  { byImage, fileOf, spare }: Annotations,
  { missingMask, coco }: Options,
): void {
  if (missingMask === 'empty') return;
  const missing = entries.filter(({ image }) => !byImage.has(image));
  if (missing.length === 0) return;
  throw missingMasks(
    missing.map(({ id, image }) => ({
      image,
      mask: coco === undefined ? fileOf(id) : `an entry in images of ${fileOf(id)}`,
    })),
    entries.length,
    spare,
  );
}
