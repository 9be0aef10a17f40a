import { resolve } from 'node:path';
import { defineDataset, folder, type Log, log } from '@raremask/core';
import type { Annotations } from './annotations/annotations.ts';
import { readCoco } from './annotations/coco.ts';
import { readOutlines } from './annotations/outlines/outlines.ts';
import { readRunLengths } from './annotations/runLengths/runLengths.ts';
import { labelMap } from './masks/labels.ts';
import { openDataset, openReader } from './open.ts';
import { type Options, options } from './options/options.ts';
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
    const isAnnotated = (given.coco ?? given.outlines ?? given.runLengths) !== undefined;
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
  const { coco, outlines, runLengths } = given;
  if (runLengths !== undefined) return readRunLengths({ ...given, runLengths }, root, entries);
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
  { byImage, absent, missing }: Annotations,
  { missingMask }: Options,
): readonly Entry[] {
  const unlisted = entries.filter(({ image }) => !byImage.has(image));
  if (unlisted.length === entries.length && (missingMask === 'error' || absent.size > 0)) {
    const [first] = absent.values();
    throw first ?? missing(unlisted, entries.length);
  }
  const problems = new Map(
    missingMask === 'error' ? unlisted.map((one) => [one.id, missing([one], 1)]) : [],
  );
  const free = new Set(unlisted.map(({ id }) => id));
  const taken = new Set(entries.map(({ id }) => id));
  const notThere: Entry[] = [];
  for (const [name, problem] of absent) {
    const short = withoutExtension(name);
    // An image of this name with another ending is the one that is meant, or nobody can tell.
    if (free.has(short)) problems.set(short, problem);
    else {
      const id = taken.has(short) ? name : short;
      taken.add(id);
      notThere.push({ id, image: name, masks: [], problem });
    }
  }
  return [
    ...entries.map((entry) => {
      const problem = entry.problem ?? byImage.get(entry.image)?.problem ?? problems.get(entry.id);
      return problem === undefined ? entry : { ...entry, problem };
    }),
    ...notThere,
  ];
}
