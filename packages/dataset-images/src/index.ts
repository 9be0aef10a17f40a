import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type Dataset,
  type DatasetFacts,
  defineDataset,
  folder,
  log,
  type Sample,
} from '@raremask/core';
import { type Annotations, readAnnotations } from './coco/annotations.ts';
import { paintLabels } from './coco/paint.ts';
import {
  type Channels,
  convertChannels,
  decodeImage,
  decodeMask,
  decodeMaskChannels,
  prepareDecoder,
  storedChannels,
} from './decode.ts';
import {
  annotatedSize,
  cannotRead,
  missingMasks,
  mixedChannels,
  sizeMismatch,
  unknownId,
} from './errors.ts';
import { groupsOf } from './group.ts';
import { type LabelMap, labelMap } from './labels.ts';
import { type Entry, listAnnotatedImages, listEntries, listImagesAt } from './listing.ts';
import { noticeOf } from './notice.ts';
import { type Options, options } from './options.ts';
import type { Raster } from './png.ts';
import { propose } from './propose.ts';

/** Folders of images and masks. */
export default defineDataset({
  name: 'images',
  api: 1,
  summary: 'Folders of images and masks: PNG, JPEG and TIFF',
  options,
  needs: { folder, log },
  async create(given, services) {
    const root = resolve(services.folder, given.root);
    const listed =
      given.coco === undefined
        ? await listEntries(given, root, services.log)
        : await listAnnotatedImages(given, root);
    const images = listed.map(({ image }) => image);
    const annotations =
      given.coco &&
      (await readAnnotations(
        resolve(root, given.coco.file),
        { ...given, coco: given.coco },
        images,
      ));
    const entries =
      annotations === undefined ? listed : annotatedEntries(listed, annotations, given);
    const ids = entries.map(({ id }) => id);
    const remark = given.remark ?? (await noticeOf(root));
    const groups = await groupsOf(given.group, root, ids);
    const opened = await open({ ...given, remark }, entries, labelMap(given), groups, annotations);
    return { ...opened, root };
  },
  async openImages(path, given) {
    const entries = await listImagesAt(resolve(path));
    return open(given, entries, labelMap(given), new Map());
  },
  propose,
});

async function open(
  given: Options,
  entries: readonly Entry[],
  map: LabelMap,
  groups: ReadonlyMap<string, string>,
  annotations?: Annotations,
): Promise<Dataset> {
  prepareDecoder();
  const [first, channels] = await channelsOf(given, entries);
  const facts: DatasetFacts = {
    space: 2,
    channels,
    classes: map.classes,
    overlapping: given.overlapping,
    ...(given.remark !== undefined && { remark: given.remark }),
  };
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const entryOf = (id: string) => {
    const entry = byId.get(id);
    if (entry === undefined) throw unknownId(id, byId.size);
    return entry;
  };

  const readImage = async (entry: Entry): Promise<Raster> => {
    const stored = await decodeImage(entry.image);
    if (given.channels === 'auto' && stored.channels !== channels) {
      throw mixedChannels(entry.image, first.image, channels);
    }
    return convertChannels(stored, channels);
  };

  return {
    facts,
    ids: entries.map(({ id }) => id),
    group: (id) => groups.get(id),
    async read(id): Promise<Sample> {
      const entry = entryOf(id);
      if (entry.problem !== undefined) throw entry.problem;
      const [image, masks] = await Promise.all([readImage(entry), masksOf(entry, given)]);
      const { width, height } = image;
      if (annotations !== undefined) {
        const size = [height, width];
        return {
          id,
          size,
          image: image.data,
          labels: annotated(annotations, entry, image, facts, given.coco!.crowd),
        };
      }
      for (const [index, mask] of masks.entries()) {
        if (mask !== undefined && (mask.width !== width || mask.height !== height)) {
          const file = (entry.masks[index] ?? entry.masks[0])!;
          throw sizeMismatch(
            { file: entry.image, width, height },
            { file, width: mask.width, height: mask.height },
          );
        }
      }
      const sample = { id, size: [height, width], image: image.data };
      if (entry.masks.length === 0) return sample;
      const files = masks.map((_, index) => entry.masks[index] ?? entry.masks[0]);
      return { ...sample, labels: map.label(masks, files, width * height) };
    },
    async fingerprint(id) {
      const { image, masks } = entryOf(id);
      const { file } = annotations ?? {};
      const files = file === undefined ? [image, ...masks] : [image, file];
      return (await Promise.all(files.map(stampOf))).join(' ');
    },
    files(id) {
      const { image, masks } = entryOf(id);
      const mask = masks.length === 1 ? masks[0] : undefined;
      return mask === undefined ? { image } : { image, mask };
    },
  };
}

/** The masks of one image: a file each, or the channels of one file; undefined = no file. */
async function masksOf({ masks }: Entry, given: Options): Promise<readonly (Raster | undefined)[]> {
  if (given.maskChannels === 'value' || masks.length === 0) {
    return Promise.all(
      masks.map(async (file) => (file === undefined ? undefined : decodeMask(file))),
    );
  }
  const names = Object.keys(given.classes);
  const [file] = masks;
  return file === undefined ? names.map(() => undefined) : decodeMaskChannels(file, names);
}

function annotated(
  { file, byImage }: Annotations,
  entry: Entry,
  { width, height }: Raster,
  facts: DatasetFacts,
  crowd: 'ignore' | 'count',
): Uint8Array {
  const depth = facts.overlapping ? facts.classes.length : 1;
  const found = byImage.get(entry.image);
  if (found === undefined) return new Uint8Array(width * height * depth);
  if (found.width !== width || found.height !== height) {
    throw annotatedSize(file, found, { file: entry.image, width, height });
  }
  return paintLabels(found, facts.classes.length, facts.overlapping, crowd);
}

/**
 * The entries with what is wrong in their annotations. Images that the annotations do not list are a
 * mistake, or without structure; those that are listed and not there are entries with a problem.
 */
function annotatedEntries(
  entries: readonly Entry[],
  { file, byImage, problems, absent }: Annotations,
  { missingMask }: Options,
): readonly Entry[] {
  const mask = `an entry in images of ${file}`;
  const missing = entries
    .filter(({ image }) => !byImage.has(image) && !problems.has(image))
    .map(({ image }) => ({ image, mask }));
  const unlisted = new Set(missingMask === 'empty' ? [] : missing.map(({ image }) => image));
  if (unlisted.size === entries.length) {
    const [first] = absent.values();
    throw first ?? missingMasks(missing, entries.length);
  }
  const known = new Set(entries.map(({ id }) => id));
  return [
    ...entries.map((entry) => {
      const { image } = entry;
      const problem =
        entry.problem ??
        problems.get(image) ??
        (unlisted.has(image) ? missingMasks([{ image, mask }], 1) : undefined);
      return problem === undefined ? entry : { ...entry, problem };
    }),
    ...[...absent]
      .map(([name, problem]) => ({
        id: name.replace(/\.[^./\\]+$/, ''),
        image: name,
        masks: [],
        problem,
      }))
      .filter(({ id }) => !known.has(id)),
  ];
}

/** The first image that tells, and its channels. Throws where none can be read. */
async function channelsOf(
  given: Options,
  entries: readonly Entry[],
): Promise<readonly [Entry, Channels]> {
  const able = entries.filter(({ problem }) => problem === undefined);
  const [first] = able.length === 0 ? entries : able;
  if (given.channels !== 'auto') return [first!, given.channels === 'grey' ? 1 : 3];
  let failure: unknown;
  for (const entry of able) {
    try {
      return [entry, await storedChannels(entry.image)];
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure ?? first?.problem;
}

/** Size and time of modification; `none` for a mask that is missing and may be. */
async function stampOf(file: string | undefined): Promise<string> {
  if (file === undefined) return 'none';
  const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return `${size}-${mtimeMs}`;
}
